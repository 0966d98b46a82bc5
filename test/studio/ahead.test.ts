/** What the page does before Paint is pressed: it forecasts, and begins the painting. */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { CHROMIUM } from './support/browser.js';
import { expectNoProblems, LONG, press, saved, stepOf, TINY, untilSays } from './support/studio.js';
import { visits } from './support/visits.js';

const studio = visits();
const SHORT = TINY.replace('steps=2', 'steps=3');

const painters = (page: Page) => page.workers().filter((worker) => /worker-/.test(worker.url()));
const pixels = async (page: Page) =>
  sharp((await saved(page, 'PNG')).bytes)
    .raw()
    .toBuffer();

/** Notes what the line under the picture says from here on. */
async function sayings(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const said = new Set<string>();
    Object.assign(window, { said });
    const listen = () => said.add(document.querySelector('.figures strong')?.textContent ?? '');
    new MutationObserver(listen).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => [...(window as unknown as { said: Set<string> }).said]);
}

/** Gigabytes of the page's process that were measured in Chromium with the pocket network, by sizes in pixels. */
const MEASURED = { '256': 0.55, '384': 0.65, '512': 0.75, '768': 1.04, '1024': 1.6 };

describe.skipIf(CHROMIUM === undefined)('before Paint is pressed', () => {
  test('a painting that was begun ahead is the painting that was not', async () => {
    const { page, problems } = await studio.open(SHORT);
    const said = await sayings(page);
    await press(page, 'Paint');
    await untilSays(page, /Done/);
    const stages = ['Opening the network …', 'Preparing the first step …', 'Painting', 'Done'];
    expect(await said()).toEqual(expect.arrayContaining(stages));
    const expected = await pixels(page);
    const other = await studio.open(SHORT);
    // By itself.
    await expect.poll(() => painters(other.page).length).toBe(1);
    await press(other.page, 'Paint');
    expect(await untilSays(other.page, /Done/)).toMatch(/Step 3 of 3/);
    expect(Buffer.compare(await pixels(other.page), expected)).toBe(0);
    expect(problems).toEqual([]);
    expectNoProblems(other);
  });

  test('a painting that was begun ahead gives way to what the form says later', async () => {
    const opened = await studio.open(SHORT);
    const { page } = opened;
    await expect.poll(() => painters(page).length).toBe(1);
    await page.getByLabel('Steps at each size').fill('5');
    await press(page, 'Paint');
    expect(await untilSays(page, /Done/)).toMatch(/Step 5 of 5/);
    expect(painters(page)).toHaveLength(1);
    expectNoProblems(opened);
  });

  test('Pause and Stop that are pressed before the worker has its order', async () => {
    const opened = await studio.open(LONG.replace('size=64', 'size=128'));
    const { page } = opened;
    await page.evaluate(() => {
      navigator.storage.persist = () => new Promise((resolve) => setTimeout(() => resolve(true), 1500));
    });
    await press(page, 'Paint');
    await press(page, 'Pause');
    await untilSays(page, /Paused.*Step 1 /);
    await press(page, 'Resume');
    await untilSays(page, /Painting.*Step [2-9]/);
    await press(page, 'Stop');
    await untilSays(page, /Stopped/);
    const step = await stepOf(page);

    await press(page, 'Paint again');
    await press(page, 'Stop');
    await page.waitForTimeout(2500);
    // What was there before is there still.
    expect(await stepOf(page)).toBe(step);
    await press(page, 'Go on painting');
    await untilSays(page, new RegExp(`Painting.*Step ${step + 1} `));
    expectNoProblems(opened);
  });

  test('forecasts the memory that was measured, to 15 %, and tiles where more would not fit', async () => {
    const { page } = await studio.open('photo=boats&style=swirls&first-size=0&size=256');
    const forecast = async (size: string) => {
      await page.getByRole('slider', { name: 'Size', exact: true }).fill(size);
      await page
        .locator('.forecast')
        .filter({ hasText: /of memory/ })
        .waitFor();
      const said = (await page.locator('.forecast').textContent()) ?? '';
      const [, amount, unit] = /([\d.]+) (GB|MB) of memory/.exec(said) ?? [];
      return Number(amount) / (unit === 'MB' ? 1000 : 1);
    };
    for (const [size, measured] of Object.entries(MEASURED)) {
      const said = await forecast(size);
      expect(Math.abs(said / measured - 1), `${size} px: ${said} GB`).toBeLessThan(0.15);
    }
    for (const size of ['2048', '4096']) expect(await forecast(size)).toBeLessThan(3.3);
    expect(await page.locator('.forecast').textContent()).toMatch(/About \d+ (min|h)/);
  });
});
