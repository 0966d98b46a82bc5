import { describe, expect, test } from 'vitest';
import { adam, adamInit, adamUpdate } from '../../src/core/optimizers/adam.js';
import { coarseFirst } from '../../src/core/optimizers/coarse-first.js';
import { lbfgs } from '../../src/core/optimizers/lbfgs.js';
import type { Optimizer, Point as PointAt } from '../../src/core/optimizers/optimizer.js';

type Point = Omit<PointAt, 'pixels'>;

/** An optimiser with its state beside it; `step` changes `x`. */
function walker<S>(optimizer: Optimizer<S>, length = 4) {
  let state = optimizer.start(length);
  return {
    async step(x: Float32Array, at: Point, evaluate: (x: Float32Array) => Promise<Point>): Promise<Point> {
      const before = x.slice();
      const pixels = x.slice();
      const taken = await optimizer.step(state, { ...at, pixels }, async (to) => ({
        pixels: to,
        ...(await evaluate(to)),
      }));
      // Nothing is changed in place.
      expect(pixels).toEqual(before);
      state = taken.state;
      x.set(taken.at.pixels);
      return taken.at;
    },
    resize(resample: (planes: Float32Array) => Float32Array) {
      state = optimizer.resize(state, resample);
    },
  };
}
type Walker = ReturnType<typeof walker>;

test("Adam's first steps by hand", () => {
  const x = Float32Array.of(1, -2);
  const state = adamInit(2);
  const options = { learningRate: 0.1 };
  adamUpdate(x, Float32Array.of(0.5, -4), state, options);
  // The first step is the learning rate against the sign of the gradient.
  expect(x[0]).toBeCloseTo(0.9, 6);
  expect(x[1]).toBeCloseTo(-1.9, 6);
  adamUpdate(x, Float32Array.of(-0.5, -4), state, options);
  const m = (0.9 * 0.1 * 0.5 - 0.1 * 0.5) / (1 - 0.9 ** 2);
  const v = (0.999 * 0.001 * 0.25 + 0.001 * 0.25) / (1 - 0.999 ** 2);
  expect(x[0]).toBeCloseTo(0.9 - (0.1 * m) / Math.sqrt(v), 5);
  expect(x[1]).toBeCloseTo(-1.8, 5);
});

/** Rosenbrock's valley in n dimensions. */
async function valley(x: Float32Array): Promise<Point> {
  let cost = 0;
  const gradient = new Float32Array(x.length);
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i] as number, x[i + 1] as number];
    cost += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[i] = (gradient[i] as number) - 400 * a * (b - a * a) - 2 * (1 - a);
    gradient[i + 1] = (gradient[i + 1] as number) + 200 * (b - a * a);
  }
  return { cost, gradient };
}

test('L-BFGS walks down the valley of Rosenbrock, never uphill, in few evaluations', async () => {
  const x = Float32Array.from({ length: 6 }, (_, i) => (i % 2 ? 1 : -1.2));
  const optimizer = walker(lbfgs({ firstStep: 0.1 }));
  let evaluations = 0;
  const evaluate = (at: Float32Array) => {
    evaluations++;
    return valley(at);
  };
  let at = await evaluate(x);
  for (let step = 0; step < 120; step++) {
    const next = await optimizer.step(x, at, evaluate);
    expect(next.cost).toBeLessThanOrEqual(at.cost);
    at = next;
  }
  for (const value of x) expect(value).toBeCloseTo(1, 2);
  expect(evaluations).toBeLessThan(250);
});

test('L-BFGS backs off from a cliff of infinite cost, and stays where there is no way down', async () => {
  const cliff = async (x: Float32Array): Promise<Point> => {
    const value = x[0] as number;
    return { cost: value < 0 ? Number.POSITIVE_INFINITY : value, gradient: Float32Array.of(1) };
  };
  const x = Float32Array.of(1);
  const optimizer = walker(lbfgs({ firstStep: 10 }));
  let at = await cliff(x);
  for (let step = 0; step < 60; step++) at = await optimizer.step(x, at, cliff);
  expect(x[0]).toBeGreaterThanOrEqual(0);
  expect(x[0]).toBeLessThan(0.2);
  expect(at.cost).toBe(x[0]);
});

/** Curvatures 1, 2, 3 ..., coupled by neighbours; the minimum over all numbers is at `wanted`. */
function bowl(wanted: readonly number[]) {
  const couple = 0.4;
  return async (x: Float32Array): Promise<Point> => {
    const off = wanted.map((value, i) => (x[i] as number) - value);
    const gradient = Float32Array.from(
      off,
      (value, i) => (i + 1) * value + couple * ((off[i - 1] ?? 0) + (off[i + 1] ?? 0)),
    );
    return { cost: off.reduce((total, value, i) => total + (value * (gradient[i] as number)) / 2, 0), gradient };
  };
}

async function walk(
  optimizer: Walker,
  x: Float32Array,
  evaluate: (x: Float32Array) => Promise<Point>,
  steps: number,
): Promise<Point> {
  let at = await evaluate(x);
  for (let step = 0; step < steps; step++) at = await optimizer.step(x, at, evaluate);
  return at;
}

const within = (low: number, high: number) => (x: Float32Array) => {
  for (let i = 0; i < x.length; i++) x[i] = Math.min(high, Math.max(low, x[i] as number));
};

describe('within bounds', () => {
  const wanted = [3, -0.5, 0.2, -4, 0.7, 1.5];
  const evaluate = bowl(wanted);

  /** The minimum by many small steps downhill, each brought back inside (Goldstein 1964). */
  async function patient(): Promise<Float32Array> {
    const x = new Float32Array(wanted.length);
    for (let step = 0; step < 3000; step++) {
      const { gradient } = await evaluate(x);
      for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) - 0.1 * (gradient[i] as number);
      within(-1, 1)(x);
    }
    return x;
  }

  test('L-BFGS comes to the least cost inside, never uphill, never outside', async () => {
    const best = await patient();
    expect([best[0], best[3], best[5]]).toEqual([1, -1, 1]);
    const x = new Float32Array(wanted.length);
    const optimizer = walker(lbfgs({ firstStep: 0.5 }, within(-1, 1)));
    let at = await evaluate(x);
    for (let step = 0; step < 60; step++) {
      const next = await optimizer.step(x, at, (to) => {
        expect(Math.max(...to.map(Math.abs))).toBeLessThanOrEqual(1);
        return evaluate(to);
      });
      expect(next.cost).toBeLessThanOrEqual(at.cost);
      at = next;
    }
    for (const [i, value] of best.entries()) expect(x[i]).toBeCloseTo(value, 2);
    expect(at.cost).toBeCloseTo((await evaluate(best)).cost, 3);
  });

  test('Adam does too', async () => {
    const best = await patient();
    const x = new Float32Array(wanted.length);
    await walk(walker(adam({ learningRate: 0.02 }, within(-1, 1)), x.length), x, evaluate, 400);
    for (const [i, value] of best.entries()) expect(x[i]).toBeCloseTo(value, 1);
    expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(1);
  });
});

describe('at another size', () => {
  const small = bowl([3, -1, 2, 0.5]);
  const twice = (x: Float32Array) => Float32Array.from({ length: 2 * x.length }, (_, i) => x[i >> 1] as number);
  /** The same cost of pairs of numbers, as a picture of twice the size has. */
  const large = async (x: Float32Array): Promise<Point> => {
    const means = Float32Array.from({ length: 4 }, (_, i) => ((x[2 * i] as number) + (x[2 * i + 1] as number)) / 2);
    const { cost, gradient } = await small(means);
    const apart = means.map((mean, i) => (x[2 * i] as number) - mean);
    return {
      cost: cost + apart.reduce((total, value) => total + value * value, 0),
      gradient: twice(gradient).map((g, i) => g / 2 + (i % 2 ? -1 : 1) * (apart[i >> 1] as number)),
    };
  };

  test('L-BFGS begins anew, as carefully as it had become', async () => {
    const x = new Float32Array(4);
    const optimizer = lbfgs({ firstStep: 0.01 });
    const evaluate = async (pixels: Float32Array) => ({ pixels, ...(await small(pixels)) });
    const { state } = await optimizer.step(optimizer.start(4), await evaluate(x), evaluate);
    expect(state.pairs).toHaveLength(1);
    expect(optimizer.resize(state, twice)).toEqual(optimizer.start(8));
    expect(optimizer.resize(optimizer.calm(state), twice)).toEqual(optimizer.calm(optimizer.start(8)));
  });

  test('L-BFGS that had arrived sets out again', async () => {
    const x = new Float32Array(4);
    const optimizer = walker(lbfgs({ firstStep: 0.1 }));
    // A cost that only rises, whatever its gradient says: no way down.
    const wall = async (at: Float32Array): Promise<Point> => ({
      cost: at.some((value) => value !== 0) ? 1 : 0,
      gradient: new Float32Array(4).fill(1),
    });
    await walk(optimizer, x, wall, 2);
    expect(x).toEqual(new Float32Array(4));
    optimizer.resize(twice);
    const larger = twice(x);
    const start = await large(larger);
    expect((await optimizer.step(larger, start, large)).cost).toBeLessThan(start.cost);
  });

  test('Adam keeps its means, and squares stay squares', async () => {
    const x = new Float32Array(4);
    const optimizer = walker(adam({ learningRate: 0.1 }));
    await walk(optimizer, x, small, 5);
    const doubled = twice(x);
    const gradient = (await small(x)).gradient;
    const [flat, flatTwice] = [
      async () => ({ cost: 0, gradient }),
      async () => ({ cost: 0, gradient: twice(gradient) }),
    ];
    const other = walker(adam({ learningRate: 0.1 }));
    await walk(other, new Float32Array(4), small, 5);
    other.resize(twice);
    await optimizer.step(x, await flat(), flat);
    await other.step(doubled, await flatTwice(), flatTwice);
    expect(doubled).toEqual(twice(x));
    // Resampling may overshoot below 0.
    other.resize((planes) => planes.map((value) => -Math.abs(value)));
    await other.step(doubled, await flatTwice(), flatTwice);
    expect([...doubled].every(Number.isFinite)).toBe(true);
  });
});

describe('coarse first', () => {
  const [width, height] = [37, 21];
  const size = { width, height };
  const length = 3 * width * height;
  const random = (seed: number) => Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * (i + 1) * seed) * 3);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

  test('is symmetric and positive, leaves what is even as it is and shrinks grain to a tenth', () => {
    const precondition = coarseFirst(size);
    const [a, b] = [random(1), random(2)];
    expect(dot(a, precondition(b))).toBeCloseTo(dot(b, precondition(a)), 2);
    const grain = Float32Array.from({ length }, (_, i) => ((i % width) + Math.floor(i / width)) % 2);
    for (const some of [a, b, grain]) {
      expect(dot(some, precondition(some))).toBeGreaterThan(0.1 * dot(some, some));
    }
    const even = new Float32Array(length).fill(2);
    for (const value of precondition(even)) expect(value).toBeCloseTo(2, 5);
    const centred = grain.map((value) => value - 0.5);
    const middle = 10 * width + 18;
    expect(Math.abs(precondition(centred)[middle] as number)).toBeCloseTo(0.05, 1);
  });

  test('channels stay apart, and lines shorter than the box are no problem', () => {
    const one = new Float32Array(length);
    one[5] = 1;
    const spread = coarseFirst(size)(one);
    expect(spread.subarray(width * height).every((value) => value === 0)).toBe(true);
    expect(spread.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const thin = coarseFirst({ width: 200, height: 2 })(new Float32Array(1200).fill(1));
    for (const value of thin) expect(value).toBeCloseTo(1, 5);
  });

  test('L-BFGS gets further with it where smooth changes cost little', async () => {
    // Differences of neighbours cost much, levels next to nothing: the level is what is to be found.
    const evaluate = async (x: Float32Array): Promise<Point> => {
      let cost = 0;
      const gradient = new Float32Array(x.length);
      for (let i = 0; i < x.length; i++) {
        const off = (x[i] as number) - 1;
        cost += 0.005 * off * off;
        gradient[i] = (gradient[i] as number) + 0.01 * off;
        if ((i + 1) % width === 0 || i + 1 === x.length) continue;
        const step = (x[i + 1] as number) - (x[i] as number);
        cost += 0.5 * step * step;
        gradient[i + 1] = (gradient[i + 1] as number) + step;
        gradient[i] = (gradient[i] as number) - step;
      }
      return { cost, gradient };
    };
    const bare = await walk(walker(lbfgs({ firstStep: 0.1 })), random(3), evaluate, 12);
    const coarse = await walk(walker(lbfgs({ firstStep: 0.1 }, undefined, coarseFirst(size))), random(3), evaluate, 12);
    expect(coarse.cost).toBeLessThan(bare.cost / 5);
  });
});
