/** What the page paints is painted again: by the command from its recipe, and from the history. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { repeatRecipe } from '../../src/cli/repeat.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { paintFile } from '../../src/node/painting/paint-file.js';
import { exampleUrl } from '../../src/studio/examples.js';
import { CHROMIUM } from './support/browser.js';
import { expectNoProblems, give, notice, press, saved, strokeAt, untilSays } from './support/studio.js';
import { visits } from './support/visits.js';

const studio = visits();
const folder = mkdtempSync(join(tmpdir(), 'giverny-again-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Decoders and engines round differently, which the steps enlarge. */
const MOST_LEVELS = 3;

const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);

/** Paints what the recipe in a file says, and returns by how many levels the two pictures differ on the average. */
async function repeated(name: string): Promise<number> {
  const repeat = await repeatRecipe(join(folder, name), { styles: [], options: {} });
  expect(repeat.notices).toEqual([]);
  const { network, coarseNetwork, styles, mask, notices: _, ...rest } = repeat;
  const request = {
    ...rest,
    styles: styles.map(({ path, ...style }) => ({ picture: path, ...style })),
    mask: mask && { picture: mask.path, featherPx: mask.featherPx },
  };
  const output = join(folder, `again-${name}`);
  await paintFile({ ...request, output, network: network.name, coarseNetwork: coarseNetwork?.name ?? 'none' });
  const [ours, theirs] = [await readPicture(join(folder, name)), await readPicture(output)];
  expect(theirs.alpha).toEqual(ours.alpha);
  const [a, b] = [ours.picture.data, theirs.picture.data];
  // What is half transparent counts half: the browser rounds colours that are hardly seen.
  const seen = (i: number) => (ours.alpha?.[i % ours.alpha.length] ?? 255) / 255;
  return a.reduce((sum, value, i) => sum + seen(i) * Math.abs(value - (b[i] as number)), 0) / a.length;
}

describe.skipIf(CHROMIUM === undefined)('painting again', () => {
  test('a recipe with styles, weights and regions leads the command to the same picture', async () => {
    const address = 'photo=boats&style=swirls:0.5,waves,gold&size=160&steps=5&first-size=112&first-steps=5';
    const opened = await studio.open(address);
    const { page } = opened;
    await press(page, 'Brush');
    await page.locator('.brush-tools .swatch').nth(1).click();
    await strokeAt(page, 0.2);
    await page.locator('.brush-tools .swatch').nth(2).click();
    await strokeAt(page, 0.8);
    await press(page, 'Keep the photo');
    await strokeAt(page, 0.5);
    await page.getByLabel('Strength there').first().fill('0.9');
    await press(page, 'Paint');
    await untilSays(page, /Done/);
    const { bytes } = await saved(page, 'PNG');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      notice(page, /boats-mask.png/)
        .getByRole('button', { name: 'Save the mask' })
        .click(),
    ]);
    expect(download.suggestedFilename()).toBe('boats-mask.png');
    await download.saveAs(join(folder, 'boats-mask.png'));
    write('painted.png', bytes);
    expect(await readRecipe(bytes)).toMatchObject({
      styles: [
        { name: 'swirls.jpg', weight: 0.5 },
        { name: 'waves.jpg', weight: 1, region: 'lime' },
        { name: 'gold.jpg', weight: 1, region: 'blue' },
      ],
      mask: { name: 'boats-mask.png', featherPx: 2 },
      regionStrengths: { lime: 0.9, gray: 0 },
      steps: 10,
    });
    for (const name of ['boats', 'swirls', 'waves', 'gold']) {
      write(`${name}.jpg`, new Uint8Array(await (await fetch(new URL(exampleUrl(name), studio.url))).arrayBuffer()));
    }
    expect(await repeated('painted.png')).toBeLessThan(MOST_LEVELS);
    // Where the photo is kept the painting is nearer to it than where a style goes.
    const photo = await sharp(join(folder, 'boats.jpg')).resize(160).removeAlpha().raw().toBuffer();
    const painted = await sharp(bytes).removeAlpha().raw().toBuffer();
    const strayed = (from: number, to: number) => {
      const width = 160;
      const levels = Array.from(painted, (value, i) => Math.abs(value - (photo[i] as number)));
      const column = (i: number) => Math.floor(i / 3) % width;
      const within = levels.filter((_, i) => column(i) >= from * width && column(i) < to * width);
      return within.reduce((sum, value) => sum + value, 0) / within.length;
    };
    expect(strayed(0.4, 0.6)).toBeLessThan(strayed(0, 0.2) / 2);

    // The regions are in the history as well: the same mask, to the byte.
    await page.goto(studio.url);
    await page.reload();
    await press(page, 'Your paintings');
    await press(page, 'Use its settings: Boats in Nagasaki');
    const set = () => page.locator('.style output').allTextContents();
    await expect.poll(set).toEqual(['0.5', '1', '90%', '1', '66%']);
    const mask = await saved(page, 'Save the mask');
    expect((await readRecipe(bytes)).mask?.sha256).toBe((await readPicture(mask.bytes)).sha256);
    expectNoProblems(opened);
  });

  test('a transparent photo stays transparent, and the command agrees on where and what', async () => {
    const holes =
      '<svg width="200" height="150"><circle cx="90" cy="70" r="50"/><rect x="150" width="30" height="150" opacity="0.5"/></svg>';
    // Not of one colour: there a network's maxima are whatever rounding makes of them, on each engine another.
    const boats = await (await fetch(`${studio.url}examples/boats.jpg`)).arrayBuffer();
    const photo = await sharp(Buffer.from(boats))
      .resize(200, 150, { fit: 'cover' })
      .ensureAlpha()
      .composite([{ input: Buffer.from(holes), blend: 'dest-out' }])
      .png()
      .toBuffer();
    const style = new Uint8Array(await (await fetch(new URL(exampleUrl('ink'), studio.url))).arrayBuffer());
    write('cut.png', photo);
    write('ink.jpg', style);
    const opened = await studio.open('style=ink&size=128&steps=5&first-size=0');
    const { page } = opened;
    await give(page, 'photo-title', { name: 'cut.png', mimeType: 'image/png', buffer: photo });
    await page.waitForSelector('.photo-card');
    await press(page, 'Paint');
    await untilSays(page, /Done/);
    const { bytes } = await saved(page, 'PNG');
    write('painted-cut.png', bytes);
    expect((await readPicture(bytes)).alpha?.some((value) => value === 0)).toBe(true);
    expect(await repeated('painted-cut.png')).toBeLessThan(MOST_LEVELS);
    const jpeg = await saved(page, 'JPEG');
    const { data } = (await readPicture(jpeg.bytes)).picture;
    // The hole is white paper.
    expect(data[45 * 128 + 58]).toBeGreaterThan(250);
    expectNoProblems(opened);
  });
});
