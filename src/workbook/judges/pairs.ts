/** Judges costs of two activations: that of the content and that of a style layer. */
import { ANSWERS, type Edition } from '../answers.js';
import type { Numbers } from '../evaluate.js';
import { inputsOf } from '../graph.js';
import type { Argument, Found } from '../recorded.js';
import { digits, type Judge, type Judged, type Recorded, scalarOf } from './judged.js';
import {
  CONTENT_MISTAKES,
  contentCostOf,
  type Factor,
  factorOf,
  layerStyleCostOf,
  type Mistake,
  near,
  type Pair,
  STYLE_MISTAKES,
} from './mistakes.js';
import { randomNumbers, tensorArgument } from './samples.js';

/** Sizes without common factors, so that each leaves its own trace in a wrong answer. */
const SIZES = [
  [3, 5, 7],
  [5, 7, 3],
  [7, 3, 5],
] as const;

interface PairCase extends Pair {
  readonly sizes: readonly [nH: number, nW: number, nC: number];
}

/** The model answer's inputs first. */
const PAIRS: Readonly<Record<Edition, readonly PairCase[]>> = { first: pairs('first'), later: pairs('later') };

function pairs(edition: Edition): PairCase[] {
  const { aC, aG } = ANSWERS[edition];
  const given = (values: readonly number[]): Numbers => ({
    shape: [1, 4, 4, 3],
    data: Float64Array.from(values, Math.fround),
  });
  return [
    { a: given(aC), g: given(aG), sizes: [4, 4, 3] },
    ...SIZES.map((sizes) => ({ a: randomNumbers([1, ...sizes]), g: randomNumbers([1, ...sizes]), sizes })),
  ];
}

/** The last of three layers, the others of other sizes. */
const OTHER_LAYERS = [randomNumbers([1, 6, 2, 4]), randomNumbers([1, 2, 3, 2])] as const;
const OTHER_LAYERS_G = [randomNumbers([1, 6, 2, 4]), randomNumbers([1, 2, 3, 2])] as const;

export function contentJudge(edition: Edition): Judge {
  const cases = PAIRS[edition];
  const argumentOf = (name: string, numbers: Numbers): Argument => {
    if (edition === 'first') return tensorArgument(name, numbers);
    const others = OTHER_LAYERS.map((layer, i) => tensorArgument(`${name}.${i}`, layer));
    return { type: 'list', items: [...others, tensorArgument(name, numbers)] };
  };
  return {
    calls: cases.map(({ a, g }) => ({
      name: 'computeContentCost',
      arguments: [argumentOf('aC', a), argumentOf('aG', g)],
    })),
    judge: (outcomes) =>
      judgePairs(outcomes, cases, {
        names: ['aC', 'aG'],
        right: contentCostOf,
        mistakes: [
          ...CONTENT_MISTAKES,
          ...(edition === 'later'
            ? [0, 1].map((i) => ({
                code: 'notLastLayer',
                value: () => contentCostOf({ a: OTHER_LAYERS[i] as Numbers, g: OTHER_LAYERS_G[i] as Numbers }),
              }))
            : []),
        ],
        divisor: 'contentFactor',
        answer: ANSWERS[edition].contentCost,
        others: Object.fromEntries([
          ...OTHER_LAYERS.map((layer, i) => [`aC.${i}`, layer] as const),
          ...OTHER_LAYERS_G.map((layer, i) => [`aG.${i}`, layer] as const),
        ]),
      }),
  };
}

export function styleJudge(edition: Edition): Judge {
  const cases = PAIRS[edition];
  return {
    calls: cases.map(({ a, g }) => ({
      name: 'computeLayerStyleCost',
      arguments: [tensorArgument('aS', a), tensorArgument('aG', g)],
    })),
    judge: (outcomes) =>
      judgePairs(outcomes, cases, {
        names: ['aS', 'aG'],
        right: layerStyleCostOf,
        mistakes: STYLE_MISTAKES,
        divisor: 'styleFactor',
        answer: ANSWERS[edition].layerStyleCost,
        others: {},
      }),
  };
}

interface PairQuestion {
  readonly names: readonly [string, string];
  readonly right: (pair: Pair) => number;
  readonly mistakes: readonly Mistake<Pair>[];
  /** Sentence about a wrong factor. */
  readonly divisor: string;
  readonly answer: number;
  readonly others: Readonly<Record<string, Numbers>>;
}

/** Judges a cost of two activations. */
function judgePairs(outcomes: readonly Recorded[], cases: readonly PairCase[], question: PairQuestion): Judged {
  const { names, right, mistakes, divisor } = question;
  const values: number[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    const { a, g } = cases[i] as PairCase;
    const inputs = { ...question.others, [names[0]]: a, [names[1]]: g };
    const result = scalarOf(outcome, inputs);
    if ('problem' in result) return result;
    values.push(result.value);
  }
  const value = digits(values[0] as number);
  const wrong = (code: string, params: Found['params'] = {}): Judged => ({
    value,
    problem: { code, params: { value, ...params } },
  });
  const rights = cases.map(right);
  if (values.every((each, i) => near(each, rights[i] as number))) return { value };
  const [first] = outcomes as [Recorded];
  const used = first.returned.type === 'node' ? inputsOf(first.nodes, first.returned.node) : [];
  const known = mistakes.find((mistake) => {
    return cases.every((each, i) => near(values[i] as number, mistake.value(each)));
  });
  if (known) return wrong(known.code, { names: names.join(', ') });
  for (const [i, name] of names.entries()) {
    if (!used.includes(name)) {
      return wrong(used.length === 0 ? 'constantResult' : 'selfCompared', { name, other: names[1 - i] as string });
    }
  }
  if (values.every((each) => near(each, 0))) return wrong('selfCompared', { name: names[0], other: names[1] });
  const factor = factorOf(
    values.map((each, i) => ({ ratio: each / (rights[i] as number), sizes: (cases[i] as PairCase).sizes })),
  );
  if (factor) return wrong(...factorSentence(factor, divisor));
  if (near(values[0] as number, rights[0] as number)) return wrong('onlyThisSize');
  const broken = brokenProperty(first, cases[0] as PairCase, question, values[0] as number);
  return broken ? wrong(...broken) : wrong('wrongValue', { expected: digits(question.answer) });
}

/**
 * What a cost of two activations obeys whatever its value: it is 0 for two equal ones, stays the same when both are
 * exchanged, and when positions are put into another order in both.
 */
function brokenProperty(
  outcome: Recorded,
  { a, g }: Pair,
  { names, others }: PairQuestion,
  value: number,
): [string, Found['params']] | undefined {
  const costOf = (first: Numbers, second: Numbers) => {
    const result = scalarOf(outcome, { ...others, [names[0]]: first, [names[1]]: second });
    return 'value' in result ? result.value : undefined;
  };
  const same = costOf(a, a);
  if (same !== undefined && Math.abs(same) > 1e-6 * Math.abs(value)) return ['notZeroForSame', { same: digits(same) }];
  const exchanged = costOf(g, a);
  if (exchanged !== undefined && !near(exchanged, value)) {
    return ['notSymmetric', { names: names.join(', '), exchanged: digits(exchanged) }];
  }
  const reordered = costOf(reversedPositions(a), reversedPositions(g));
  if (reordered !== undefined && !near(reordered, value)) return ['orderCounts', { reordered: digits(reordered) }];
  return undefined;
}

/** Activations [1, nH, nW, nC] with the last position first. */
function reversedPositions({ shape, data }: Numbers): Numbers {
  const channels = shape.at(-1) as number;
  return {
    shape,
    data: data.map((_, i) => data[data.length - channels * (Math.floor(i / channels) + 1) + (i % channels)] as number),
  };
}

/** What a wrong factor means. */
function factorSentence({ constant, nH, nW, nC }: Factor, divisor: string): [string, Found['params']] {
  const isContent = divisor === 'contentFactor';
  if (nH === 0 && nW === 0 && nC === 0) {
    if (constant === 4) return ['forgottenFour', {}];
    if (constant === -1) return ['negative', {}];
    return ['constantFactor', { factor: digits(constant) }];
  }
  const all = (power: number) => nH === power && nW === power && nC === power;
  if (isContent && all(1) && constant === 4) return ['notDivided', { divisor: '4 nH nW nC' }];
  if (isContent && all(1) && constant === 1) return ['sizesForgotten', { divisor: 'nH nW nC' }];
  if (isContent && all(-1)) return ['meanForSum', { sizes: 'nH nW nC' }];
  if (!isContent && all(2) && constant === 4) return ['notDivided', { divisor: '4 nC² (nH nW)²' }];
  if (!isContent && all(2) && constant === 1) return ['sizesForgotten', { divisor: 'nC² (nH nW)²' }];
  if (!isContent && all(1) && constant === 1) return ['sizesNotSquared', {}];
  if (!isContent && nH === 0 && nW === 0 && nC === -2 && constant === 1) return ['meanForSum', { sizes: 'nC²' }];
  if (!isContent && nH === -2 && nW === -2 && nC === 0 && constant === 1) return ['gramDivided', {}];
  const term = (name: string, power: number) => (power === 0 ? [] : [power === 1 ? name : `${name}^${power}`]);
  const product = (sign: 1 | -1) =>
    [
      ...term('nH', Math.max(0, sign * nH)),
      ...term('nW', Math.max(0, sign * nW)),
      ...term('nC', Math.max(0, sign * nC)),
    ].join(' ');
  const [above, below] = [product(1), product(-1)];
  const left = constant === 1 ? above || '1' : `${digits(constant)}${above ? ` ${above}` : ''}`;
  return ['sizeFactor', { factor: below ? `${left} / (${below})` : left }];
}
