/** Parts of the studio that need no browser. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { parseStyle } from '../../src/cli/style-flags.js';
import { DEFAULTS, resolveOptions } from '../../src/core/options/options.js';
import { regionsOfMask } from '../../src/core/painting/mask-regions.js';
import { recipeOf, recipeOfXmp, recipePacket } from '../../src/core/painting/recipe.js';
import { assertSameAspect } from '../../src/core/pictures/flat-colors.js';
import { picture } from '../../src/core/pictures/picture.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { encodePicture } from '../../src/node/files/write-pictures.js';
import { setForm } from '../../src/studio/actions/form.js';
import { commandLine, fromAddress, toAddress } from '../../src/studio/address.js';
import { type FlatMask, flatMask, maskPicture, maskPng } from '../../src/studio/brush/flat.js';
import { inUse, masksOfStrokes, type Stroke } from '../../src/studio/brush/masks.js';
import { findXmp, insertXmp } from '../../src/studio/pictures/xmp.js';
import { chosen, preset } from '../../src/studio/state.js';

const HASH = 'ab'.repeat(32);
const recipe = recipeOf({
  giverny: '0.1.0',
  content: { name: 'a & b <c>.jpg', sha256: HASH },
  styles: [{ name: '별이 빛나는 밤.jpg', sha256: HASH, weight: 1 }],
  network: { name: 'pocket', hash: HASH },
  engine: 'onnxruntime-web 1.30.0 wasm',
  options: DEFAULTS,
  steps: 12,
});

const plain = (format: 'png' | 'jpeg' | 'webp', alpha = false, lossless = false) => {
  const channels = alpha ? 4 : 3;
  const image = sharp({ create: { width: 37, height: 23, channels, background: { r: 9, g: 99, b: 199, alpha: 0.5 } } });
  return (format === 'webp' ? image.webp({ lossless }) : image[format]()).toBuffer();
};

test.each([
  ['png', await plain('png')],
  ['jpeg', await plain('jpeg')],
  ['lossy webp', await plain('webp')],
  ['lossless webp', await plain('webp', false, true)],
  ['transparent webp', await plain('webp', true, true)],
])(
  'a recipe put into a %s is found there by the command and by the page; the picture is the same',
  async (_, bytes) => {
    const written = insertXmp(new Uint8Array(bytes), recipePacket(recipe));
    expect(await readRecipe(written)).toEqual(recipe);
    expect(recipeOfXmp((await findXmp(written)) ?? '', 'x')).toEqual(recipe);
    const pixels = (file: Uint8Array) => sharp(file).raw().toBuffer();
    expect((await pixels(written)).equals(await pixels(bytes))).toBe(true);
  },
);

test.each(['png', 'jpeg', 'webp'] as const)(
  'the page finds the recipe in a %s that the command wrote',
  async (format) => {
    const bytes = await encodePicture(picture(40, 40), format, { recipe });
    expect(recipeOfXmp((await findXmp(new Uint8Array(bytes))) ?? '', 'x')).toEqual(recipe);
  },
);

test('a recipe too long for a JPEG is refused', async () => {
  const bytes = new Uint8Array(await plain('jpeg'));
  expect(() => insertXmp(bytes, 'x'.repeat(70_000))).toThrow('too long for a JPEG');
});

test('strokes make soft masks that sum to 1 at most; a later one takes the earlier away, the eraser both', () => {
  const line = (style: number | undefined, y: number) => ({
    style,
    radius: 0.2,
    points: [
      [0.1, y],
      [0.9, y],
    ] as const,
  });
  const at = (mask: Float32Array | undefined, x: number, y: number) => mask?.[y * 40 + x];
  const [first, second] = masksOfStrokes([line(0, 0.25)], 2, 40, 30);
  expect(at(first, 20, 10)).toBe(1);
  expect(at(first, 20, 29)).toBe(0);
  const edge = Array.from({ length: 8 }, (_, i) => at(first, 20, 12 + i) as number);
  expect([...edge].sort((a, b) => b - a)).toEqual(edge);
  expect(edge.some((value) => value > 0.1 && value < 0.9)).toBe(true);
  expect(at(second, 20, 10)).toBe(0);

  const [under, over] = masksOfStrokes([line(0, 0.25), line(1, 0.35)], 2, 40, 30);
  expect(at(over, 20, 14)).toBe(1);
  expect(at(under, 20, 14)).toBe(0);
  const sums = Array.from(under ?? [], (value, i) => value + (over?.[i] ?? 0));
  expect(Math.max(...sums)).toBeLessThanOrEqual(1 + 1e-6);

  const erased = masksOfStrokes([line(0, 0.25), line(undefined, 0.25)], 1, 40, 30)[0];
  expect(at(erased, 20, 10)).toBe(0);
  // The same strokes at another size are the same regions.
  const large = masksOfStrokes([line(0, 0.25)], 1, 80, 60)[0];
  expect(large?.[20 * 80 + 40]).toBe(1);
});

test('an address gives back what it was made of, and leaves out what is wrong', () => {
  const shared = {
    photo: 'boats',
    styles: [
      { name: 'ink', weight: 1 },
      { name: 'gold', weight: 0.25 },
    ],
    preset: 'fine',
    network: 'vgg19',
    options: { size: { width: 400, height: 300 }, styleLayers: { conv1_1: 0.2, conv2_1: 1 }, learningRate: 3 },
  };
  const address = toAddress(shared);
  expect(address).toBe(
    'photo=boats&style=ink,gold:0.25&preset=fine&network=vgg19&size=400x300&style-layers=conv1_1=0.2,conv2_1&learning-rate=3',
  );
  expect(fromAddress(`#${address}`)).toEqual(shared);
  expect(fromAddress('#photo=../etc&style=nobody&preset=best&size=7&steps=ten&pooling=min')).toEqual({
    styles: [],
    network: undefined,
    options: {},
  });
});

test('the command line quotes what a shell would take apart', () => {
  const text = commandLine({
    photo: "it's me.jpg",
    styles: [{ name: 'ink.jpg', weight: 0.5 }],
    preset: 'draft',
    network: 'pocket',
    options: { size: 256, contentLayers: { conv4_2: 1 } },
  });
  expect(text).toBe(
    "giverny 'it'\\''s me.jpg' ink.jpg --preset draft --network pocket --size 256 --content-layers conv4_2",
  );
});

test('the command line names every style with weight and region as the command reads them', () => {
  const styles = [
    { name: 'ink.jpg', weight: 0.5 },
    { name: 'my sky.jpg', weight: 1, region: 'red' },
    { name: 'gold.jpg', weight: 0.75, region: 'lime' },
  ];
  const text = commandLine({
    photo: 'a.jpg',
    styles,
    mask: 'a-mask.png',
    regionStrengths: { lime: 0.8, gray: 0 },
    preset: 'draft',
    network: 'pocket',
    options: {},
  });
  expect(text).toBe(
    "giverny a.jpg --style ink.jpg=0.5 --style 'my sky.jpg@red' --style gold.jpg@lime=0.75 --mask a-mask.png --region-strength lime=0.8,gray=0 --preset draft --network pocket",
  );
  const flags = ['ink.jpg=0.5', 'my sky.jpg@red', 'gold.jpg@lime=0.75'].map((flag) => parseStyle(flag));
  expect(flags.map(({ path, weight = 1, region }) => ({ name: path, weight, ...(region && { region }) }))).toEqual(
    styles,
  );
});

const stroke = (style: Stroke['style'], x: number) => ({
  style,
  radius: 0.1,
  points: [
    [x, 0],
    [x, 1],
  ] as const,
});

test('a painted mask is a PNG whose flat colours the command reads, the same bytes every time', async () => {
  const strokes = [stroke(0, 0.2), stroke(2, 0.8), stroke(1, 0.5), stroke(undefined, 0.5)];
  const photo = { width: 1200, height: 800 };
  const mask = flatMask(photo, 3, strokes) as FlatMask;
  // The second style was wiped away again.
  expect(mask).toMatchObject({ width: 512, height: 341, colors: ['red', undefined, 'blue'] });
  const png = maskPng(mask);
  expect(createHash('sha256').update(png).digest('hex')).toBe(
    '1f458390cbe2a9f626b2eacb6a0303defb3949fcfca361b10ed8614bafa14b10',
  );
  const { picture: read } = await readPicture(png);
  expect(read).toEqual(maskPicture(mask));
  const names = ['red', 'blue'];
  const { regions } = regionsOfMask({ picture: read }, names, photo, 256);
  const at = (name: string, x: number) => regions[name]?.mask[85 * 256 + x];
  expect(names.map((name) => [51, 128, 205].map((x) => Math.round(at(name, x) as number)))).toEqual([
    [1, 0, 0],
    [0, 0, 1],
  ]);
});

test("a mask has its photo's shape however narrow that is; nothing painted is no mask", () => {
  const photo = { width: 4000, height: 100 };
  const { width, height } = flatMask(photo, 1, [stroke(0, 0.1)]) as FlatMask;
  expect(() => assertSameAspect({ width, height }, photo)).not.toThrow();
  expect(flatMask(photo, 1, [stroke(0, 0.1), stroke(undefined, 0.1)])).toBeUndefined();
});

test('styles of weight 0 are left out; their strokes wipe away what is under them', () => {
  const { styles, strokes } = inUse([{ weight: 0 }, { weight: 0.5 }], [stroke(1, 0.2), stroke(0, 0.8)]);
  expect(styles).toEqual([{ weight: 0.5 }]);
  expect(strokes.map(({ style }) => style)).toEqual([0, undefined]);
});

test('a recipe in the form paints as it did, where options that it has follow from others today', () => {
  const options = { ...DEFAULTS, strength: 1, init: 'noise' };
  setForm({ ...recipe, options });
  expect(resolveOptions({ preset: preset.value, ...chosen.value })).toEqual(options);
});
