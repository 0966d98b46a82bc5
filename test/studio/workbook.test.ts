/** The assignment in a browser: from the skeletons to a finished painting, in both languages; what code cannot do. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Edition } from '../../src/workbook/answers.js';
import { EXERCISES, type Exercise, functionOf, solutionOf } from '../../src/workbook/exercises.js';
import { violationsOf } from './support/axe.js';
import { CHROMIUM } from './support/browser.js';
import { visits } from './support/visits.js';

const studio = visits();
/** Small and short, with the loop as it is written. */
const SMALL = 'size=64x48';

async function open(address: string) {
  const page = await studio.context.newPage();
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/.test(message.text())) problems.push(message.text());
  });
  await page.goto(`${studio.url}workbook.html#${address}`);
  await page.locator('#contentCost .cm-content').waitFor();
  return { page, problems };
}

/** Pastes over all that stands in an editor. */
async function paste(page: Page, place: string, text: string): Promise<void> {
  const editor = page.locator(place);
  await editor.click();
  await page.keyboard.press('Control+a');
  await editor.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

const writeInto = (page: Page, exercise: Exercise, text: string) => paste(page, `#${exercise} .cm-content`, text);

async function checkOf(page: Page, exercise: Exercise): Promise<string> {
  const verdict = page.locator(`#${exercise} .verdict`);
  await page.locator(`#${exercise} .row button.main`).click();
  await verdict.locator('p').first().waitFor();
  await page.locator(`#${exercise} .row button.main:enabled`).waitFor();
  return (await verdict.textContent()) ?? '';
}

/** Pictures of the page, for people to look at, where GIVERNY_SCREENSHOTS names a folder. */
async function show(page: Page, name: string): Promise<void> {
  const folder = process.env.GIVERNY_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

describe.skipIf(CHROMIUM === undefined)('the workbook', () => {
  test.each([
    ['en', 'first', 'Right'],
    ['ko', 'later', '정답입니다'],
  ] as const)(
    'the whole assignment in %s, %s edition, from the skeletons to a painting',
    async (lang, edition, right) => {
      const { page, problems } = await open(`lang=${lang}&edition=${edition}&${SMALL}`);
      expect(await checkOf(page, 'contentCost')).toContain(lang === 'en' ? 'Nothing is returned yet' : '아직 아무것도');
      for (const exercise of EXERCISES) {
        await writeInto(page, exercise, solutionOf(exercise, edition as Edition));
        expect(await checkOf(page, exercise)).toContain(right);
      }
      expect(await page.locator('.desk .hint').textContent()).toContain('5');
      await paste(page, 'section[aria-labelledby="title-paint"] .cm-content', 'const knobs = { iterations: 21 };');
      await page.locator('section[aria-labelledby="title-paint"] button.main').click();
      await page
        .locator('.snapshots figure')
        .nth(edition === 'first' ? 2 : 1)
        .waitFor();
      const again = lang === 'en' ? 'Paint' : '이미지 만들기';
      await page.getByRole('button', { name: again, exact: true }).waitFor();
      const printed = (await page.locator('.printed').textContent()) ?? '';
      if (edition === 'first') {
        expect(printed).toMatch(
          /Iteration 20 :\ntotal cost = [\d.e+]+\ncontent cost = [\d.e+]+\nstyle cost = [\d.e+]+/,
        );
        const last = await page.locator('.snapshots figcaption').last().textContent();
        expect(last).toBe('output/generated_image.jpg');
      } else expect(printed).toMatch(/Epoch 20 : J = /);
      const curves = (await page.locator('.curves figcaption').textContent()) ?? '';
      const [mine, reference] = [...curves.matchAll(/: ([\d.,]+)/g)].map(([, value]) =>
        Number(value?.replaceAll(',', '')),
      );
      expect((mine as number) / (reference as number)).toBeCloseTo(1, 1);
      expect(problems).toEqual([]);
      expect(await violationsOf(page)).toEqual([]);
      await show(page, `${lang}-${edition}`);
    },
  );

  test('axe finds nothing in the dark, on a phone', async () => {
    const { page } = await open(`lang=ko&${SMALL}`);
    // Line numbers of an editor that was never scrolled to stand beside their lines.
    const heights = await page.locator('#loop .code').evaluate((place) => {
      const all = (selector: string) => [...(place.shadowRoot?.querySelectorAll(selector) ?? [])];
      const height = (element: Element) => Math.round(element.getBoundingClientRect().height);
      return [all('.cm-lineNumbers .cm-gutterElement').slice(2).map(height), all('.cm-line').slice(1).map(height)];
    });
    expect(heights[0]?.length).toBeGreaterThan(5);
    expect(heights[0]).toEqual(heights[1]);
    await page.getByRole('button', { name: /화면 모드/ }).click();
    await page.getByRole('button', { name: /화면 모드/ }).click();
    await page.setViewportSize({ width: 390, height: 800 });
    await writeInto(page, 'gramMatrix', 'function gramMatrix(A: Tensor): Tensor {\n  return tf.matMul(A, A);\n}\n');
    expect(await checkOf(page, 'gramMatrix')).toContain('2행: matMul');
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await show(page, 'phone-dark');
  });

  test('code reaches no network and no storage, ends after a time, and the page goes on', async () => {
    const { page } = await open(`lang=en&${SMALL}`);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const body = (code: string) => `function computeContentCost(aC, aG) {\n  ${code}\n}\n`;
    await writeInto(
      page,
      'contentCost',
      body(`fetch('${studio.url}stolen'); importScripts('${studio.url}stolen.js');`),
    );
    expect(await checkOf(page, 'contentCost')).toMatch(/Line 2: This stopped with an error: .*importScripts/);
    expect(asked.filter((url) => url.includes('stolen'))).toEqual([]);
    await writeInto(page, 'contentCost', body("return indexedDB.open('giverny');"));
    expect(await checkOf(page, 'contentCost')).toMatch(/Line 2: This stopped with an error: .*(denied|IDBFactory)/);
    await writeInto(page, 'contentCost', body('return eval("1");'));
    expect(await checkOf(page, 'contentCost')).toMatch(/Line 2: This stopped with an error: .*unsafe-eval/);
    await writeInto(page, 'contentCost', body('while (true) {}'));
    expect(await checkOf(page, 'contentCost')).toContain('5 seconds without an end');
    await writeInto(page, 'contentCost', body('return new Float64Array(1e12);'));
    expect(await checkOf(page, 'contentCost')).toContain('more memory than there is');
    await writeInto(page, 'contentCost', solutionOf('contentCost', 'first'));
    expect(await checkOf(page, 'contentCost')).toContain('Right: 6.76559');
  });

  test('work is kept, exported and opened again; a link presets edition and hides solutions', async () => {
    const { page } = await open(`lang=en&edition=later&solutions=hidden&${SMALL}`);
    await writeInto(page, 'totalCost', solutionOf('totalCost', 'later'));
    await page.getByLabel('Your name, for the file').fill('Ada Lovelace');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as a file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('Ada-Lovelace.json');
    const file = readFileSync(await download.path());
    const kept = JSON.parse(file.toString());
    expect(kept).toMatchObject({ giverny: 'workbook', name: 'Ada Lovelace', edition: 'later' });
    expect(kept.code.totalCost).toBe(solutionOf('totalCost', 'later'));
    for (let i = 1; i <= 3; i++) await page.locator('#totalCost').getByRole('button', { name: /Hint/ }).click();
    expect(await page.locator('#totalCost .hints li').count()).toBe(3);
    expect(await page.locator('#totalCost').getByRole('button', { name: 'Show the solution' }).count()).toBe(0);
    await page.locator('#totalCost').getByRole('button', { name: 'Start again' }).click();
    await page
      .locator('.desk input[type=file]')
      .setInputFiles({ name: 'ada.json', mimeType: 'application/json', buffer: file });
    expect(await checkOf(page, 'totalCost')).toContain('Right: 34');
    await page.reload();
    await page.locator('#totalCost .cm-content').waitFor();
    expect(await page.locator('#totalCost .cm-content').textContent()).toContain('tf.multiply(alpha, JContent)');
    await page
      .locator('.desk input[type=file]')
      .setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await page.getByText('Expected a workbook file of version 1 in "bad.json" but received {}.').waitFor();
  });

  test('the editor is left by Escape and Tab, and completes operations', async () => {
    const { page } = await open(`lang=en&${SMALL}`);
    await writeInto(page, 'gramMatrix', 'tf.resh');
    await page.keyboard.press('Control+Space');
    await page.locator('.cm-tooltip-autocomplete').getByText('reshape', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Check');
    expect(functionOf('gramMatrix', 'first')).toBe('gramMatrix');
  });
});
