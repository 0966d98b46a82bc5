import { describe, expect, test } from 'vitest';
import { mergeOptions, resolveOptions } from '../../src/core/options/options.js';
import { MIN_SIDE_PX, scalesOf } from '../../src/core/painting/schedule.js';

const OPTIONS = { firstSize: 128, firstSteps: 60, steps: 30, lastSteps: 30, largeSteps: 8 };
const sizes = (width: number, height: number, options = OPTIONS) =>
  scalesOf({ width, height }, options).map((scale) => `${scale.width}x${scale.height}`);

test('from the first size to the full one, each twice as large', () => {
  expect(scalesOf({ width: 512, height: 384 }, OPTIONS)).toEqual([
    { width: 128, height: 96, steps: 60 },
    { width: 256, height: 192, steps: 30 },
    { width: 512, height: 384, steps: 30 },
  ]);
});

test('where doubling does not lead from one to the other, by one factor that is less', () => {
  expect(sizes(400, 400)).toEqual(['128x128', '226x226', '400x400']);
  expect(sizes(800, 800)).toEqual(['128x128', '236x236', '434x434', '800x800']);
});

test('by three at most, and a little more than the first size is that', () => {
  expect(sizes(384, 384)).toEqual(['128x128', '384x384']);
  expect(sizes(388, 388)).toEqual(['128x128', '388x388']);
  expect(sizes(389, 389)).toEqual(['128x128', '223x223', '389x389']);
  expect(sizes(640, 640)).toEqual(['128x128', '286x286', '640x640']);
  expect(sizes(152, 152)).toEqual(['152x152']);
  expect(sizes(153, 153)).toEqual(['128x128', '153x153']);
});

test('tall pictures as wide ones', () => {
  const turned = sizes(300, 500).map((size) => size.split('x').reverse().join('x'));
  expect(turned).toEqual(sizes(500, 300));
  expect(turned).toHaveLength(3);
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
  expect(stepsOf(1024).slice(0, 3)).toEqual([60, 32, 16]);
  expect(stepsOf(900)).toEqual([60, 32, 16, 8]);
  expect(stepsOf(512)).toEqual([60, 32, 8]);
  expect(stepsOf(256)).toEqual([60, 8]);
  expect(stepsOf(128)).toEqual([32]);
});

test('scales of more than a megapixel have steps of their own', () => {
  const steps = scalesOf({ width: 2000, height: 1000 }, OPTIONS).map(({ steps: own }) => own);
  expect(steps).toEqual([60, 30, 30, 30, 8]);
});

test('at once in full size, a large picture has all its steps: nothing was painted before', () => {
  expect(scalesOf({ width: 2000, height: 1000 }, { ...OPTIONS, firstSize: 0 })).toEqual([
    { width: 2000, height: 1000, steps: 30 },
  ]);
});

test('a long strip begins where its short side is still seen', () => {
  expect(sizes(1000, 70)).toEqual(['457x32', '1000x70']);
  expect(sizes(256, 64)).toEqual(['128x32', '256x64']);
  expect(sizes(38, 1000)).toEqual(['38x1000']);
  expect(sizes(40, 1000)).toEqual(['32x800', '40x1000']);
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
      expect(Math.abs(scale.width * height - scale.height * width)).toBeLessThanOrEqual(0.5 * (width + height));
      expect(Math.min(scale.width, scale.height)).toBeGreaterThanOrEqual(MIN_SIDE_PX);
      expect(Math.max(scale.width, scale.height)).toBeGreaterThanOrEqual(OPTIONS.firstSize);
      const before = scales[i - 1];
      if (!before) continue;
      expect(scale.width / before.width).toBeGreaterThan(1.6);
      expect(scale.width / before.width).toBeLessThan(2.5);
    }
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
