/** Judges a learner's function: by the model answers, by properties at other sizes, and by known mistakes. */
import { RandomState } from '../core/random.js';
import { ANSWERS, type Edition } from './answers.js';
import { evaluate, type Numbers } from './evaluate.js';
import { callsOf, EXERCISES, type Exercise, functionOf, type Sources } from './exercises.js';
import { inputsOf } from './graph.js';
import { digits, type Judge, type Judged, notTensor, type Recorded, scalarOf } from './judged.js';
import { judgeLoop } from './loop.js';
import {
  CONTENT_MISTAKES,
  contentCostOf,
  type Factor,
  factorOf,
  GRAM_MISTAKES,
  gramOf,
  layerStyleCostOf,
  type Mistake,
  near,
  type Pair,
  STYLE_MISTAKES,
  TOTAL_MISTAKES,
  type Totals,
  totalCostOf,
} from './mistakes.js';
import { type Parsed, parse } from './parse.js';
import type { Argument, Call, Found, Report } from './recorded.js';
import { programText } from './sandbox.js';

/** Runs a program's text in a sandbox. It answers with a problem where the time or the memory is used up. */
export type RunInSandbox = (program: string) => Promise<Report>;

/** What is found of one exercise. */
export interface Verdict {
  readonly exercise: Exercise;
  readonly passed: boolean;
  /** The value on the inputs of the model answer, where there is one. */
  readonly value?: string | undefined;
  /** The model answer. */
  readonly expected?: string | undefined;
  readonly problem?: Problem | undefined;
  /** What is no fault. */
  readonly remarks: readonly Found[];
}

/** A problem with the exercise in whose code it is. */
export interface Problem extends Found {
  readonly exercise: Exercise;
}

/** Above this many operations a function does element by element what one operation does. */
const MANY_OPERATIONS = 150;

/** Judges all exercises. */
export async function checkAll(sources: Sources, edition: Edition, run: RunInSandbox): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const exercise of EXERCISES) verdicts.push(await check(exercise, sources, edition, run));
  return verdicts;
}

export async function check(
  exercise: Exercise,
  sources: Sources,
  edition: Edition,
  run: RunInSandbox,
): Promise<Verdict> {
  const joined = join(exercise, sources, edition);
  const expected = expectedOf(exercise, edition);
  const failed = (problem: Found, value?: string): Verdict => ({
    exercise,
    passed: false,
    value,
    expected,
    problem: joined.placed(problem),
    remarks: [],
  });
  if (joined.problem) return failed(joined.problem);
  for (const other of callsOf(exercise, edition)) {
    const uses = new RegExp(
      `\\b(${functionOf(other, edition)}${other === 'layerStyleCost' ? '|computeStyleCost' : ''})\\b`,
    );
    if (!uses.test(sources[exercise])) continue;
    const verdict = await check(other, sources, edition, run);
    if (!verdict.passed)
      return failed({ code: 'mendFirst', params: { name: functionOf(other, edition) }, line: undefined });
  }
  const { calls, judge } = judgeOf(exercise, edition);
  const report = await run(joined.program(calls));
  if ('problem' in report) return failed(report.problem);
  if (!Array.isArray(report.outcomes)) return failed({ code: 'unreadable', params: {} });
  const broken = report.outcomes.find((outcome) => 'problem' in outcome);
  if (broken && 'problem' in broken) return failed(broken.problem);
  const outcomes = report.outcomes as readonly Recorded[];
  let judged: Judged;
  try {
    judged = judge(outcomes);
  } catch (error) {
    // Code may change what it runs on: what comes out then is no list of operations.
    judged = {
      problem:
        error instanceof RangeError
          ? { code: 'tooLarge', params: { most: 2 ** 24 } }
          : { code: 'unreadable', params: {} },
    };
  }
  if (judged.problem) return failed(judged.problem, judged.value);
  const operations = Math.max(0, ...outcomes.map(({ nodes }) => nodes.length));
  const remarks: Found[] = joined.unused.map(({ name, line }) => ({ code: 'unused', params: { name }, line }));
  if (exercise !== 'loop' && operations > MANY_OPERATIONS)
    remarks.push({ code: 'manyOperations', params: { n: operations } });
  return { exercise, passed: true, value: judged.value, expected, remarks };
}

/** An exercise's code with the functions that it calls. */
export interface Joined {
  readonly problem?: Found;
  readonly unused: Parsed['unused'];
  readonly program: (calls: readonly Call[]) => string;
  /** A problem by a line of the joined code, put into the exercise where that line is. */
  readonly placed: (found: Found) => Problem;
}

export function join(exercise: Exercise, sources: Sources, edition: Edition): Joined {
  const parts = [exercise, ...callsOf(exercise, edition)];
  return joinParts(parts, sources, edition);
}

/** The code of several exercises, the first of them the one that is looked at. */
export function joinParts(parts: readonly Exercise[], sources: Sources, edition: Edition): Joined {
  const [first] = parts as [Exercise];
  const codes: string[] = [];
  const declared = new Map<string, Exercise>();
  let unused: Parsed['unused'] = [];
  let problem: Found | undefined;
  for (const part of parts) {
    const parsed = parse(sources[part]);
    if ('problem' in parsed) {
      if (part === first) problem = parsed.problem;
      // As many lines, so that the others stay where they are.
      codes.push(sources[part].replace(/[^\n]/g, ''));
      continue;
    }
    if (part === first) unused = parsed.unused;
    for (const name of parsed.declared) {
      if (declared.has(name)) problem ??= { code: 'declaredTwice', params: { name } };
      declared.set(name, part);
    }
    codes.push(parsed.code);
  }
  const functions = parts.map((part) => functionOf(part, edition));
  return {
    ...(problem ? { problem } : {}),
    unused,
    program: (calls) => programText(codes.join('\n'), functions, calls),
    placed: (found) => {
      let line = found.line;
      for (const [i, part] of parts.entries()) {
        const count = (codes[i] ?? '').split('\n').length;
        if (line === undefined || line <= count) return { ...found, line, exercise: line === undefined ? first : part };
        line -= count;
      }
      return { ...found, line: undefined, exercise: first };
    },
  };
}

function judgeOf(exercise: Exercise, edition: Edition): Judge {
  if (exercise === 'contentCost') return contentJudge(edition);
  if (exercise === 'gramMatrix') return gramJudge(edition);
  if (exercise === 'layerStyleCost') return styleJudge(edition);
  if (exercise === 'totalCost') return totalJudge(edition);
  return judgeLoop(edition);
}

function expectedOf(exercise: Exercise, edition: Edition): string | undefined {
  const answers = ANSWERS[edition];
  if (exercise === 'contentCost') return digits(answers.contentCost);
  if (exercise === 'gramMatrix') return rows({ shape: [3, 3], data: Float64Array.from(answers.gram.flat()) });
  if (exercise === 'layerStyleCost') return digits(answers.layerStyleCost);
  if (exercise === 'totalCost') return digits(answers.totals[0].J);
  return undefined;
}

const rows = ({ shape, data }: Numbers) => {
  const columns = shape.at(-1) as number;
  return Array.from({ length: data.length / columns }, (_, i) => {
    return `[${Array.from(data.slice(i * columns, (i + 1) * columns), digits).join(' ')}]`;
  }).join('\n');
};

/** Sizes without common factors, so that each leaves its own trace in a wrong answer. */
const SIZES = [
  [3, 5, 7],
  [5, 7, 3],
  [7, 3, 5],
] as const;

const random = new RandomState(3);
const randomNumbers = (shape: readonly number[]): Numbers => ({
  shape,
  data: Float64Array.from(
    { length: shape.reduce((product, extent) => product * extent, 1) },
    () => 2 * random.randn() + 0.5,
  ),
});

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

const tensorArgument = (name: string, { shape }: Numbers): Argument => ({ type: 'tensor', name, shape });

/** The last of three layers, the others of other sizes. */
const OTHER_LAYERS = [randomNumbers([1, 6, 2, 4]), randomNumbers([1, 2, 3, 2])] as const;
const OTHER_LAYERS_G = [randomNumbers([1, 6, 2, 4]), randomNumbers([1, 2, 3, 2])] as const;

function contentJudge(edition: Edition): Judge {
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

function styleJudge(edition: Edition): Judge {
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
  return wrong('wrongValue', { expected: digits(question.answer) });
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

function gramJudge(edition: Edition): Judge {
  const { aC } = ANSWERS[edition];
  const cases: Numbers[] = [
    { shape: [3, 2], data: Float64Array.from(aC.slice(0, 6), Math.fround) },
    randomNumbers([2, 5]),
    randomNumbers([4, 3]),
    randomNumbers([5, 7]),
  ];
  const judge = (outcomes: readonly Recorded[]): Judged => {
    const values: Numbers[] = [];
    for (const [i, { nodes, returned }] of outcomes.entries()) {
      const A = cases[i] as Numbers;
      const refused = notTensor(returned);
      if (refused) return { problem: refused };
      if (returned.type !== 'node') return { problem: { code: 'notATensor', params: { received: returned.type } } };
      const value = evaluate(nodes, returned.node, { A });
      const [rows = 0, columns = 0] = A.shape;
      const shape = `[${value.shape.join(', ')}]`;
      const wanted = `[${rows}, ${rows}]`;
      if (String(value.shape) === String([columns, columns]) && rows !== columns) {
        return { problem: { code: 'gramOfPositions', params: { shape, wanted } } };
      }
      if (String(value.shape) === String(A.shape))
        return { problem: { code: 'gramElementwise', params: { shape, wanted } } };
      if (String(value.shape) !== String([rows, rows]))
        return { problem: { code: 'gramShape', params: { shape, wanted } } };
      const infinite = value.data.find((each) => !Number.isFinite(each));
      if (infinite !== undefined) return { problem: { code: 'notFinite', params: { value: String(infinite) } } };
      values.push(value);
    }
    const shown = rows(values[0] as Numbers);
    const same = (value: Numbers, wanted: Numbers) => {
      const scale = Math.max(...wanted.data.map(Math.abs));
      return value.data.every((each, i) => Math.abs(each - (wanted.data[i] as number)) <= 1e-6 * scale);
    };
    if (values.every((value, i) => same(value, gramOf(cases[i] as Numbers)))) return { value: shown };
    const value = digits(values[0]?.data[0] ?? 0);
    const known = GRAM_MISTAKES.find((mistake) =>
      values.every((each, i) => same(each, mistake.value(cases[i] as Numbers))),
    );
    if (known) return { value: shown, problem: { code: known.code, params: { value } } };
    const ratios = values.map((each, i) => {
      const A = cases[i] as Numbers;
      const gram = gramOf(A);
      const ratio = (each.data[0] as number) / (gram.data[0] as number);
      const scaled = { ...gram, data: gram.data.map((entry) => entry * ratio) };
      return same(each, scaled) ? { ratio, sizes: [1, A.shape[1], A.shape[0]] as [number, number, number] } : undefined;
    });
    const factor = ratios.every((each) => each !== undefined) ? factorOf(ratios) : undefined;
    if (factor) {
      const { constant, nW, nC } = factor;
      const code = constant === 1 && nW === -1 && nC === 0 ? 'gramMean' : 'gramFactor';
      const text = [
        ...(constant === 1 ? [] : [digits(constant)]),
        ...(nW === 0 ? [] : [`(nH nW)^${nW}`]),
        ...(nC === 0 ? [] : [`nC^${nC}`]),
      ].join(' ');
      return { value: shown, problem: { code, params: { value, factor: text } } };
    }
    const asymmetric = values.some(({ shape, data }) => {
      const size = shape[0] as number;
      return data.some((each, i) => !near(each, data[(i % size) * size + Math.floor(i / size)] as number, 1e-9));
    });
    return { value: shown, problem: { code: asymmetric ? 'gramAsymmetric' : 'gramWrong', params: { value } } };
  };
  return { calls: cases.map((A) => ({ name: 'gramMatrix', arguments: [tensorArgument('A', A)] })), judge };
}

function totalJudge(edition: Edition): Judge {
  const cases: Totals[] = [
    ...ANSWERS[edition].totals,
    { JContent: 1.3, JStyle: 2.7, alpha: 3, beta: 8 },
    { JContent: 0.7, JStyle: 0.2, alpha: 100, beta: 0.5 },
    // Without weights: those of the function itself.
    { JContent: 1.1, JStyle: 0.3, alpha: 10, beta: 40 },
  ];
  const scalarArgument = (name: string): Argument => ({ type: 'tensor', name, shape: [] });
  const calls = cases.map(({ alpha, beta }, i): Call => {
    const weights = i === cases.length - 1 ? [] : [alpha, beta];
    return {
      name: 'totalCost',
      arguments: [
        scalarArgument('JContent'),
        scalarArgument('JStyle'),
        ...weights.map((value): Argument => ({ type: 'number', value })),
      ],
    };
  });
  const numbersOf = (value: number): Numbers => ({ shape: [], data: Float64Array.of(value) });
  const judge = (outcomes: readonly Recorded[]): Judged => {
    const values: number[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      const { JContent, JStyle } = cases[i] as Totals;
      const result = scalarOf(outcome, { JContent: numbersOf(JContent), JStyle: numbersOf(JStyle) });
      if ('problem' in result) return result;
      values.push(result.value);
    }
    const value = digits(values[0] as number);
    const wrong = (code: string): Judged => ({ value, problem: { code, params: { value } } });
    const given = cases.slice(0, -1);
    const isRight = given.every((each, i) => near(values[i] as number, totalCostOf(each), 1e-6));
    if (isRight && near(values.at(-1) as number, totalCostOf(cases.at(-1) as Totals), 1e-6)) return { value };
    if (isRight) {
      const { JContent, JStyle } = cases.at(-1) as Totals;
      return wrong(near(values.at(-1) as number, 40 * JContent + 10 * JStyle) ? 'defaultsExchanged' : 'defaultsWrong');
    }
    const known = TOTAL_MISTAKES.find((mistake) =>
      given.every((each, i) => near(values[i] as number, mistake.value(each))),
    );
    return wrong(known?.code ?? 'totalWrong');
  };
  return { calls, judge };
}
