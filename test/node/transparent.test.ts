/** Files that gave no finite cost, and files with transparent parts. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { OptionsInput } from '../../src/core/options/options.js';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { createPainter } from '../../src/node/painting/painter.js';
import { waves } from '../support/pictures.js';

const cases = fileURLToPath(new URL('../cases', import.meta.url));
const named = (name: string) => join(cases, name);
const painter = createPainter();

async function painted(
  content: Parameters<typeof painter.prepare>[0]['content'],
  styles: Parameters<typeof painter.prepare>[0]['styles'],
  options: OptionsInput,
  mask?: string,
): Promise<Picture> {
  const order = { content, styles, network: 'pocket', coarseNetwork: 'none', options: { firstSize: 0, ...options } };
  const prepared = await painter.prepare(mask === undefined ? order : { ...order, mask: { picture: mask } });
  let last: Picture | undefined;
  for await (const { costs, picture } of painter.paint(prepared)) {
    for (const cost of Object.values(costs)) expect(cost).toBeGreaterThanOrEqual(0);
    last = picture;
  }
  expect(last?.data.every(Number.isFinite)).toBe(true);
  return last as Picture;
}

describe('no finite cost could be had of', () => {
  test.each([
    ['white32.png', 32],
    ['flat-black.png', 40],
    ['flat-nearblack.png', 40],
    ['dot-on-white.png', 128],
    ['stars25.png', 48],
    ['photo-all-transparent.png', 40],
  ] as const)('%s', async (name, size) => {
    await painted(named(name), [{ picture: named('wave.jpg') }], { size, steps: 2 });
  });

  test('a region inside a clipped sky', async () => {
    const styles = [
      { picture: named('wave.jpg'), region: 'white' },
      { picture: named('starry.jpg'), region: 'black' },
    ];
    await painted(named('blown-sky.jpg'), styles, { size: 64, steps: 2 }, named('mask-top50.png'));
  });
});

/** RGBA of a picture that is seen in a disc. */
function disc({ width, height, data }: Picture, alpha = 255) {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[c * width * height + i] as number;
    rgba[4 * i + 3] = isInside(i, width, height) ? alpha : 0;
  }
  return { width, height, data: rgba };
}

const isInside = (i: number, width: number, height: number) =>
  Math.hypot((i % width) / width - 0.5, Math.floor(i / width) / height - 0.5) < 0.3;

/** Means of R, G and B inside the disc. */
function meansInside({ width, height, data }: Picture): [number, number, number] {
  const plane = width * height;
  const inside = [...Array(plane).keys()].filter((i) => isInside(i, width, height));
  const mean = (c: number) => inside.reduce((sum, i) => sum + (data[c * plane + i] as number), 0) / inside.length;
  return [mean(0), mean(1), mean(2)];
}

describe('transparent', () => {
  const [width, height] = [64, 56];
  const dark = picture(
    width,
    height,
    waves(width, height, 1).data.map((value) => 0.4 * value),
  );
  const styles = [{ picture: named('wave.jpg') }];

  test('parts of the photo take no share of the style', async () => {
    const grey = picture(width, height);
    for (let i = 0; i < dark.data.length; i++) {
      grey.data[i] = isInside(i % (width * height), width, height) ? (dark.data[i] as number) : 128;
    }
    const [cut, whole] = [
      await painted(disc(dark), styles, { size: 64, steps: 20 }),
      await painted(grey, styles, { size: 64, steps: 20 }),
    ];
    const brightness = (painting: Picture) => meansInside(painting).reduce((sum, value) => sum + value / 3, 0);
    // The bright half of the print lies inside, not on the brighter ground around.
    expect(brightness(cut)).toBeGreaterThan(brightness(whole) + 10);
  });

  test('parts of the style are no paint', async () => {
    const red = picture(width, height);
    const blue = picture(width, height);
    for (let i = 0; i < width * height; i++) {
      for (const [painting, c] of [
        [red, 0],
        [blue, 2],
      ] as const) {
        painting.data[c * width * height + i] = 200 + (i % 7) * 8;
      }
    }
    // Red in the disc; around it lies blue that nobody sees.
    const seen = disc(red);
    const around = disc(blue);
    for (let i = 0; i < width * height; i++) {
      if (seen.data[4 * i + 3] === 0) seen.data.set(around.data.subarray(4 * i, 4 * i + 3), 4 * i);
    }
    const [r, g, b] = meansInside(
      await painted(waves(width, height, 1), [{ picture: seen }], { size: 64, steps: 20, strength: 0.9 }),
    );
    expect(r - b).toBeGreaterThan(60);
    // White paper would be all three.
    expect(r - g).toBeGreaterThan(60);
  });

  test('everywhere: a photo is painted as if it were opaque', async () => {
    const white = picture(40, 32);
    white.data.fill(255);
    const nothing = { width: 40, height: 32, data: new Uint8ClampedArray(4 * 40 * 32) };
    const options = { size: 40, steps: 2 };
    expect((await painted(nothing, styles, options)).data).toEqual((await painted(white, styles, options)).data);
  });

  test('all but: a photo and a style that can hardly be seen', async () => {
    await painted(disc(dark, 1), [{ picture: disc(waves(width, height, 2), 1) }], { size: 64, steps: 2 });
  });

  test('everywhere: a style is refused by its name', async () => {
    await expect(
      painted(named('photo.png'), [{ picture: named('style-all-transparent.png') }], { size: 64, steps: 1 }),
    ).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: 'Expected a style with visible pixels but "style-all-transparent.png" is transparent everywhere.',
    });
  });
});
