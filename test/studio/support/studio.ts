/** The built studio in a browser, and what tests do with it. */
import { readFileSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Enough for a style to show, some seconds long. */
export const QUICK = 'photo=boats&style=swirls&size=128&steps=14&first-size=0';
/** The same through two sizes. */
export const SCALES = 'photo=boats&style=swirls&size=160&steps=8&first-size=112&first-steps=16';
/** Where it matters that something is painted, not what. */
export const TINY = 'photo=boats&style=swirls&size=64&steps=2&first-size=0';
/** As long as a test needs it, however little the steps bring. */
export const LONG = `${TINY.replace('steps=2', 'steps=100000')}&tolerance=0`;
/** A test ends before that; a busy machine may need most of it. */
const PATIENCE_MS = 170_000;

export interface Opened {
  readonly page: Page;
  /** What the page complained of; must be empty at the end. */
  readonly problems: string[];
}

/** Opens the studio with what its address says, and waits until it is all there. */
export async function openStudio(context: BrowserContext, url: string, address = ''): Promise<Opened> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    // Chromium says so of every machine without a graphics device.
    if (message.type() === 'error' || /Content Security Policy/.test(message.text())) problems.push(message.text());
  });
  await page.goto(`${url}${address === '' ? '' : `#lang=en&${address}`}`);
  await page.waitForSelector('.paint-bar');
  if (address.includes('photo=')) await page.waitForSelector('.photo-card');
  const styles = /style=([^&]*)/.exec(address)?.[1]?.split(',').length ?? 0;
  if (styles > 0)
    await page
      .locator('.style')
      .nth(styles - 1)
      .waitFor();
  return { page, problems };
}

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Waits until the line under the picture says this. */
export async function untilSays(page: Page, text: RegExp, timeoutMs = PATIENCE_MS): Promise<string> {
  const line = page.locator('.figures').filter({ hasText: text });
  await line.waitFor({ timeout: timeoutMs });
  return (await line.textContent()) ?? '';
}

export const stepOf = async (page: Page) =>
  Number(/Step (\d+)/.exec((await page.locator('.figures').textContent()) ?? '')?.[1] ?? 0);

export interface Bytes {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Chooses an entry of the Save menu and returns the file that comes of it. */
export async function saved(page: Page, entry: string): Promise<Bytes> {
  await page.locator('.menu > summary').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.menu-list button').filter({ hasText: entry }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Paints a stroke from top to bottom with a large brush; x is a share of the picture's width. */
export async function strokeAt(page: Page, x: number): Promise<void> {
  const box = await page.locator('.brush-canvas').boundingBox();
  if (!box) throw new Error('The brush has no canvas.');
  await page.getByLabel('Size of the brush').fill('0.25');
  await page.mouse.move(box.x + x * box.width, box.y + 0.1 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + x * box.width, box.y + 0.9 * box.height, { steps: 8 });
  await page.mouse.up();
}

/** Waits for a notice that says this. */
export const notice = (page: Page, text: RegExp) => page.locator('.notice').filter({ hasText: text });

/** Gives files to a file chooser by its place on the page. */
export async function give(page: Page, section: string, file: { name: string; mimeType: string; buffer: Buffer }) {
  await page.locator(`section[aria-labelledby="${section}"] input[type=file]`).first().setInputFiles(file);
}

export function expectNoProblems({ problems }: Opened): void {
  expect(problems).toEqual([]);
}
