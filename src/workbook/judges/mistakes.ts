/**
 * What the functions must compute, and what typical mistakes compute in their place: a wrong answer is recognised by
 * its numbers, at several sizes.
 */
import type { Numbers } from '../evaluate.js';

/** Activations [1, nH, nW, nC] by place and channel. */
interface Activations {
  readonly positions: number;
  readonly channels: number;
  readonly data: Float64Array;
}

const activationsOf = ({ shape, data }: Numbers): Activations => {
  const channels = shape[3] as number;
  return { positions: data.length / channels, channels, data };
};

const at = (data: Float64Array, i: number) => data[i] as number;
const sumOf = (count: number, of: (i: number) => number) => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += of(i);
  return sum;
};

/** A mistake with the value that it leads to, for inputs of a function. */
export interface Mistake<Inputs> {
  readonly code: string;
  readonly value: (inputs: Inputs) => number;
}

export interface Pair {
  readonly a: Numbers;
  readonly g: Numbers;
}

const differences = ({ a, g }: Pair) => a.data.map((value, i) => value - at(g.data, i));

/** J_content = 1/(4 nH nW nC) * sum (aC - aG)^2. */
export function contentCostOf(pair: Pair): number {
  return sumOf(pair.a.data.length, (i) => at(differences(pair), i) ** 2) / (4 * pair.a.data.length);
}

const contentMistake = (code: string, value: (differences: Float64Array, count: number, pair: Pair) => number) => ({
  code,
  value: (pair: Pair) => value(differences(pair), pair.a.data.length, pair),
});

/** A factor with which a value was left, besides the right one: forgotten, or put in its place. */
const FACTORS = [
  ['', 1],
  ['4', 4],
] as const;

/** Each mistake with its own divisor, too. */
function withFactors<I>(mistake: Mistake<I>, divisors: (inputs: I) => readonly number[]): Mistake<I>[] {
  const count = 4;
  return FACTORS.flatMap(([, factor]) =>
    Array.from({ length: count }, (_, i) => ({
      code: mistake.code,
      value: (inputs: I) => (mistake.value(inputs) * factor) / (divisors(inputs)[i] ?? Number.NaN),
    })),
  );
}

export const CONTENT_MISTAKES: readonly Mistake<Pair>[] = [
  contentMistake('notSquared', (d, n) => sumOf(n, (i) => at(d, i)) / (4 * n)),
  contentMistake('notSquared', (d, n) => -sumOf(n, (i) => at(d, i)) / (4 * n)),
  contentMistake('absolute', (d, n) => sumOf(n, (i) => Math.abs(at(d, i))) / (4 * n)),
  contentMistake('squaredTwice', (d, n) => sumOf(n, (i) => at(d, i) ** 4) / (4 * n)),
  contentMistake('summedFirst', (d, n) => sumOf(n, (i) => at(d, i)) ** 2 / (4 * n)),
  contentMistake('root', (d, n) => Math.sqrt(sumOf(n, (i) => at(d, i) ** 2)) / (4 * n)),
  contentMistake('root', (d, n) => Math.sqrt(sumOf(n, (i) => at(d, i) ** 2) / (4 * n))),
  contentMistake('root', (d, n) => Math.sqrt(sumOf(n, (i) => at(d, i) ** 2))),
  contentMistake('costSquared', (d, n) => (sumOf(n, (i) => at(d, i) ** 2) / (4 * n)) ** 2),
  contentMistake('costSquared', (d, n) => sumOf(n, (i) => at(d, i) ** 2) ** 2 / (4 * n)),
  contentMistake('added', (_, n, { a, g }) => sumOf(n, (i) => (at(a.data, i) + at(g.data, i)) ** 2) / (4 * n)),
  contentMistake('squaresSubtracted', (_, n, { a, g }) => {
    return sumOf(n, (i) => at(a.data, i) ** 2 - at(g.data, i) ** 2) / (4 * n);
  }),
].flatMap((mistake) => withFactors(mistake, ({ a }) => [1, 1 / (4 * a.data.length)]));

/** G = A A' of A [nC, n], row by row. */
export function gramOf({ shape, data }: Numbers): Numbers {
  const [rows, columns] = shape as [number, number];
  const result = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      result[i * rows + j] = sumOf(columns, (k) => at(data, i * columns + k) * at(data, j * columns + k));
    }
  }
  return { shape: [rows, rows], data: result };
}

/** Wrong matrices of the right shape. */
export const GRAM_MISTAKES: readonly { readonly code: string; readonly value: (a: Numbers) => Numbers }[] = [
  {
    code: 'gramReshaped',
    value: ({ shape, data }) => {
      const [rows, columns] = shape as [number, number];
      const result = new Float64Array(rows * rows);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < rows; j++) {
          result[i * rows + j] = sumOf(columns, (k) => at(data, i * columns + k) * at(data, k * rows + j));
        }
      }
      return { shape: [rows, rows], data: result };
    },
  },
  { code: 'gramCentred', value: (a) => gramOf(centred(a)) },
  {
    code: 'gramCentred',
    value: (a) => {
      const gram = gramOf(centred(a));
      return { ...gram, data: gram.data.map((value) => value / (a.shape[1] as number)) };
    },
  },
  {
    code: 'gramSquared',
    value: (a) => {
      const gram = gramOf(a);
      return { ...gram, data: gram.data.map((value) => value ** 2) };
    },
  },
  {
    code: 'gramOfSquares',
    value: ({ shape, data }) => gramOf({ shape, data: data.map((value) => value ** 2) }),
  },
  {
    code: 'gramDiagonal',
    value: (a) => {
      const gram = gramOf(a);
      const rows = gram.shape[0] as number;
      return { ...gram, data: gram.data.map((value, i) => (i % (rows + 1) === 0 ? value : 0)) };
    },
  },
  {
    code: 'gramNormalised',
    value: (a) => {
      const gram = gramOf(a);
      const rows = gram.shape[0] as number;
      const size = (i: number) => Math.sqrt(at(gram.data, i * (rows + 1)));
      return { ...gram, data: gram.data.map((value, i) => value / (size(Math.floor(i / rows)) * size(i % rows))) };
    },
  },
];

function centred({ shape, data }: Numbers): Numbers {
  const columns = shape[1] as number;
  const mean = (row: number) => sumOf(columns, (k) => at(data, row * columns + k)) / columns;
  return { shape, data: data.map((value, i) => value - mean(Math.floor(i / columns))) };
}

/** A [nC, nH nW] of activations. */
export function unrolled(numbers: Numbers): Numbers {
  const { positions, channels, data } = activationsOf(numbers);
  const result = data.map((_, i) => at(data, (i % positions) * channels + Math.floor(i / positions)));
  return { shape: [channels, positions], data: result };
}

const styleOf = (pair: Pair, of: (x: Numbers) => Numbers, judge = (d: number) => d ** 2) => {
  const [s, g] = [of(pair.a), of(pair.g)];
  return sumOf(s.data.length, (i) => judge(at(s.data, i) - at(g.data, i)));
};

const divisorOf = ({ a }: Pair) => 4 * a.data.length ** 2;
const gramOfPicture = (x: Numbers) => gramOf(unrolled(x));

/** J_style of a layer = 1/(4 nC^2 (nH nW)^2) * sum (GS - GG)^2. */
export const layerStyleCostOf = (pair: Pair): number => styleOf(pair, gramOfPicture) / divisorOf(pair);

/** Read as [nC, nH nW] as it lies there. */
const reshapedOnly = ({ shape, data }: Numbers): Numbers => {
  const channels = shape[3] as number;
  return { shape: [channels, data.length / channels], data };
};
/** [nH nW, nC]: positions where channels belong. */
const byPosition = ({ shape, data }: Numbers): Numbers => {
  const channels = shape[3] as number;
  return { shape: [data.length / channels, channels], data };
};

const styleMistake = (code: string, value: (pair: Pair) => number): Mistake<Pair> => ({
  code,
  value: (pair) => value(pair) / divisorOf(pair),
});

export const STYLE_MISTAKES: readonly Mistake<Pair>[] = [
  styleMistake('notTransposed', (pair) => styleOf(pair, (x) => gramOf(reshapedOnly(x)))),
  styleMistake('positionsForChannels', (pair) => styleOf(pair, (x) => gramOf(byPosition(x)))),
  styleMistake('noGram', (pair) => styleOf(pair, unrolled)),
  styleMistake('gramsNotSquared', (pair) => styleOf(pair, gramOfPicture, (d) => d)),
  styleMistake('gramsNotSquared', (pair) => -styleOf(pair, gramOfPicture, (d) => d)),
  styleMistake('gramsAbsolute', (pair) => styleOf(pair, gramOfPicture, Math.abs)),
  styleMistake('squaredTwice', (pair) => styleOf(pair, gramOfPicture, (d) => d ** 4)),
  styleMistake('costSquared', (pair) => styleOf(pair, gramOfPicture) ** 2),
  styleMistake('costSquared', (pair) => styleOf(pair, gramOfPicture) ** 2 / divisorOf(pair)),
  styleMistake('root', (pair) => Math.sqrt(styleOf(pair, gramOfPicture))),
  styleMistake('root', (pair) => Math.sqrt(styleOf(pair, gramOfPicture) / divisorOf(pair)) * divisorOf(pair)),
  styleMistake('summedFirst', (pair) => styleOf(pair, gramOfPicture, (d) => d) ** 2),
  styleMistake('gramOfDifference', (pair) => {
    const gram = gramOf(unrolled({ shape: pair.a.shape, data: differences(pair) }));
    return sumOf(gram.data.length, (i) => at(gram.data, i) ** 2);
  }),
  styleMistake('gramsAdded', ({ a, g }) => {
    const [s, t] = [gramOfPicture(a), gramOfPicture(g)];
    return sumOf(s.data.length, (i) => (at(s.data, i) + at(t.data, i)) ** 2);
  }),
].flatMap((mistake) =>
  withFactors(mistake, (pair) => {
    const { positions, channels } = activationsOf(pair.a);
    return [1, 1 / divisorOf(pair), 1 / positions ** 2, 1 / channels ** 2];
  }),
);

export interface Totals {
  readonly JContent: number;
  readonly JStyle: number;
  readonly alpha: number;
  readonly beta: number;
}

export const totalCostOf = ({ JContent, JStyle, alpha, beta }: Totals): number => alpha * JContent + beta * JStyle;

export const TOTAL_MISTAKES: readonly Mistake<Totals>[] = [
  { code: 'weightsExchanged', value: ({ JContent, JStyle, alpha, beta }) => beta * JContent + alpha * JStyle },
  { code: 'weightsIgnored', value: ({ JContent, JStyle }) => 10 * JContent + 40 * JStyle },
  { code: 'weightsIgnoredExchanged', value: ({ JContent, JStyle }) => 40 * JContent + 10 * JStyle },
  { code: 'weightsForgotten', value: ({ JContent, JStyle }) => JContent + JStyle },
  { code: 'alphaForgotten', value: ({ JContent, JStyle, beta }) => JContent + beta * JStyle },
  { code: 'betaForgotten', value: ({ JContent, JStyle, alpha }) => alpha * JContent + JStyle },
  { code: 'contentOnly', value: ({ JContent, alpha }) => alpha * JContent },
  { code: 'styleOnly', value: ({ JStyle, beta }) => beta * JStyle },
  { code: 'subtracted', value: ({ JContent, JStyle, alpha, beta }) => alpha * JContent - beta * JStyle },
  { code: 'multiplied', value: ({ JContent, JStyle, alpha, beta }) => alpha * JContent * (beta * JStyle) },
  { code: 'halved', value: ({ JContent, JStyle, alpha, beta }) => (alpha * JContent + beta * JStyle) / 2 },
  {
    code: 'sharesOfWeights',
    value: ({ JContent, JStyle, alpha, beta }) => (alpha * JContent + beta * JStyle) / (alpha + beta),
  },
  { code: 'weightsForBoth', value: ({ JContent, JStyle, alpha, beta }) => (alpha + beta) * (JContent + JStyle) },
  { code: 'alphaForBoth', value: ({ JContent, JStyle, alpha, beta }) => alpha * (JContent + beta * JStyle) },
  { code: 'contentTwice', value: ({ JContent, alpha, beta }) => (alpha + beta) * JContent },
  { code: 'styleTwice', value: ({ JStyle, alpha, beta }) => (alpha + beta) * JStyle },
];

/** A wrong factor that depends on sizes alone: constant * nH^a nW^b nC^c. */
export interface Factor {
  readonly constant: number;
  readonly nH: number;
  readonly nW: number;
  readonly nC: number;
}

const CONSTANTS = [1, 4, 2, 1 / 2, 1 / 4, 8, 1 / 8, 16, 1 / 16, 3, 1 / 3, 10, 1 / 10, -1, 1000, 1 / 1000];

/**
 * The simplest factor that explains the ratios of wrong to right values at several sizes.
 *
 * @param ratios with the sizes that they were found at.
 */
export function factorOf(
  ratios: readonly { readonly ratio: number; readonly sizes: readonly [nH: number, nW: number, nC: number] }[],
): Factor | undefined {
  const found: { factor: Factor; complexity: number }[] = [];
  const powers = [-3, -2, -1, 0, 1, 2, 3];
  for (const constant of CONSTANTS) {
    for (const nH of powers) {
      for (const nW of powers) {
        for (const nC of powers) {
          const fits = ratios.every(({ ratio, sizes: [h, w, c] }) => {
            return near(ratio, constant * h ** nH * w ** nW * c ** nC);
          });
          const complexity = Math.abs(nH) + Math.abs(nW) + Math.abs(nC) + CONSTANTS.indexOf(constant) / 10;
          if (fits) found.push({ factor: { constant, nH, nW, nC }, complexity });
        }
      }
    }
  }
  return found.sort((a, b) => a.complexity - b.complexity)[0]?.factor;
}

/** Equal to what rounding leaves. */
export function near(value: number, wanted: number, tolerance = 1e-6): boolean {
  return Math.abs(value - wanted) <= tolerance * Math.max(Math.abs(wanted), 1e-9);
}
