/** What holds of statistics of features, whatever network they come from. */
import { describe, expect, test } from 'vitest';
import { STATISTICS } from '../../src/core/costs/statistics/index.js';
import type { Sampled } from '../../src/core/costs/statistics/statistic.js';
import { gradients } from '../../src/core/graph/gradient.js';
import { fixedInput, input } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Tensor, type Tensors, tensor } from '../../src/core/graph/tensor.js';
import type { Options } from '../../src/core/options/options.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { seededNumbers } from '../support/random.js';

const engine = createNodeEngine({ threads: 1 });
type Name = Options['statistic'];
const NAMES: readonly Name[] = ['gram', 'wasserstein', 'sliced'];

/** Features with a mean and correlated channels, [C, N]; no two alike. */
function featuresOf(channels: number, positions: number, seed: number): Tensor {
  const numbers = seededNumbers(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - numbers())) * Math.cos(2 * Math.PI * numbers());
  const mixing = Float64Array.from({ length: channels * channels }, normal);
  const mean = Float64Array.from({ length: channels }, () => 3 * normal());
  const result = tensor([channels, positions]);
  for (let i = 0; i < positions; i++) {
    const own = Float64Array.from({ length: channels }, normal);
    for (let c = 0; c < channels; c++) {
      let value = mean[c] as number;
      for (let k = 0; k < channels; k++) value += (mixing[c * channels + k] as number) * (own[k] as number);
      result.data[c * positions + i] = value;
    }
  }
  return result;
}

/** `count` random orthonormal rows of `extent` numbers, each at right angles to those of `others` too. */
function orthonormal(count: number, extent: number, seed: number, others: readonly number[][] = []): number[][] {
  const numbers = seededNumbers(seed);
  const rows: number[][] = [];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  while (rows.length < count) {
    let row = Array.from({ length: extent }, () => numbers() - 0.5);
    for (const other of [...others, ...rows, ...others, ...rows]) {
      const share = dot(row, other) / dot(other, other);
      row = row.map((value, i) => value - share * (other[i] as number));
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

/** [C, N] with exactly this mean and these deviations, and no correlation. */
function gaussian(mean: readonly number[], deviations: readonly number[], positions: number, seed: number): Tensor {
  const rows = orthonormal(mean.length, positions, seed, [Array(positions).fill(1)]);
  return matrix(
    rows.map((row, c) =>
      row.map((value) => (mean[c] as number) + (deviations[c] as number) * Math.sqrt(positions) * value),
    ),
  );
}

const matrix = (rows: readonly number[][]) =>
  tensor([rows.length, rows[0]?.length as number], Float32Array.from(rows.flat()));

/** [to, from] with orthonormal columns. */
function isometry(to: number, from: number): Tensor {
  const rows = orthonormal(from, to, 6);
  return matrix(Array.from({ length: to }, (_, r) => rows.map((row) => row[r] as number)));
}

const mapped = ({ shape, data }: Tensor, change: (value: number, i: number) => number) =>
  tensor(shape, data.map(change));

/** The columns at these positions. */
function columns({ shape, data }: Tensor, at: readonly number[]): Tensor {
  const [channels, positions] = shape as [number, number];
  const result = tensor([channels, at.length]);
  for (let c = 0; c < channels; c++) {
    for (const [i, from] of at.entries()) result.data[c * at.length + i] = data[c * positions + from] as number;
  }
  return result;
}

function product(a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = a.shape as [number, number];
  const [, extent] = b.shape as [number, number];
  const result = tensor([rows, extent]);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < extent; c++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += (a.data[r * inner + k] as number) * (b.data[k * extent + c] as number);
      result.data[r * extent + c] = sum;
    }
  }
  return result;
}

interface Setting {
  readonly tap?: Tensor;
  readonly channels?: number;
  readonly seed?: number;
  readonly styleMix?: Options['styleMix'];
  /** How much positions of the painting count. */
  readonly weights?: Tensor | undefined;
}

/** The cost of features of a painting against those of styles, ready for any features of that shape. */
async function costOf(
  name: Name,
  styles: readonly { readonly features: Tensor; readonly weight: number }[],
  shape: Tensor['shape'],
  { tap, seed = 1, weights, styleMix = 'blend', ...setting }: Setting = {},
) {
  const statistic = STATISTICS[name];
  const fixed: Tensors = tap ? { tap } : {};
  const dimensions = (tap ?? styles[0]?.features)?.shape[0] as number;
  const channels = setting.channels ?? dimensions;
  const about = { channels, dimensions, positions: shape[1] as number, seed, styleMix };
  const sampled = (features: Sampled['features']): Sampled => ({
    features,
    tap: tap && fixedInput('tap', tap.shape),
    positions: features.shape[1] as number,
  });
  const samples = [];
  for (const { features, weight } of styles) {
    const measure = await Program.load(
      engine,
      statistic.measure(sampled(input('features', features.shape)), about),
      fixed,
    );
    samples.push({ measures: await measure.run({ features }), weight });
    await measure.dispose();
  }
  const { tensors, size } = statistic.target(samples, about);
  const x = input('features', shape);
  const own = { ...sampled(x), weights: weights && input('weights', weights.shape) };
  const target = Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, input(name, value.shape)]));
  const cost = statistic.cost(statistic.measure(own, about), target, about);
  const program = await Program.load(engine, { cost, gradient: gradients(cost, [x])[0] as typeof x }, fixed);
  return {
    size,
    statistic,
    about,
    async at(features: Tensor) {
      const results = await program.run({ ...tensors, ...(weights ? { weights } : {}), features });
      return { cost: results.cost?.data[0] as number, gradient: results.gradient?.data as Float32Array };
    },
    /** Of what was measured of the whole painting. */
    async cost(measured: Tensors) {
      const measures = mapValues(measured, ({ shape }, measure) => input(`measured ${measure}`, shape));
      const judge = await Program.load(engine, { cost: statistic.cost(measures, target, about) });
      const feeds = Object.fromEntries(Object.entries(measured).map(([key, value]) => [`measured ${key}`, value]));
      const results = await judge.run({ ...tensors, ...feeds });
      await judge.dispose();
      return results.cost?.data[0] as number;
    },
  };
}

const mapValues = <T>(tensors: Tensors, of: (value: Tensor, name: string) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, of(value, name)]));

async function cost(name: Name, style: Tensor, painting: Tensor, setting: Setting = {}): Promise<number> {
  const { at } = await costOf(name, [{ features: style, weight: 1 }], painting.shape, setting);
  return (await at(painting)).cost;
}

const one = (features: Tensor) => [{ features, weight: 1 }];
const style = featuresOf(8, 200, 1);
const painting = featuresOf(8, 200, 2);

/** How exact costs are, as a share of `size`. The root in the Wasserstein distance is never too large. */
const EXACT: Readonly<Record<Name, number>> = { gram: 1e-5, wasserstein: 1e-3, sliced: 1e-5 };

describe.each(NAMES)('%s', (name) => {
  test('a style costs nothing against itself, wherever its features stand; another costs', async () => {
    const { at, size } = await costOf(name, one(style), style.shape);
    const shuffled = columns(
      style,
      Array.from({ length: 200 }, (_, i) => (i * 77) % 200),
    );
    expect(shuffled.data).not.toEqual(style.data);
    for (const same of [style, shuffled]) {
      const { cost } = await at(same);
      expect(cost).toBeLessThan(EXACT[name] * size);
      expect(cost).toBeGreaterThan(-1e-6 * size);
    }
    expect((await at(painting)).cost).toBeGreaterThan(0.1 * size);
  });

  test('features that are all 0 cost its size; those of a share of the contrast by the power law', async () => {
    for (const channels of [8, 11]) {
      const { at, size } = await costOf(name, one(style), style.shape, { channels });
      const costAt = async (share: number) => (await at(mapped(style, (value) => share * value))).cost / size;
      expect(await costAt(0)).toBeCloseTo(1, 5);
      for (const share of [0.3, 0.8, 1.5]) {
        // Of distances squared and of second moments.
        const wanted = name === 'gram' ? (1 - share ** 2) ** 2 : (1 - share) ** 2;
        expect(Math.abs((await costAt(share)) - wanted)).toBeLessThan(EXACT[name]);
      }
    }
  });

  test('the gradient is that of finite differences', async () => {
    const { at } = await costOf(name, one(style), painting.shape);
    const { gradient } = await at(painting);
    const numbers = seededNumbers(4);
    const rms = Math.sqrt(gradient.reduce((total, g) => total + g * g, 0) / gradient.length);
    const direction = gradient.map((g) => g / rms + numbers() - 0.5);
    const exact = gradient.reduce((total, g, i) => total + g * (direction[i] as number), 0);
    const along = async (h: number) =>
      (await at(mapped(painting, (value, i) => value + h * (direction[i] as number)))).cost;
    const numeric = ((await along(0.02)) - (await along(-0.02))) / 0.04;
    expect(Math.abs(numeric / exact - 1)).toBeLessThan(1e-3);
  });

  test('two styles of weights 1 and 0 are the first alone, of equal weights neither', async () => {
    const other = featuresOf(8, 130, 3);
    const weighted = (a: number, b: number) => [
      { features: style, weight: a },
      { features: other, weight: b },
    ];
    const costs: number[] = [];
    for (const styles of [one(style), weighted(5, 0), one(other), weighted(0, 0.1), weighted(2, 2)]) {
      costs.push((await (await costOf(name, styles, painting.shape)).at(painting)).cost);
    }
    const [first, withNone, second, second2, both] = costs as [number, number, number, number, number];
    expect(withNone / first).toBeCloseTo(1, 5);
    expect(second2 / second).toBeCloseTo(1, 5);
    for (const alone of [first, second]) expect(Math.abs(both / alone - 1)).toBeGreaterThan(0.01);
  });

  test('features mapped by an isometry cost what wide features of that many channels do', async () => {
    const tap = isometry(20, 8);
    const wide = await cost(name, product(tap, style), product(tap, painting));
    expect((await cost(name, style, painting, { tap })) / wide).toBeCloseTo(1, name === 'wasserstein' ? 3 : 4);
    // Projections of 20 channels are of other lengths than of 8; costs of moments are the same for all isometries.
    const narrow = await cost(name, style, painting, { channels: 20 });
    if (name !== 'sliced') expect(narrow / wide).toBeCloseTo(1, 3);
  });

  test('a picture of another size with the same features costs the same', async () => {
    const twice = columns(
      style,
      Array.from({ length: 400 }, (_, i) => i >> 1),
    );
    expect((await cost(name, twice, painting)) / (await cost(name, style, painting))).toBeCloseTo(1, 4);
    // Against itself, larger and smaller.
    const { at, size } = await costOf(name, one(style), twice.shape);
    expect(Math.abs((await at(twice)).cost)).toBeLessThan(1e-3 * size);
    const half = await costOf(name, one(twice), style.shape);
    expect(Math.abs((await half.at(style)).cost)).toBeLessThan(1e-3 * size);
  });
});

/** Features in tiles of 30, 120 and 50 positions. */
const TILES = [
  [0, 30],
  [30, 150],
  [150, 200],
] as const;

describe.each(NAMES)('%s in tiles', (name) => {
  // Of one level each, so that there is variance between the tiles alone.
  const flats = mapped(tensor([8, 200]), (_, i) => TILES.findIndex(([, end]) => i % 200 < end) + Math.floor(i / 200));
  const none = tensor(
    [1, 200],
    Float32Array.from({ length: 200 }, (_, i) => (i < 30 ? 0 : 1 / 170)),
  );

  test.each([
    ['positions that count alike', painting, undefined],
    ['flat tiles', flats, undefined],
    ['a tile that does not count', painting, none],
  ] as const)('%s: what they measure joins to what the whole picture costs', async (_, features, weights) => {
    const { at, cost, statistic, about } = await costOf(name, one(style), features.shape, { weights });
    const measured: Tensors[] = [];
    for (const [start, end] of TILES) {
      const part = (x: Tensor) =>
        columns(
          x,
          Array.from({ length: end - start }, (_, i) => start + i),
        );
      const own = input('features', [8, end - start]);
      const sampled = {
        features: own,
        tap: undefined,
        positions: 200,
        weights: weights && input('own weights', [1, end - start]),
      };
      const program = await Program.load(engine, statistic.measure(sampled, about));
      measured.push(
        await program.run({ features: part(features), ...(weights ? { 'own weights': part(weights) } : {}) }),
      );
      await program.dispose();
    }
    const joined = Object.fromEntries(
      Object.keys(measured[0] as Tensors).map((measure) => {
        const parts = measured.map((tile) => tile[measure] as Tensor);
        return [measure, statistic.join[measure] === 'concat' ? sideBySide(parts) : summed(parts)];
      }),
    );
    expect((await cost(joined)) / (await at(features)).cost).toBeCloseTo(1, 4);
  });
});

const summed = (parts: readonly Tensor[]) =>
  mapped(parts[0] as Tensor, (_, i) => parts.reduce((sum, { data }) => sum + (data[i] as number), 0));

/** Along the last of two axes. */
function sideBySide(parts: readonly Tensor[]): Tensor {
  const rows = parts[0]?.shape[0] as number;
  return matrix(
    Array.from({ length: rows }, (_, row) =>
      parts.flatMap(({ shape, data }) => [
        ...data.subarray(row * (shape[1] as number), (row + 1) * (shape[1] as number)),
      ]),
    ),
  );
}

describe.each(NAMES)('flat features, %s', (name) => {
  // Far from 0: rounding of their squares is as large as a variance of 1e-3.
  const flat = mapped(tensor([8, 200]), (_, i) => 100 + 37 * Math.sin(Math.floor(i / 200)));
  const nearly = mapped(flat, (value, i) => value + (i % 200 === 7 ? 1e-3 : 0));
  const equal = tensor([1, 200], new Float32Array(200).fill(1 / 200));

  test.each([
    ['a painting', style, flat],
    ['a painting but for a trace', style, nearly],
    ['a style', flat, style],
    ['a style but for a trace', nearly, style],
    ['both', flat, flat],
    ['both, one but for a trace', nearly, flat],
  ] as const)('%s: costs are finite and not negative, and so are gradients', async (_, from, to) => {
    for (const weights of [undefined, equal]) {
      const { at, size } = await costOf(name, one(from), to.shape, { weights });
      const { cost, gradient } = await at(to);
      expect(cost).toBeGreaterThan(-1e-6 * size);
      expect(gradient.every(Number.isFinite)).toBe(true);
      if (name !== 'wasserstein' || to === style) continue;
      // |mS - mG|^2 + tr S, less what is there of the root: no direction has a deviation to compare.
      const mean = (x: Tensor, c: number) =>
        x.data.subarray(200 * c, 200 * c + 200).reduce((sum, v) => sum + v / 200, 0);
      const apart = Array.from({ length: 8 }, (_, c) => mean(from, c) - mean(to, c));
      const variance = from.data.reduce((sum, v, i) => sum + (v - mean(from, Math.floor(i / 200))) ** 2 / 200, 0);
      const wanted = (apart.reduce((sum, d) => sum + d * d, 0) + variance) / 8;
      expect(Math.abs(cost - wanted)).toBeLessThan(1e-3 * wanted + 1e-6 * size);
      // Of a flat painting the means alone can come nearer: the gradient is 2 (mG - mS) / (C N) everywhere.
      if (to !== flat) continue;
      const rms = Math.hypot(...apart) / Math.sqrt(8);
      const wrong = gradient.map((g, i) => g * 8 * 200 + 2 * (apart[Math.floor(i / 200)] as number));
      expect(Math.max(...wrong.map(Math.abs))).toBeLessThan(0.05 * rms + 1e-3);
    }
  });
});

describe.each(NAMES)('%s with weights of positions', (name) => {
  // Of fewer features there are fewer quantiles, read between 200 others or between their own.
  const digits = name === 'sliced' ? 2 : 4;

  test('equal weights are as none', async () => {
    const weights = mapped(tensor([1, 200]), () => 1 / 200);
    expect((await cost(name, style, painting, { weights })) / (await cost(name, style, painting))).toBeCloseTo(1, 4);
  });

  test('positions of weight 0 do not count, the others by their weights', async () => {
    const some = [...Array(50).keys()];
    const weights = tensor([1, 200]);
    weights.data.fill(1 / 50, 0, 50);
    expect(
      (await cost(name, style, painting, { weights })) / (await cost(name, style, columns(painting, some))),
    ).toBeCloseTo(1, digits);
    weights.data.fill(1 / 60, 0, 50).fill(2 / 60, 0, 10);
    const tens = [...some, ...some.slice(0, 10)];
    expect(
      (await cost(name, style, painting, { weights })) / (await cost(name, style, columns(painting, tens))),
    ).toBeCloseTo(1, digits);
  });
});

describe('Wasserstein distance of Gaussians with uncorrelated channels: |mS - mG|^2 + |sigmaS - sigmaG|^2', () => {
  const closed = (
    [meanS, sigmaS]: readonly [readonly number[], readonly number[]],
    [meanG, sigmaG]: readonly [readonly number[], readonly number[]],
  ) => {
    const square = (a: readonly number[], b: readonly number[]) =>
      a.reduce((total, value, i) => total + (value - (b[i] as number)) ** 2, 0);
    return (square(meanS, meanG) + square(sigmaS, sigmaG)) / meanS.length;
  };
  const GAUSSIANS = {
    'other means': [
      [
        [1, -2, 0, 5],
        [1, 2, 3, 1],
      ],
      [
        [0, 2, 3, 4],
        [1, 2, 3, 1],
      ],
    ],
    'other deviations': [
      [
        [1, -2, 0, 5],
        [1, 2, 3, 1],
      ],
      [
        [1, -2, 0, 5],
        [2, 1, 1, 3],
      ],
    ],
    both: [
      [
        [1, -2, 0, 5],
        [1, 2, 3, 1],
      ],
      [
        [0, 2, 3, 4],
        [2, 1, 1, 3],
      ],
    ],
    'a style without variance in some channels': [
      [
        [1, -2, 0, 5],
        [1, 0, 3, 0],
      ],
      [
        [1, -2, 0, 5],
        [2, 1, 1, 3],
      ],
    ],
    'a style with little variance in some channels': [
      [
        [1, -2, 0, 5],
        [1, 0.03, 3, 0.01],
      ],
      [
        [1, -2, 0, 5],
        [2, 1, 1, 3],
      ],
    ],
    'a painting without variance': [
      [
        [1, -2, 0, 5],
        [1, 2, 3, 1],
      ],
      [
        [1, -2, 0, 5],
        [0, 0, 0, 0],
      ],
    ],
  } as const;

  test.each(Object.keys(GAUSSIANS) as (keyof typeof GAUSSIANS)[])('%s', async (which) => {
    const [s, g] = GAUSSIANS[which];
    const found = await cost('wasserstein', gaussian(s[0], s[1], 300, 1), gaussian(g[0], g[1], 200, 2));
    // Variance under 1e-4 of the whole is left out.
    expect(Math.abs(found / closed(s, g) - 1)).toBeLessThan(which.includes('little') ? 1e-2 : 1e-5);
  });
});

describe('several styles', () => {
  // Two styles that differ in their means alone, by 6 deviations.
  const low = gaussian([0, 0], [1, 2], 200, 1);
  const high = gaussian([6, 0], [1, 2], 200, 2);
  const styles = [
    { features: low, weight: 1 },
    { features: high, weight: 1 },
  ];
  const between = gaussian([3, 0], [1, 2], 200, 3);
  const divided = tensor(
    [2, 200],
    Float32Array.from({ length: 400 }, (_, i) => {
      const [channel, position] = [Math.floor(i / 200), i % 200];
      return (position % 2 ? high : low).data[channel * 200 + position] as number;
    }),
  );

  test.each(['wasserstein', 'sliced'] as const)(
    '%s: blended, features between the styles cost nothing; divided, those of both',
    async (name) => {
      for (const [styleMix, near, far] of [
        ['blend', between, divided],
        ['divide', divided, between],
      ] as const) {
        const { at, size } = await costOf(name, styles, [2, 200], { styleMix });
        const [right, wrong] = [(await at(near)).cost, (await at(far)).cost];
        expect(right).toBeLessThan(0.03 * size);
        expect(wrong).toBeGreaterThan(5 * right);
        expect(wrong).toBeGreaterThan(0.1 * size);
      }
    },
  );

  test('gram: its mean is the same either way', async () => {
    const costs: number[] = [];
    for (const styleMix of ['blend', 'divide'] as const) {
      costs.push((await (await costOf('gram', styles, [2, 200], { styleMix })).at(between)).cost);
    }
    expect(costs[0]).toBe(costs[1]);
  });

  test.each(NAMES)('%s: one style is the same either way, and so are two of which one does not count', async (name) => {
    const other = featuresOf(8, 130, 3);
    const weighted = [
      { features: style, weight: 2 },
      { features: other, weight: 0 },
    ];
    const costs: number[] = [];
    for (const styleMix of ['blend', 'divide'] as const) {
      for (const given of [one(style), weighted]) {
        costs.push((await (await costOf(name, given, painting.shape, { styleMix })).at(painting)).cost);
      }
    }
    for (const found of costs) expect(found / (costs[0] as number)).toBeCloseTo(1, 5);
  });
});

describe('sliced', () => {
  test('a shift of all features costs its length squared per channel', async () => {
    const shift = [1, -2, 0.5, 0, 3, 1, -1, 2];
    const moved = mapped(style, (value, i) => value + (shift[Math.floor(i / 200)] as number));
    const wanted = shift.reduce((total, value) => total + value * value, 0) / 8;
    // Eight directions at right angles see all of eight channels, whatever they are.
    for (const seed of [1, 2]) expect((await cost('sliced', style, moved, { seed })) / wanted).toBeCloseTo(1, 4);
  });

  test('with fewer directions than channels this is so on average over seeds', async () => {
    const channels = 300;
    const wide = featuresOf(channels, 30, 3);
    const numbers = seededNumbers(8);
    const shift = Float64Array.from({ length: channels }, () => 2 * numbers() - 1);
    const moved = mapped(wide, (value, i) => value + (shift[Math.floor(i / 30)] as number));
    const wanted = shift.reduce((total, value) => total + value * value, 0) / channels;
    const costs: number[] = [];
    for (let seed = 0; seed < 6; seed++) costs.push((await cost('sliced', wide, moved, { seed })) / wanted);
    expect(Math.abs(costs.reduce((total, value) => total + value, 0) / 6 - 1)).toBeLessThan(0.1);
    expect(new Set(costs).size).toBe(6);
  });

  test('mapped features cost on average what wide ones do, though their directions are others', async () => {
    const channels = 24;
    const tap = isometry(channels, 8);
    const [wideStyle, widePainting] = [product(tap, style), product(tap, painting)];
    let [wide, narrow] = [0, 0];
    for (let seed = 0; seed < 10; seed++) {
      wide += await cost('sliced', wideStyle, widePainting, { seed });
      narrow += await cost('sliced', style, painting, { seed, channels });
    }
    expect(narrow / wide).toBeCloseTo(1, 1);
  });
});
