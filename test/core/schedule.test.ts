import { describe, expect, test } from 'vitest';
import { mergeOptions, resolveOptions } from '../../src/core/options/options.js';
import { MIN_SIDE_PX, scalesOf } from '../../src/core/painting/schedule.js';

const OPTIONS = { firstSize: 128, firstSteps: 60, steps: 30, lastSteps: 30, largeSteps: 8 };
const sizes = (width: number, height: number, options = OPTIONS) =>
  scalesOf({ width, height }, options).map((scale) => `${scale.width}x${scale.height}`);

test('from the first size to the full one, each larger by the square root of 2', () => {
  expect(scalesOf({ width: 512, height: 384 }, OPTIONS)).toEqual([
    { width: 128, height: 96, steps: 60 },
    { width: 181, height: 136, steps: 30 },
    { width: 256, height: 192, steps: 30 },
    { width: 362, height: 272, steps: 30 },
    { width: 512, height: 384, steps: 30 },
  ]);
});

test('what is just short of the first size, by rounding, counts as that', () => {
  expect(sizes(181, 181)).toEqual(['128x128', '181x181']);
  expect(sizes(180, 180)).toEqual(['180x180']);
});

test('tall pictures as wide ones', () => {
  const turned = sizes(300, 500).map((size) => size.split('x').reverse().join('x'));
  expect(turned).toEqual(sizes(500, 300));
  expect(turned).toHaveLength(4);
});

test('first size 0: at once in full size, with the steps of a later scale', () => {
  expect(scalesOf({ width: 512, height: 384 }, { ...OPTIONS, firstSize: 0 })).toEqual([
    { width: 512, height: 384, steps: 30 },
  ]);
});

test('a picture no larger than the first size has one scale', () => {
  expect(scalesOf({ width: 100, height: 60 }, OPTIONS)).toEqual([{ width: 100, height: 60, steps: 30 }]);
  expect(sizes(128, 128)).toEqual(['128x128']);
});

test('steps fall from the second scale to the last by one ratio', () => {
  const stepsOf = (width: number) =>
    scalesOf({ width, height: width }, { ...OPTIONS, steps: 32, lastSteps: 8 }).map(({ steps }) => steps);
  expect(stepsOf(512)).toEqual([60, 32, 20, 13, 8]);
  expect(stepsOf(256)).toEqual([60, 32, 8]);
  expect(stepsOf(181)).toEqual([60, 8]);
  expect(stepsOf(128)).toEqual([32]);
});

test('scales of more than a megapixel have steps of their own', () => {
  const steps = scalesOf({ width: 2000, height: 1000 }, OPTIONS).map(({ steps: own }) => own);
  expect(steps).toEqual([60, 30, 30, 30, 30, 30, 30, 8]);
});

test('at once in full size, a large picture has all its steps: nothing was painted before', () => {
  expect(scalesOf({ width: 2000, height: 1000 }, { ...OPTIONS, firstSize: 0 })).toEqual([
    { width: 2000, height: 1000, steps: 30 },
  ]);
});

test('a long strip begins where its short side is still seen', () => {
  expect(sizes(1000, 70)).toEqual(['500x35', '707x49', '1000x70']);
  expect(sizes(256, 64)).toEqual(['128x32', '181x45', '256x64']);
  expect(sizes(40, 1000)).toEqual(['40x1000']);
});

describe.each([
  [640, 427],
  [333, 999],
  [2048, 2048],
  [129, 1024],
])('%ix%i', (width, height) => {
  test('every scale has the aspect of the last, sides of at least the least, and grows', () => {
    const scales = scalesOf({ width, height }, OPTIONS);
    expect(scales.at(-1)).toEqual({ width, height, steps: width * height > 1e6 ? 8 : 30 });
    for (const [i, scale] of scales.entries()) {
      const shrink = Math.SQRT2 ** (scales.length - 1 - i);
      expect(Math.abs(scale.width * shrink - width)).toBeLessThanOrEqual(0.5 * shrink + 1e-9);
      expect(Math.abs(scale.height * shrink - height)).toBeLessThanOrEqual(0.5 * shrink + 1e-9);
      expect(Math.min(scale.width, scale.height)).toBeGreaterThanOrEqual(MIN_SIDE_PX);
      expect(Math.max(scale.width, scale.height)).toBeGreaterThanOrEqual(OPTIONS.firstSize);
    }
    // One more would be too small.
    const first = scales[0] as (typeof scales)[number];
    const tooSmall =
      Math.max(first.width, first.height) / Math.SQRT2 < OPTIONS.firstSize ||
      Math.min(first.width, first.height) / Math.SQRT2 < MIN_SIDE_PX;
    expect(tooSmall).toBe(true);
  });
});

test('who says how many steps there are means those of the last and of large scales too', () => {
  expect(resolveOptions({}).lastSteps).toBeLessThan(resolveOptions({}).steps);
  expect(resolveOptions({ steps: 40 }).lastSteps).toBe(40);
  expect(resolveOptions({ steps: 40, lastSteps: 9 }).lastSteps).toBe(9);
  expect(mergeOptions(resolveOptions({}), { steps: 60 }).lastSteps).toBe(60);
  expect(resolveOptions({}).largeSteps).toBeLessThan(resolveOptions({}).steps);
  expect(resolveOptions({ steps: 40 }).largeSteps).toBe(40);
  expect(resolveOptions({ preset: 'fine', steps: '40' }).largeSteps).toBe(40);
  expect(resolveOptions({ steps: 40, largeSteps: 9 }).largeSteps).toBe(9);
  expect(mergeOptions(resolveOptions({}), { steps: 60 })).toMatchObject({ steps: 60, largeSteps: 60 });
  expect(mergeOptions(resolveOptions({}), { strength: 0.3 }).largeSteps).toBe(resolveOptions({}).largeSteps);
});
