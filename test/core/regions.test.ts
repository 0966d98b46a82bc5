import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  assertSameAspect,
  feather,
  fitMasks,
  masksOf,
  parseColor,
  type RGB,
} from '../../src/core/pictures/flat-colors.js';
import { type Picture, picture, type Size } from '../../src/core/pictures/picture.js';
import { readPicture } from '../../src/node/files/pictures.js';

/** The error's code and sentence. */
function refusal(act: () => unknown): { code: string; message: string } {
  try {
    act();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  return expect.fail('was not refused');
}

function painted(width: number, height: number, color: (x: number, y: number) => RGB): Picture {
  const result = picture(width, height);
  for (let i = 0; i < width * height; i++) {
    for (const [c, value] of color(i % width, Math.floor(i / width)).entries()) {
      result.data[c * width * height + i] = value;
    }
  }
  return result;
}

function expectSumOfOne(masks: readonly Float32Array[]) {
  const sums = masks[0]?.map((_, i) => masks.reduce((sum, mask) => sum + (mask[i] as number), 0)) ?? [];
  expect(Math.min(...sums)).toBeGreaterThan(1 - 1e-6);
  expect(Math.max(...sums)).toBeLessThan(1 + 1e-6);
  for (const mask of masks) {
    expect(Math.min(...mask)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...mask)).toBeLessThanOrEqual(1);
  }
}

const WHITE: RGB = [255, 255, 255];
const BLACK: RGB = [0, 0, 0];
const RED: RGB = [255, 0, 0];
const share = (mask: Float32Array = new Float32Array()) => mask.reduce((sum, value) => sum + value, 0) / mask.length;

describe('colours as text', () => {
  test.each([
    ['#fff', WHITE],
    ['#1a2B3c', [26, 43, 60]],
    ['#08f', [0, 136, 255]],
    ['white', WHITE],
    [' Black ', BLACK],
    ['red', RED],
    ['green', [0, 128, 0]],
    ['lime', [0, 255, 0]],
    ['cyan', [0, 255, 255]],
    ['aqua', [0, 255, 255]],
    ['fuchsia', [255, 0, 255]],
    ['grey', [128, 128, 128]],
    ['orange', [255, 165, 0]],
  ] as const)('%s', (text, wanted) => {
    expect(parseColor(text)).toEqual(wanted);
  });

  test.each(['', '#', '#12', '#12345', '#1234567', '#ggg', 'fff', 'redd', 'constructor', '#ff 000'])(
    'not "%s"',
    (text) => {
      expect(refusal(() => parseColor(text))).toEqual({
        code: 'OPTION_INVALID',
        message: `Expected #rrggbb, #rgb or a name such as white, black or red for a colour but received "${text}".`,
      });
    },
  );
});

describe('masks of a painted picture', () => {
  const thirds = painted(90, 40, (x) => (x < 30 ? WHITE : x < 60 ? BLACK : RED));

  test('one for each colour, in their order, whole pixels', () => {
    const masks = masksOf(thirds, [RED, WHITE, BLACK], ['red', 'white', 'black']);
    expect(masks.map(share)).toEqual([1 / 3, 1 / 3, 1 / 3].map((value) => expect.closeTo(value, 6)));
    expect([masks[0]?.[89], masks[1]?.[0], masks[2]?.[45]]).toEqual([1, 1, 1]);
    expectSumOfOne(masks);
  });

  test('softened edges and the noise of JPEG go to the nearest colour', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">
      <rect width="300" height="200" fill="black"/><circle cx="150" cy="100" r="80" fill="red"/></svg>`;
    const jpeg = await sharp(Buffer.from(svg)).jpeg({ quality: 60 }).toBuffer();
    const masks = masksOf((await readPicture(jpeg)).picture, [BLACK, RED], ['black', 'red']);
    expectSumOfOne(masks);
    expect(share(masks[1])).toBeCloseTo((Math.PI * 80 ** 2) / 60000, 2);
  });

  test('a colour that nobody named', async () => {
    expect(refusal(() => masksOf(thirds, [WHITE, BLACK], ['white', '#000']))).toEqual({
      code: 'OPTION_INVALID',
      message: 'Expected a mask painted in white, #000 alone but 33 % of it is #ff0000.',
    });
    // The commonest of several, though noise makes many colours of it.
    const noisy = painted(100, 100, (x, y) =>
      x < 80 ? WHITE : x < 95 ? [126 + (y % 5), 128 - (x % 3), 127 + ((x + y) % 3)] : RED,
    );
    const { message } = refusal(() => masksOf(noisy, [WHITE], ['white']));
    expect(message).toMatch(
      /^Expected a mask painted in white alone but 15 % of it is #(7f|80|81)(7f|80|81)(7f|80|81)\.$/,
    );
  });

  test('two in a hundred pixels may be anything', () => {
    const dotted = (every: number) => painted(100, 100, (x, y) => ((100 * y + x) % every === 0 ? RED : WHITE));
    expect(share(masksOf(dotted(50), [WHITE], ['white'])[0])).toBe(1);
    expect(() => masksOf(dotted(45), [WHITE], ['white'])).toThrow('2 % of it is #ff0000');
  });

  test('a colour that is nowhere, and one named twice', () => {
    expect(refusal(() => masksOf(thirds, [WHITE, BLACK, RED, [0, 0, 255]], ['white', 'black', 'red', 'blue']))).toEqual(
      {
        code: 'OPTION_INVALID',
        message: 'Expected every colour named to occur in the mask but "blue" is nowhere in it.',
      },
    );
    expect(refusal(() => masksOf(thirds, [WHITE, WHITE], ['white', '#fff'])).message).toBe(
      'Expected colours that differ for the mask\'s regions but received "white, #fff".',
    );
  });
});

describe('at another size, and softened', () => {
  const size: Size = { width: 90, height: 40 };
  const masks = masksOf(
    painted(90, 40, (x) => (x < 30 ? WHITE : x < 60 ? BLACK : RED)),
    [WHITE, BLACK, RED],
    ['white', 'black', 'red'],
  );

  test('feathered, a border is half and half, and gone beyond the radius', () => {
    const soft = feather(masks, size, 6);
    expectSumOfOne(soft);
    const row = (x: number) => soft.map((mask) => mask[20 * 90 + x] as number);
    expect(((row(29)[0] as number) + (row(30)[0] as number)) / 2).toBeCloseTo(0.5, 3);
    expect(row(35)[0]).toBeGreaterThan(0.01);
    expect(row(37)[0]).toBeLessThan(0.01);
    expect(row(0)).toEqual([expect.closeTo(1, 6), expect.closeTo(0, 6), expect.closeTo(0, 6)]);
    expect(feather(masks, size, 0)).toEqual(masks);
  });

  test.each([
    { width: 45, height: 20 },
    { width: 181, height: 80 },
    { width: 32, height: 14 },
  ])('fitted to $width x $height', (to) => {
    const fitted = fitMasks(masks, size, to);
    expectSumOfOne(fitted);
    for (const mask of fitted) {
      expect(mask).toHaveLength(to.width * to.height);
      expect(share(mask)).toBeCloseTo(1 / 3, 2);
    }
    expect(fitted[1]?.[to.width * (to.height >> 1) + (to.width >> 1)]).toBeCloseTo(1, 1);
  });

  test('a mask of another shape is refused, rounding of sides is not', () => {
    expect(refusal(() => fitMasks(masks, size, { width: 60, height: 40 }))).toEqual({
      code: 'IMAGE_SIZE',
      message: "Expected a mask of its picture's shape, 60x40 or as wide to high, but it is 90x40.",
    });
    assertSameAspect({ width: 512, height: 341 }, { width: 3000, height: 2000 });
    assertSameAspect({ width: 1000, height: 3240 }, { width: 32, height: 104 });
    assertSameAspect({ width: 3240, height: 1000 }, { width: 104, height: 32 });
    expect(() => assertSameAspect({ width: 3000, height: 2000 }, { width: 3000, height: 2040 })).toThrow('3000x2040');
    expect(() => assertSameAspect({ width: 3000, height: 2040 }, { width: 3000, height: 2000 })).toThrow('3000x2000');
  });
});
