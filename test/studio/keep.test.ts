/** What the page keeps: a killed tab's painting goes on to the same pixels, and storage that fails is told of. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { CHROMIUM } from './support/browser.js';
import { expectNoProblems, LONG, notice, press, saved, stepOf, strokeAt, untilSays } from './support/studio.js';
import { visits } from './support/visits.js';

const studio = visits();
/** Small, so that it is painted twice in a few seconds. */
const SMALL = 'photo=boats&style=swirls&size=96&steps=4&first-size=64&first-steps=8';

/** The easel's pixels, losslessly. */
const shown = (page: Page) =>
  page.locator('.picture canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

/** Makes the page believe that nobody looks at it. */
const hide = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });

/** All entries of a shelf in the page's storage. */
function shelf<T>(page: Page, name: string): Promise<T[]> {
  return page.evaluate(
    (store) =>
      new Promise<T[]>((resolve) => {
        const opening = indexedDB.open('giverny');
        // Where there is nothing yet, nothing is made: an open database of no version would stand in the page's way.
        opening.onupgradeneeded = () => opening.transaction?.abort();
        opening.onerror = () => resolve([]);
        opening.onsuccess = () => {
          const request = opening.result.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => {
            opening.result.close();
            // Blobs and pixels stay there.
            resolve(JSON.parse(JSON.stringify(request.result)) as T[]);
          };
        };
      }),
    name,
  );
}

const keptStep = async (page: Page) => (await shelf<{ step: number }>(page, 'states'))[0]?.step ?? 0;

/** Changes the one entry of a shelf. */
const alter = (page: Page, store: string, change: string) =>
  page.evaluate(
    ([name, code]) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('giverny');
        opening.onsuccess = () => {
          const shelf = opening.result.transaction(name as string, 'readwrite').objectStore(name as string);
          shelf.getAll().onsuccess = ({ target }) => {
            const entry = (target as IDBRequest<Record<string, unknown>[]>).result[0];
            if (entry) shelf.put({ ...entry, ...JSON.parse(code as string) });
          };
          shelf.transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    [store, change],
  );

/** Ends the page as a crash does: nothing of it runs any more. */
async function crash(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  devtools.send('Page.crash').catch(() => {});
  await crashed;
}

describe.skipIf(CHROMIUM === undefined)('what the page keeps', () => {
  test('a tab that crashes in a painting with strokes: a new tab goes on to the same pixels', async () => {
    const first = await studio.open(SMALL);
    await press(first.page, 'Brush');
    await strokeAt(first.page, 0.4);
    await press(first.page, 'Paint');
    await untilSays(first.page, /Done/);
    const unbroken = await shown(first.page);
    await press(first.page, 'Paint again');
    await untilSays(first.page, /Step [1-9]/);
    await press(first.page, 'Pause');
    await untilSays(first.page, /Paused/);
    await expect.poll(() => keptStep(first.page)).toBeGreaterThan(0);
    // What is painted after the state was kept is lost, and painted again.
    await press(first.page, 'Resume');
    await crash(first.page);

    const second = await studio.open();
    await second.page.getByText('This painting is not finished').waitFor();
    expect(await second.page.locator('.style .name').allTextContents()).toEqual(['Swirls']);
    expect(await second.page.locator('.picture canvas').count()).toBe(1);
    const step = await keptStep(second.page);
    expect(step).toBeLessThan(12);
    // What is offered is a painting like any other: with its costs, and its recipe in what is saved of it.
    await second.page.locator('.legend').waitFor();
    expect(await readRecipe((await saved(second.page, 'PNG')).bytes)).toMatchObject({ steps: step, stopped: true });
    await press(second.page, 'Go on painting');
    await untilSays(second.page, /Done/);
    expect(await stepOf(second.page)).toBe(12);
    const { stopped, steps } = await readRecipe((await saved(second.page, 'PNG')).bytes);
    expect({ stopped, steps }).toEqual({ steps: 12 });
    expect(await shown(second.page)).toBe(unbroken);
    expect(await shelf(second.page, 'unfinished')).toEqual([]);
    expect(await shelf(second.page, 'states')).toEqual([]);

    // What is done is on the easel again after a reload.
    await expect.poll(async () => (await shelf<{ result?: string }>(second.page, 'sessions'))[0]?.result).toBeDefined();
    await second.page.reload();
    await second.page.waitForSelector('.picture canvas');
    expect(await shown(second.page)).toBe(unbroken);
    await second.page.reload();
    await second.page.waitForSelector('.picture canvas');
    expectNoProblems(second);
  });

  test('the film of a painting that is gone on with has all of its steps', async () => {
    const opened = await studio.open(LONG);
    const { page } = opened;
    const filmed = async () =>
      (await shelf<{ step: number }>(page, 'films')).map(({ step }) => step).sort((a, b) => a - b);
    const paused = async () => {
      await press(page, 'Pause');
      await untilSays(page, /Paused/);
      const step = await stepOf(page);
      await expect.poll(() => keptStep(page)).toBe(step);
      await expect.poll(filmed).toEqual(Array.from({ length: step }, (_, i) => i));
      return step;
    };
    await press(page, 'Paint');
    await untilSays(page, /Step [3-9]/);
    const before = await paused();
    // What is painted after the state was kept is painted again, and filmed once.
    await press(page, 'Resume');
    await expect.poll(() => stepOf(page)).toBeGreaterThan(before + 1);
    await page.reload();
    await page.getByText('This painting is not finished').waitFor();
    await page.locator('.menu > summary').click();
    await page.locator('.menu-list button').filter({ hasText: 'Timelapse' }).waitFor();
    await page.keyboard.press('Escape');
    await press(page, 'Go on painting');
    await expect.poll(() => stepOf(page)).toBeGreaterThan(before + 1);
    expect(await paused()).toBeGreaterThan(before + 1);
    await press(page, 'Stop');
    await untilSays(page, /Stopped/);
    await page.reload();
    await press(page, 'Let go');
    await expect.poll(filmed).toEqual([]);
    expectNoProblems(opened);
  });

  test('a worker that dies while the page is hidden: a notice, and the painting goes on', async () => {
    const opened = await studio.open(LONG);
    const { page } = opened;
    await press(page, 'Paint');
    await untilSays(page, /Step [3-9]/);
    await hide(page);
    await expect.poll(() => keptStep(page)).toBeGreaterThan(1);
    await page
      .workers()[0]
      ?.evaluate(() => self.close())
      .catch(() => {});
    await notice(page, /ended unexpectedly/).waitFor();
    const before = await keptStep(page);
    await press(page, 'Go on painting');
    await expect.poll(() => stepOf(page)).toBeGreaterThan(before + 1);

    // Another tab leaves it alone, and says so.
    const other = await studio.open();
    await notice(other.page, /another tab/).waitFor();
    expect(await other.page.getByText('This painting is not finished').count()).toBe(0);

    // Of another version: nothing can go on, the pictures are there.
    await page.reload();
    await page.getByText('This painting is not finished').waitFor();
    await alter(page, 'unfinished', '{"schema":99}');
    await page.reload();
    await notice(page, /another version/).waitFor();
    await page.waitForSelector('.photo-card');
    expect(await page.getByText('This painting is not finished').count()).toBe(0);
    expectNoProblems(opened);
  });

  test('a state that was damaged is refused, and all that is kept can be cleared', async () => {
    const opened = await studio.open(LONG);
    const { page } = opened;
    await press(page, 'Paint');
    await untilSays(page, /Step [2-9]/);
    await press(page, 'Stop');
    await untilSays(page, /Stopped/);
    await alter(page, 'states', '{"file":"lost"}');
    await page.reload();
    await press(page, 'Go on painting');
    await notice(page, /cannot be gone on with/).waitFor();

    await press(page, 'Your paintings');
    await page.locator('.gallery li').waitFor();
    await press(page, 'Clear all that is kept');
    await press(page, 'Really clear all of it?');
    await notice(page, /Cleared/).waitFor();
    for (const name of ['paintings', 'pictures', 'states', 'unfinished']) expect(await shelf(page, name)).toEqual([]);
    expectNoProblems(opened);
  });

  test.each([
    ['refused', 'SecurityError', /keeps nothing for this page/],
    ['full', 'QuotaExceededError', /Storage is full: what you make is not kept/],
  ])('storage that is %s: said once, and leaving asks first', async (_, name, text) => {
    await studio.context.addInitScript((error) => {
      const fail = () => {
        throw new DOMException('Not here.', error);
      };
      if (error === 'SecurityError') IDBFactory.prototype.open = fail;
      else IDBObjectStore.prototype.put = fail;
    }, name);
    const opened = await studio.open(LONG);
    const { page } = opened;
    await notice(page, text).waitFor();
    await press(page, 'Paint');
    await untilSays(page, /Step [2-9]/);
    const [asked] = await Promise.all([page.waitForEvent('dialog'), page.close({ runBeforeUnload: true })]);
    expect(asked.type()).toBe('beforeunload');
    await asked.dismiss();
    expect(await stepOf(page)).toBeGreaterThan(1);
    expectNoProblems(opened);
  });

  test('storage that is cleared in a painting that was gone on with: all is kept again', async () => {
    const opened = await studio.open(LONG);
    const { page } = opened;
    await press(page, 'Paint');
    await untilSays(page, /Step [1-9]/);
    await expect.poll(() => keptStep(page)).toBeGreaterThan(0);
    await page.reload();
    await press(page, 'Go on painting');
    await untilSays(page, /Painting.*Step [1-9]/);
    const devtools = await page.context().newCDPSession(page);
    const { origin } = new URL(page.url());
    await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
    expect(await shelf(page, 'unfinished')).toEqual([]);
    await press(page, 'Stop');
    await untilSays(page, /Stopped/);
    for (const name of ['sessions', 'unfinished', 'states', 'paintings']) {
      await expect.poll(async () => (await shelf(page, name)).length, { message: name }).toBe(1);
    }
    await page.reload();
    await page.getByText('This painting is not finished').waitFor();
    expect(await page.locator('.style .name').allTextContents()).toEqual(['Swirls']);
    expectNoProblems(opened);
  });

  test('storage that fails in the middle: said in the language of the page', async () => {
    const opened = await studio.open(LONG);
    const { page } = opened;
    await page.evaluate(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('Not here.', 'SecurityError');
      };
      IDBDatabase.prototype.transaction = () => {
        throw new DOMException('Closed.', 'InvalidStateError');
      };
    });
    await press(page, '한국어');
    await press(page, '그리기');
    await notice(page, /브라우저/).waitFor();
    expectNoProblems(opened);
  });
});
