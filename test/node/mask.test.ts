/** Masks from files, brought to the size of a painting as its photo is. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Region } from '../../src/core/costs/areas.js';
import { type Options, PRESETS } from '../../src/core/options/options.js';
import { regionsOfMask } from '../../src/core/painting/mask-regions.js';
import type { Size } from '../../src/core/pictures/picture.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { paintFile } from '../../src/node/painting/paint-file.js';
import type { Started } from '../../src/node/painting/request.js';
import { bench, drawn, pixels, stripes } from '../cli/bench.js';

const BLACK = [0, 0, 0] as const;
const GREY = [128, 128, 128] as const;
const WHITE = [255, 255, 255] as const;

interface MaskFile {
  readonly path: string;
  readonly featherPx?: number | undefined;
}

async function readMask(
  { path, featherPx }: MaskFile,
  names: readonly string[],
  strengths: Readonly<Record<string, number>>,
  photo: Size,
  size: Options['size'],
) {
  return regionsOfMask(await readPicture(path), names, photo, size, { featherPx, strengths });
}

/** One row of a region's mask. */
const row = (region: Region | undefined, width: number, y: number) =>
  Array.from((region as Region).mask.slice(y * width, (y + 1) * width));

test('a mask larger than its photo is cropped as that is, and no third colour comes between two', async () => {
  const folder = await bench();
  const path = join(folder, 'mask.png');
  // Of a photo of 160x64, the middle 80 columns: 16 of white, 64 of black.
  await stripes(320, 128, [WHITE, WHITE, BLACK, BLACK, GREY]).toFile(path);
  const size = { width: 40, height: 32 };
  const names = ['white', 'black', 'gray'];
  const { regions, notices } = await readMask({ path, featherPx: 0 }, names, {}, { width: 160, height: 64 }, size);
  const white = row(regions.white, 40, 20);
  const black = row(regions.black, 40, 20);
  expect(white).toHaveLength(40);
  for (const [x, share] of white.entries()) {
    if (x < 10) expect(share).toBeGreaterThan(0.9);
    if (x >= 14) expect(share).toBeLessThan(0.1);
    expect(share + (black[x] as number)).toBeGreaterThan(0.999);
  }
  expect(Math.max(...(regions.gray as Region).mask)).toBeLessThan(1e-6);
  expect(notices).toEqual([
    'its region gray covers no pixel of the painting, so that what was named for it is not used',
  ]);
});

test('borders are as soft as asked for, by default in proportion to the painting', async () => {
  const folder = await bench();
  const path = join(folder, 'mask.png');
  await stripes(200, 150, [WHITE, BLACK]).toFile(path);
  const widthOf = async (featherPx: number | undefined, size: number) => {
    const photo = { width: 200, height: 150 };
    const mask = await readMask({ path, featherPx }, ['white', 'black'], {}, photo, size);
    const soft = row(mask.regions.white, size, 40).filter((share) => share > 0.02 && share < 0.98);
    return { featherPx: mask.featherPx, soft: soft.length };
  };
  expect((await widthOf(0, 200)).soft).toBe(0);
  const twelve = await widthOf(12, 200);
  expect(twelve.soft).toBeGreaterThan(20);
  expect(twelve.soft).toBeLessThan(28);
  expect((await widthOf(undefined, 200)).featherPx).toBe(3);
  expect((await widthOf(undefined, 400)).featherPx).toBe(6);
});

test('black that nobody names is the rest; another colour that nobody names is refused', async () => {
  const folder = await bench();
  const photo = { width: 80, height: 64 };
  const read = (path: string) => readMask({ path, featherPx: 0 }, ['white'], {}, photo, 80);
  await stripes(80, 64, [WHITE, BLACK]).toFile(join(folder, 'two.png'));
  const { regions } = await read(join(folder, 'two.png'));
  expect(Object.keys(regions)).toEqual(['white']);
  expect(row(regions.white, 80, 30)).toEqual(Array.from({ length: 80 }, (_, x) => (x < 40 ? 1 : 0)));
  await stripes(80, 64, [WHITE, BLACK, GREY]).toFile(join(folder, 'three.png'));
  await expect(read(join(folder, 'three.png'))).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

test('transparent parts are the rest, and so is black of however few pixels', async () => {
  const path = fileURLToPath(new URL('../cases/mask-white-on-transparent.png', import.meta.url));
  const photo = { width: 128, height: 128 };
  const { alpha } = await readPicture(path);
  const { regions } = await readMask({ path, featherPx: 0 }, ['white'], {}, photo, 128);
  expect(Array.from((regions.white as Region).mask, (share) => Math.round(255 * share))).toEqual([...(alpha ?? [])]);

  const folder = await bench();
  const bytes = Buffer.alloc(128 * 128 * 3, 255).fill(0, 3 * 8000, 3 * 8001);
  await sharp(bytes, { raw: { ...photo, channels: 3 } }).toFile(join(folder, 'dot.png'));
  const dotted = await readMask({ path: join(folder, 'dot.png'), featherPx: 0 }, ['white'], {}, photo, 128);
  expect((dotted.regions.white as Region).mask.indexOf(0)).toBe(8000);
  // A dark colour that is named is not black that is not.
  await stripes(128, 128, [WHITE, [12, 12, 12]]).toFile(join(folder, 'dark.png'));
  const names = ['white', '#0c0c0c'];
  const dark = await readMask({ path: join(folder, 'dark.png'), featherPx: 0 }, names, {}, photo, 128);
  expect(dark.regions['#0c0c0c']?.mask[127]).toBe(1);
});

test('sixteen pixels of a mask stay as in the photo, and no others; a soft mask is told', async () => {
  const folder = await bench();
  const path = (name: string) => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));
  await drawn(128, 128, 4).png().toFile(join(folder, 'square.png'));
  const notes: string[] = [];
  const request = {
    content: join(folder, 'square.png'),
    output: join(folder, 'out.png'),
    styles: [{ picture: join(folder, 'style.png') }],
    network: join(folder, 'tiny.safetensors'),
    options: { size: 128, steps: 3, firstSize: 0, strength: 1, statistic: 'gram', styleLayers: 'conv1_1,conv2_1' },
    regionStrengths: { white: 0 },
    onStart: (started: Started) => notes.push(...started.notes.filter((note) => note.startsWith('mask'))),
  };
  await paintFile({ ...request, mask: { picture: path('mask-sq4.png'), featherPx: 0 } });
  expect(notes).toEqual([]);
  const { picture: mask } = await readPicture(path('mask-sq4.png'));
  const [before, after] = [await pixels(request.content), await pixels(request.output)];
  let changed = 0;
  for (let i = 0; i < 128 * 128; i++) {
    const [from, to] = [before, after].map(({ data }) => [...data.slice(3 * i, 3 * i + 3)]);
    // Written pictures are truncated, not rounded.
    if (mask.data[i] === 255)
      for (const c of [0, 1, 2]) expect(Math.abs((from?.[c] ?? 0) - (to?.[c] ?? 9))).toBeLessThan(2);
    else if (String(from) !== String(to)) changed++;
  }
  expect(changed).toBeGreaterThan(0.8 * 128 * 128);
  await paintFile({ ...request, mask: { picture: path('mask-feathered4.png') }, stopAfter: 1 });
  expect(notes).toEqual([
    'mask-feathered4.png: 20 % of it is on soft edges, which are taken as blends of the colours beside them',
  ]);
});

test('a region of strength 0 stays as in the photo, by whatever name of its colour', async () => {
  const folder = await bench();
  await stripes(80, 64, [WHITE, BLACK]).toFile(join(folder, 'mask.png'));
  await stripes(64, 64, [WHITE, GREY, WHITE, GREY]).toFile(join(folder, 'pale.png'));
  const [width, height] = [80, 64];
  const request = {
    content: join(folder, 'photo.jpg'),
    output: join(folder, 'out.png'),
    network: join(folder, 'tiny.safetensors'),
    mask: { picture: join(folder, 'mask.png'), featherPx: 0 },
    options: {
      size: { width, height },
      ...{ steps: 10, firstSize: 0, strength: 0.9, init: 'content' },
      // Features that see few pixels, and so little across the border.
      ...{ styleLayers: 'conv1_1,conv2_1', contentLayers: 'conv2_1' },
    },
  };
  const changeOf = async () => {
    const [before, after] = [await pixels(request.content), await pixels(request.output)];
    const change = (inside: (x: number) => boolean) => {
      const values = after.data
        .map((value, i) => [Math.abs(value - (before.data[i] as number)), Math.floor(i / 3) % width] as const)
        .filter(([, x]) => inside(x))
        .map(([difference]) => difference);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    return { left: change((x) => x < 30), right: change((x) => x >= 50) };
  };
  await paintFile({
    ...request,
    styles: [{ picture: join(folder, 'pale.png') }],
    regionStrengths: { WHITE: 0, '#000': 0.9 },
  });
  const kept = await changeOf();
  expect(kept.right).toBeGreaterThan(4 * kept.left);

  // The region's style alone, under two spellings of one colour.
  await paintFile({
    ...request,
    styles: [{ picture: join(folder, 'pale.png'), region: 'white' }],
    regionStrengths: { '#ffffff': 0.9, black: 0 },
  });
  const turned = await changeOf();
  expect(turned.left).toBeGreaterThan(4 * turned.right);
});

test('the size of the style follows the style scale, and small files are told', async () => {
  const folder = await bench();
  await drawn(200, 160, 5).png().toFile(join(folder, 'large.png'));
  const notes: (readonly string[])[] = [];
  const paintedAt = (styleScale: number, style: string) =>
    paintFile({
      content: join(folder, 'photo.jpg'),
      styles: [{ picture: join(folder, style) }],
      output: join(folder, 'out.png'),
      network: join(folder, 'tiny.safetensors'),
      options: { ...PRESETS.notebook, size: 64, steps: 1, styleScale },
      onStart: (started) => notes.push(started.notes),
    });
  await paintedAt(1.5, 'large.png');
  await paintedAt(1, 'style.png');
  expect(notes).toEqual([
    ['photo.jpg: resized from 80x64 to 64x51', 'large.png: resized from 200x160 to 96x77'],
    [
      'photo.jpg: resized from 80x64 to 64x51',
      'style.png: 64x64 is less than the 156 pixels that conv5_1 sees, so that its large forms are missing',
    ],
  ]);
});
