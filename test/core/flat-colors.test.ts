import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  assertSameAspect,
  feather,
  fitMasks,
  masksOfColors,
  parseColor,
  type RGB,
} from '../../src/core/pictures/flat-colors.js';
import { type Picture, picture, type Size, toBytes } from '../../src/core/pictures/picture.js';
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

const caseFile = (name: string) => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));
const svg = (side: number, body: string) =>
  sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${body}</svg>`));
const CIRCLE = '<rect width="300" height="300" fill="black"/><circle cx="150" cy="150" r="80" fill="red"/>';

describe('masks of a painted picture', () => {
  const thirds = painted(90, 40, (x) => (x < 30 ? WHITE : x < 60 ? BLACK : RED));
  const masksOf = (picture: Picture, colors: readonly RGB[], names: readonly string[]) =>
    masksOfColors({ picture }, colors, names);

  test('one for each colour, in their order, whole pixels', () => {
    const { masks, rest, notice } = masksOf(thirds, [RED, WHITE, BLACK], ['red', 'white', 'black']);
    expect(masks.map(share)).toEqual([1 / 3, 1 / 3, 1 / 3].map((value) => expect.closeTo(value, 6)));
    expect([masks[0]?.[89], masks[1]?.[0], masks[2]?.[45]]).toEqual([1, 1, 1]);
    for (const mask of masks) expect(new Set(mask)).toEqual(new Set([0, 1]));
    expectSumOfOne([...masks, rest]);
    expect(share(rest)).toBe(0);
    expect(notice).toBeUndefined();
  });

  test('colours a little off are those named, edges included where they are hard', () => {
    const off = painted(96, 96, (x) => (x < 40 ? [225, 30, 10] : [20, 20, 30]));
    const { masks, notice } = masksOf(off, [RED, BLACK], ['red', 'black']);
    expect(masks[0]?.reduce((sum, value) => sum + value, 0)).toBe(40 * 96);
    expect(notice).toBeUndefined();
  });

  test('a colour that nobody named', async () => {
    expect(refusal(() => masksOf(thirds, [WHITE, BLACK], ['white', '#000']))).toEqual({
      code: 'OPTION_INVALID',
      message: 'Expected a mask painted in white, #000 alone but 33 % of it is #ff0000.',
    });
    // Though noise makes many colours of it.
    const noisy = painted(100, 100, (x, y) =>
      x < 80 ? WHITE : x < 95 ? [126 + (y % 5), 128 - (x % 3), 127 + ((x + y) % 3)] : RED,
    );
    const { message } = refusal(() => masksOf(noisy, [WHITE], ['white']));
    expect(message).toMatch(
      /^Expected a mask painted in white alone but 20 % of it is in other colours: #(7f|80|81){3} \(15 %\), #ff0000 \(5 %\)\.$/,
    );
    // Grey is between black and white, but flat.
    const grey = painted(96, 96, (x, y) => (x >= 60 && x < 90 && y < 30 ? [128, 128, 128] : x < 40 ? BLACK : WHITE));
    expect(refusal(() => masksOf(grey, [WHITE, BLACK], ['white', 'black'])).message).toBe(
      'Expected a mask painted in white, black alone but 10 % of it is #808080.',
    );
    const many = painted(100, 100, (x) =>
      x < 40 ? WHITE : x < 70 ? RED : x < 85 ? [0, 0, 255] : x < 95 ? [0, 255, 0] : [255, 255, 0],
    );
    expect(refusal(() => masksOf(many, [WHITE], ['white'])).message).toBe(
      'Expected a mask painted in white alone but 60 % of it is in other colours: most in #ff0000 (30 %), #0000ff (15 %), #00ff00 (10 %).',
    );
  });

  test('where edges alone are in other colours, PNG and feathering are named', async () => {
    const { picture } = await readPicture(await svg(300, CIRCLE).blur(20).png().toBuffer());
    const { message } = refusal(() => masksOf(picture, [BLACK], ['black']));
    expect(message).toMatch(/ % of it is in other colours: most in #[0-9a-f]{6} /);
    const mixed = painted(96, 96, (x, y) => (x < 40 ? BLACK : x < 48 && y % 2 ? [0, 160, 160] : RED));
    expect(refusal(() => masksOf(mixed, [BLACK, RED], ['black', 'red'])).message).toBe(
      'Expected a mask painted in black, red alone but 4 % of it is #00a0a0. Save the mask as PNG, without anti-aliasing: --feather <px> softens the borders while painting.',
    );
  });

  test('two in a hundred pixels may be anything', () => {
    const dotted = (every: number) => painted(100, 100, (x, y) => ((100 * y + x) % every === 0 ? RED : WHITE));
    const { masks, notice } = masksOf(dotted(50), [WHITE], ['white']);
    expect(share(masks[0])).toBe(1);
    expect(notice).toBeUndefined();
    expect(() => masksOf(dotted(45), [WHITE], ['white'])).toThrow('2 % of it is #ff0000');
  });

  test('a colour that is nowhere, and one named twice', () => {
    expect(refusal(() => masksOf(thirds, [WHITE, BLACK, RED, [0, 0, 255]], ['white', 'black', 'red', 'blue']))).toEqual(
      {
        code: 'OPTION_INVALID',
        message: 'Expected every colour named to occur in the mask but "blue" is nowhere in it.',
      },
    );
    // A few pixels that are nearest to it are not it.
    const speckled = painted(100, 100, (x, y) => (x === y ? [90, 90, 200] : WHITE));
    expect(() => masksOf(speckled, [WHITE, [0, 0, 255]], ['white', 'blue'])).toThrow('"blue" is nowhere');
    expect(refusal(() => masksOf(thirds, [WHITE, WHITE], ['white', '#fff'])).message).toBe(
      'Expected colours that differ for the mask\'s regions but received "white, #fff".',
    );
  });
});

describe('soft masks', () => {
  const NAMES = ['black', 'red', 'lime', 'blue'];
  const colors = NAMES.map(parseColor);

  test('a feathered mask is its own grey levels', async () => {
    const { picture } = await readPicture(caseFile('mask-feathered4.png'));
    const { masks, rest, notice } = masksOfColors({ picture }, [WHITE, BLACK], ['white', 'black']);
    expectSumOfOne([...masks, rest]);
    let worst = 0;
    for (const [i, white] of (masks[0] as Float32Array).entries()) {
      const level = (picture.data[i] as number) / 255;
      // Levels next to white and to black are those colours.
      if (level > 13.5 / 255 && level < 241.5 / 255) worst = Math.max(worst, Math.abs(white - level));
      else expect(white).toBe(Math.round(level));
    }
    expect(worst).toBeLessThan(1e-6);
    expect(notice).toBe('20 % of it is on soft edges, which are taken as blends of the colours beside them');
  });

  test('slow gradients are soft as well', async () => {
    const gradient = painted(300, 80, (x) => [Math.round((255 * x) / 299), 0, 0]);
    const { masks } = masksOfColors({ picture: gradient }, [RED, BLACK], ['red', 'black']);
    for (const x of [60, 150, 240]) expect(masks[0]?.[40 * 300 + x]).toBeCloseTo(x / 299, 2);
  });

  test.each(['mask-3colours-q90.jpg', 'q75', 'q40'])('%s: JPEG blurs edges and leaves areas hard', async (what) => {
    const hard = await readPicture(caseFile('mask-3colours.png'));
    const source = what.startsWith('q')
      ? await sharp(caseFile('mask-3colours.png'))
          .jpeg({ quality: Number(what.slice(1)) })
          .toBuffer()
      : caseFile(what);
    const wanted = masksOfColors(hard, colors, NAMES);
    const { masks, rest, notice } = masksOfColors(await readPicture(source), colors, NAMES);
    expect(wanted.notice).toBeUndefined();
    expect(notice).toMatch(/^(9|1\d) % of it is on soft edges/);
    expectSumOfOne([...masks, rest]);
    for (const [k, mask] of masks.entries()) {
      expect(Math.abs(share(mask) - share(wanted.masks[k]))).toBeLessThan(0.006);
    }
    // Farther from every edge than a block of JPEG's halved colours.
    const { width, height } = hard.picture;
    const colorOf = (i: number) => wanted.masks.findIndex((mask) => mask[i] === 1);
    const inside = (i: number) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      for (let row = Math.max(0, y - 16); row <= Math.min(height - 1, y + 16); row++) {
        for (let column = Math.max(0, x - 16); column <= Math.min(width - 1, x + 16); column++) {
          if (colorOf(row * width + column) !== colorOf(i)) return false;
        }
      }
      return true;
    };
    const areas = [...Array(width * height).keys()].filter(inside);
    expect(areas.length).toBeGreaterThan(1000);
    expect(areas.filter((i) => masks[colorOf(i)]?.[i] !== 1)).toEqual([]);
  });

  test('where three regions meet, blurred, each has its share', async () => {
    const sectors = painted(128, 128, (x, y) => (y < 64 ? RED : x < 64 ? [0, 255, 0] : [0, 0, 255]));
    const bytes = await sharp(toBytes(sectors), { raw: { width: 128, height: 128, channels: 3 } })
      .blur(10)
      .png()
      .toBuffer();
    const { masks, rest } = masksOfColors(await readPicture(bytes), colors.slice(1), NAMES.slice(1));
    expectSumOfOne([...masks, rest]);
    const middle = masks.map((mask) => mask[64 * 128 + 64] as number);
    for (const [k, wanted] of [0.5, 0.25, 0.25].entries())
      expect(Math.abs((middle[k] as number) - wanted)).toBeLessThan(0.03);
  });

  test('anti-aliased edges are told', async () => {
    const read = await readPicture(await svg(300, CIRCLE).png().toBuffer());
    const { masks, notice } = masksOfColors(read, [BLACK, RED], ['black', 'red']);
    expect(notice).toMatch(/^less than 1 % of it is on soft edges/);
    expect(share(masks[1]) * 90000).toBeCloseTo(Math.PI * 80 ** 2, -2);
  });
});

test('what is transparent belongs to no colour, in part where it is half so', async () => {
  const read = await readPicture(caseFile('mask-white-on-transparent.png'));
  const { masks, rest, notice } = masksOfColors(read, [WHITE], ['white']);
  expect([...(masks[0] as Float32Array)]).toEqual(Array.from(read.alpha as Uint8Array, (alpha) => alpha / 255));
  expectSumOfOne([...masks, rest]);
  expect(share(masks[0])).toBeLessThan(0.4);
  expect(notice).toBeUndefined();
  const half = {
    picture: painted(64, 64, () => WHITE),
    alpha: new Uint8Array(4096).fill(128, 0, 2048).fill(255, 2048),
  };
  const soft = masksOfColors(half, [WHITE], ['white']);
  expect([soft.masks[0]?.[0], soft.masks[0]?.[4000]]).toEqual([expect.closeTo(128 / 255, 6), 1]);
  expectSumOfOne([...soft.masks, soft.rest]);
  expect(soft.notice).toMatch(/^50 % of it/);
});

describe('at another size, and softened', () => {
  const size: Size = { width: 90, height: 40 };
  const { masks } = masksOfColors(
    { picture: painted(90, 40, (x) => (x < 30 ? WHITE : x < 60 ? BLACK : RED)) },
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
