import { expect, test } from 'vitest';
import { adamInit, adamUpdate } from '../../src/core/optimizers/adam.js';
import { lbfgs } from '../../src/core/optimizers/lbfgs.js';
import type { Point } from '../../src/core/optimizers/optimizer.js';

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
  const optimizer = lbfgs({ firstStep: 0.1 });
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
  const optimizer = lbfgs({ firstStep: 10 });
  let at = await cliff(x);
  for (let step = 0; step < 60; step++) at = await optimizer.step(x, at, cliff);
  expect(x[0]).toBeGreaterThanOrEqual(0);
  expect(x[0]).toBeLessThan(0.2);
  expect(at.cost).toBe(x[0]);
});
