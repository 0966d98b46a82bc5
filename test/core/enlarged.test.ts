import { expect, test } from 'vitest';
import { enlarged } from '../../src/core/painting/start.js';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { resample } from '../../src/core/pictures/resample.js';

const noisy = (width: number, height: number, seed: number) =>
  picture(
    width,
    height,
    Float32Array.from({ length: 3 * width * height }, (_, i) => 128 + 100 * Math.sin(i * i * seed)),
  );
const PHOTO = noisy(32, 24, 0.7);
const SIZE = { width: 32, height: 24 };

const distance = (a: Picture, b: Picture) =>
  Math.sqrt(a.data.reduce((sum, value, i) => sum + (value - (b.data[i] as number)) ** 2, 0));

test('of the detail that a smaller picture cannot hold seven tenths come back', () => {
  const small = resample(PHOTO, 22, 17);
  const lost = distance(resample(small, 32, 24), PHOTO);
  expect(lost).toBeGreaterThan(100);
  expect(distance(enlarged(small, PHOTO, SIZE), PHOTO) / lost).toBeCloseTo(0.3, 4);
});

test('what was painted is enlarged as without a photo', () => {
  const [small, painted] = [resample(PHOTO, 22, 17), noisy(22, 17, 0.3)];
  const change = enlarged(painted, PHOTO, SIZE).data.map(
    (value, i) => value - (enlarged(small, PHOTO, SIZE).data[i] as number),
  );
  const difference = picture(
    22,
    17,
    painted.data.map((value, i) => value - (small.data[i] as number)),
  );
  expect(distance({ ...SIZE, data: change }, resample(difference, 32, 24))).toBeLessThan(0.01);
});

test('a photo of another size is brought to that of the scale', () => {
  const large = resample(PHOTO, 50, 40);
  const painted = noisy(22, 17, 0.3);
  expect(enlarged(painted, large, SIZE).data).toHaveLength(3 * 32 * 24);
  expect(distance(enlarged(painted, large, SIZE), resample(painted, 32, 24))).toBeGreaterThan(100);
});

test('without a photo the painting is resampled', () => {
  const painted = noisy(22, 17, 0.3);
  expect(enlarged(painted, undefined, SIZE)).toEqual(resample(painted, 32, 24));
});
