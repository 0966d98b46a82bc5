/** What a hand does with the page: several files at once, wrong files, going back, undo, zoom, small screens, the dark. */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { CHROMIUM } from './support/browser.js';
import { expectNoProblems, give, notice, openStudio, press, QUICK, strokeAt, untilSays } from './support/studio.js';
import { visits } from './support/visits.js';

const studio = visits();

const noise = (width: number, height: number) =>
  sharp(
    Buffer.alloc(width * height * 3).map((_, i) => (i * 7919) % 251),
    { raw: { width, height, channels: 3 } },
  );

async function drop(page: Page, selector: string, files: Readonly<Record<string, Buffer>>): Promise<void> {
  const texts = Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')] as const);
  const data = await page.evaluateHandle((texts) => {
    const transfer = new DataTransfer();
    for (const [name, text] of texts) {
      transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type: 'image/jpeg' }));
    }
    return transfer;
  }, texts);
  for (const type of ['dragover', 'drop']) await page.dispatchEvent(selector, type, { dataTransfer: data });
}

describe.skipIf(CHROMIUM === undefined)('the handling', () => {
  test('of two files on the picture the first is the photo, the second the style', async () => {
    const opened = await studio.open();
    const { page } = opened;
    await drop(page, '#easel', {
      'one.jpg': await noise(200, 100).jpeg().toBuffer(),
      'two.jpg': await noise(90, 120).jpeg().toBuffer(),
    });
    await notice(page, /Photo: one.jpg. Style: two.jpg./).waitFor();
    expect(await page.locator('.photo-card .name').textContent()).toBe('one.jpg');
    expect(await page.locator('.style .name').allTextContents()).toEqual(['two.jpg']);
    expectNoProblems(opened);
  });

  test('drawings, cut pictures and files without a network are refused at once, in the language of the page', async () => {
    const { page } = await studio.open();
    await press(page, '한국어');
    const refuse = async (name: string, mimeType: string, buffer: Buffer, says: RegExp) => {
      await give(page, 'photo-title', { name, mimeType, buffer });
      await notice(page, says).waitFor();
    };
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"/>');
    await refuse('logo.svg', 'image/svg+xml', svg, /"logo.svg" 파일은 픽셀이 없는 SVG/);
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const whole = await noise(200, 150).toFormat(format).toBuffer();
      const cut = whole.subarray(0, Math.round(whole.length * 0.6));
      await refuse(
        `cut.${format}`,
        `image/${format}`,
        cut,
        new RegExp(`"cut.${format}" 파일은 뒷부분이 잘려 있습니다`),
      );
    }
    expect(await page.locator('.photo-card').count()).toBe(0);
    await page.locator('.network > summary').click();
    await page
      .locator('.network input[type=file]')
      .setInputFiles({ name: 'notes.h5', mimeType: '', buffer: Buffer.from('These are notes.') });
    await notice(page, /"notes.h5" 파일에는 신경망이 없습니다/).waitFor();
    expect(await page.locator('.network select').first().locator('option').count()).toBe(1);
  });

  test('who comes back finds handles where their labels say', async () => {
    // The page is not kept in memory, but loaded again with what the browser remembers of its form.
    await studio.context.addInitScript(() => addEventListener('unload', () => {}));
    const { page } = await studio.open('photo=alps&style=ink&preset=fine&size=256');
    const strength = page.getByLabel('Strength of the style');
    await strength.fill('0.3');
    await page.getByLabel('Preset').selectOption('draft');
    await strength.fill('0.8');
    await page.getByRole('link', { name: 'Learn' }).click();
    await page.waitForURL(/learn/);
    await page.goBack();
    await page.waitForSelector('.style');
    await expect.poll(() => page.getByLabel('Preset').inputValue()).toBe('draft');
    const sliders = await page.locator('.slider').evaluateAll((all) =>
      all.map((slider) => ({
        value: slider.querySelector('input')?.value,
        said: slider.querySelector('input')?.getAttribute('aria-valuetext'),
        shown: slider.querySelector('output')?.textContent,
      })),
    );
    expect(sliders.map(({ shown }) => shown)).toEqual(sliders.map(({ said }) => said));
    expect(await strength.inputValue()).toBe('0.8');
    expect(sliders.some(({ value, shown }) => value === '0.8' && shown === '80%')).toBe(true);
    // The same within the page, after a link.
    const before = page.url().split('#')[1] ?? '';
    await page.evaluate((hash) => location.assign(hash), '#photo=alps&style=ink:0.5&preset=fine&size=512&strength=0.2');
    await expect.poll(() => strength.inputValue()).toBe('0.2');
    await page.goBack();
    await expect.poll(() => strength.inputValue()).toBe('0.8');
    expect(page.url().split('#')[1]).toBe(before);
    expect(await page.locator('.style output').textContent()).toBe('1');
    expect(await strength.getAttribute('aria-valuetext')).toBe('80%');
  });

  test('strokes are undone and done again by buttons and keys, and keys change the size of the brush', async () => {
    const opened = await studio.open(QUICK);
    const { page } = opened;
    await press(page, 'Brush');
    /** How many pixels are covered. */
    const covered = () =>
      page.locator('.brush-canvas').evaluate((canvas: HTMLCanvasElement) => {
        const context = canvas.getContext('2d') as CanvasRenderingContext2D;
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        return [...data].filter((value, i) => i % 4 === 3 && value > 0).length;
      });
    await strokeAt(page, 0.2);
    await expect.poll(covered).toBeGreaterThan(0);
    const one = await covered();
    await strokeAt(page, 0.8);
    await expect.poll(covered).toBeGreaterThan(one);
    const two = await covered();
    await page.keyboard.press('Control+z');
    await expect.poll(covered).toBe(one);
    await page.keyboard.press('Control+Shift+Z');
    await expect.poll(covered).toBe(two);
    await press(page, 'Clear all');
    await expect.poll(covered).toBe(0);
    await press(page, 'Undo (Ctrl+Z)');
    await expect.poll(covered).toBe(two);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect.poll(covered).toBe(0);
    expect(await page.getByRole('button', { name: 'Undo (Ctrl+Z)' }).isDisabled()).toBe(true);
    await page.keyboard.press('Control+y');
    await expect.poll(covered).toBe(one);
    const size = page.getByLabel('Size of the brush');
    await page.keyboard.press('[');
    await page.keyboard.press('[');
    expect(await size.inputValue()).toBe('0.23');
    await page.keyboard.press(']');
    expect(await size.inputValue()).toBe('0.24');
    expectNoProblems(opened);
  });

  test('the painting is looked at closely by buttons, keys, wheel and hand', async () => {
    const opened = await studio.open(QUICK.replace('steps=14', 'steps=2'));
    const { page } = opened;
    await press(page, 'Paint');
    await untilSays(page, /Done/);
    const canvas = page.locator('.zoomed canvas');
    const box = async () => (await canvas.boundingBox()) as NonNullable<Awaited<ReturnType<typeof canvas.boundingBox>>>;
    const sharp = () => page.locator('.zoomed .sharp').count();
    const whole = await box();
    expect(await sharp()).toBe(0);
    await page.getByRole('button', { name: /Show at 100%/ }).click();
    await expect.poll(async () => Math.round((await box()).width)).toBe(128);
    await page.getByRole('button', { name: /^100%: Show all/ }).click();
    await expect.poll(async () => (await box()).width).toBeCloseTo(whole.width, 0);
    const place = page.locator('.zoomed');
    await place.focus();
    await page.keyboard.press('+');
    await expect.poll(async () => (await box()).width / whole.width).toBeCloseTo(1.25, 2);
    expect(await sharp()).toBe(1);
    const before = await box();
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => (await box()).x).toBeLessThan(before.x - 1);
    await page.keyboard.press('0');
    await expect.poll(async () => (await box()).width).toBeCloseTo(whole.width, 0);
    // The wheel keeps the point under it where it is.
    const at = { x: whole.x + whole.width * 0.25, y: whole.y + whole.height * 0.25 };
    await page.mouse.move(at.x, at.y);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await expect.poll(async () => (await box()).width).toBeGreaterThan(whole.width * 1.5);
    const close = await box();
    expect((at.x - close.x) / close.width).toBeCloseTo(0.25, 2);
    await page.mouse.down();
    await page.mouse.move(at.x - 50, at.y - 30, { steps: 3 });
    await page.mouse.up();
    expect((await box()).x).toBeCloseTo(close.x - 50, 0);
    expect((await box()).y).toBeCloseTo(close.y - 30, 0);
    expectNoProblems(opened);
  });

  test('two fingers look closer at what lies between them, one finger moves it', async () => {
    const phone = await studio.browser.newContext({
      viewport: { width: 390, height: 780 },
      hasTouch: true,
      isMobile: true,
    });
    const opened = await openStudio(phone, studio.url, QUICK.replace('steps=14', 'steps=2'));
    const { page } = opened;
    await page.getByRole('button', { name: 'Paint', exact: true }).tap();
    await untilSays(page, /Done/);
    const canvas = page.locator('.zoomed canvas');
    await canvas.scrollIntoViewIfNeeded();
    const box = async () => (await canvas.boundingBox()) as NonNullable<Awaited<ReturnType<typeof canvas.boundingBox>>>;
    const devtools = await phone.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: [number, number][]) =>
      devtools.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    const whole = await box();
    const [x, y] = [whole.x + whole.width / 2, whole.y + whole.height / 2];
    await touch('touchStart', [x - 30, y], [x + 30, y]);
    for (let apart = 35; apart <= 60; apart += 5) await touch('touchMove', [x - apart, y], [x + apart, y]);
    await touch('touchEnd');
    await expect.poll(async () => (await box()).width / whole.width).toBeCloseTo(2, 1);
    const close = await box();
    expect((x - close.x) / close.width).toBeCloseTo(0.5, 1);
    expect(await page.evaluate(() => visualViewport?.scale)).toBe(1);
    await touch('touchStart', [x, y]);
    for (let way = 10; way <= 40; way += 10) await touch('touchMove', [x - way, y - way / 2]);
    await touch('touchEnd');
    await expect.poll(async () => (await box()).x).toBeCloseTo(close.x - 40, 0);
    expect((await box()).y).toBeCloseTo(close.y - 20, 0);
    await touch('touchStart', [x - 60, y], [x + 60, y]);
    for (let apart = 55; apart >= 30; apart -= 5) await touch('touchMove', [x - apart, y], [x + apart, y]);
    await touch('touchEnd');
    await expect.poll(async () => (await box()).width).toBeCloseTo(whole.width, 0);
    expectNoProblems(opened);
    await phone.close();
  });

  test('on a phone nothing is wider than the screen, fingers find 44 pixels, and the Save menu fits', async () => {
    const phone = await studio.browser.newContext({
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    const page = await phone.newPage();
    await page.goto(`${studio.url}#lang=en&photo=lake&style=swirls`);
    await page.waitForSelector('.style');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const small = await page
      .locator('.bar a, .bar button, .tools button, .tools summary, .paint-bar button')
      .evaluateAll((all) =>
        all.filter((element) => element.getBoundingClientRect().height < 44).map(({ outerHTML }) => outerHTML),
      );
    expect(small).toEqual([]);
    await page.locator('.menu > summary').tap();
    const menu = await page.locator('.menu-list').boundingBox();
    expect(menu?.x).toBeGreaterThanOrEqual(0);
    expect((menu?.x ?? 0) + (menu?.width ?? 999)).toBeLessThanOrEqual(360);
    expect((menu?.y ?? 0) + (menu?.height ?? 999)).toBeLessThanOrEqual(740);
    await phone.close();
  });

  test('in the dark the page is dark before any of its modules runs', async () => {
    const night = await studio.browser.newContext({ colorScheme: 'dark' });
    const page = await night.newPage();
    await page.route(/\.js$/, (route) => (/theme\.js$/.test(route.request().url()) ? route.continue() : route.abort()));
    const themed = async () => {
      await page.goto(studio.url, { waitUntil: 'domcontentloaded' });
      return page.evaluate(() => ({
        theme: document.documentElement.dataset.theme,
        ground: getComputedStyle(document.body).backgroundColor,
      }));
    };
    expect(await themed()).toEqual({ theme: 'dark', ground: 'rgb(21, 22, 20)' });
    await page.evaluate(() => localStorage.setItem('giverny.theme', 'light'));
    expect(await themed()).toEqual({ theme: 'light', ground: 'rgb(245, 243, 238)' });
    await night.close();
  });
});
