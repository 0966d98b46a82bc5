/** Vectors in 8 bits. */
import { expect, test } from 'vitest';
import { coarseFirst } from '../../src/core/optimizers/coarse-first.js';
import { lbfgs } from '../../src/core/optimizers/lbfgs.js';
import { accumulate, dot, packedDifference, unpacked } from '../../src/core/optimizers/packed.js';
import { RandomState } from '../../src/core/random.js';

function random(length: number, seed: number): Float32Array {
  const state = new RandomState(seed);
  return Float32Array.from({ length }, () => state.uniform(-1, 1));
}

const [a, b] = [random(2500, 1), random(2500, 2)];
const packed = (x: Float32Array) => packedDifference(x, new Float32Array(x.length));

test('a number is off by at most half a 127th of the largest of its block', () => {
  const x = a.map((value, i) => (i < 1024 ? value : value / 1000));
  const found = unpacked(packed(x));
  const error = (i: number) => Math.abs((found[i] as number) - (x[i] as number));
  for (let i = 0; i < x.length; i++) expect(error(i)).toBeLessThanOrEqual((i < 1024 ? 1 : 1 / 1000) / 254 + 1e-7);
});

test('zeros stay zeros, and lengths that fill no block are kept', () => {
  expect(unpacked(packed(new Float32Array(1030)))).toEqual(new Float32Array(1030));
  expect(unpacked(packed(a))).toHaveLength(2500);
});

test('a difference is packed as the vector that it is', () => {
  expect(packedDifference(a, b)).toEqual(packed(a.map((value, i) => value - (b[i] as number))));
});

test('products and sums are those of the numbers', () => {
  const [p, x] = [packed(a), unpacked(packed(a))];
  // In another order of additions.
  expect(dot(p, b)).toBeCloseTo(dot(x, b), 10);
  expect(dot(b, p)).toBeCloseTo(dot(x, b), 10);
  expect(dot(p, p)).toBeCloseTo(dot(x, x), 10);
  const [sum, same] = [b.slice(), b.slice()];
  accumulate(sum, 0.3, p);
  accumulate(same, 0.3, x);
  expect(sum).toEqual(same);
});

test('L-BFGS with packed pairs goes down nearly as fast, and keeps its pairs at another size', async () => {
  // A badly conditioned bowl.
  const weights = Float32Array.from({ length: 3 * 16 * 16 }, (_, i) => 1 + (i % 50));
  const evaluate = async (pixels: Float32Array) => ({
    pixels,
    cost: pixels.reduce((sum, value, i) => sum + (weights[i] as number) * value * value, 0),
    gradient: pixels.map((value, i) => 2 * (weights[i] as number) * value),
  });
  const walk = async (compact: boolean) => {
    const optimizer = lbfgs({ firstStep: 0.1, compact }, undefined, coarseFirst({ width: 16, height: 16 }));
    let at = await evaluate(random(weights.length, 3));
    let state = optimizer.start(weights.length);
    const begin = at.cost;
    for (let step = 0; step < 15; step++) ({ at, state } = await optimizer.step(state, at, evaluate));
    return { share: at.cost / begin, state };
  };
  const [exact, compact] = [await walk(false), await walk(true)];
  expect(compact.share).toBeLessThan(2e-3);
  expect(compact.share).toBeLessThan(1.1 * exact.share);
  expect(compact.state.pairs[0]?.s).not.toBeInstanceOf(Float32Array);
});
