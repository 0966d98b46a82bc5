/** The page around the painting: languages, access, addresses, bad input, loading, the lesson. */

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { DEFAULTS } from '../../src/core/options/options.js';
import { serveStudio } from '../../src/node/studio-server.js';
import { en } from '../../src/studio/words/en.js';
import { ko } from '../../src/studio/words/ko.js';
import { violationsOf } from './support/axe.js';
import { CHROMIUM } from './support/browser.js';
import { expectNoProblems, give, LONG, notice, press, strokeAt, TINY, untilSays } from './support/studio.js';
import { visits } from './support/visits.js';

const studio = visits();

const jpeg = (width: number, height: number, orientation?: number) =>
  sharp({ create: { width, height, channels: 3, background: '#7a9' } })
    .jpeg()
    .withMetadata(orientation === undefined ? {} : { orientation })
    .toBuffer();

describe.skipIf(CHROMIUM === undefined)('the page', () => {
  test('axe finds nothing: empty, painted, history, dark, Korean, phone', async () => {
    const opened = await studio.open();
    const { page } = opened;
    expect(await violationsOf(page)).toEqual([]);
    await press(page, 'Try it with an example');
    await untilSays(page, /Step ([2-9]|\d\d+) /);
    await press(page, 'Stop');
    await untilSays(page, /Stopped/);
    await page.getByText('Advanced').click();
    await page.locator('.network > summary').click();
    await press(page, 'Compare');
    await page.locator('.menu > summary').click();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await press(page, 'Your paintings');
    await page.locator('.gallery li').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /Appearance/ }).click();
    await page.getByRole('button', { name: /Appearance/ }).click();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(await violationsOf(page)).toEqual([]);
    await press(page, '한국어');
    await page.setViewportSize({ width: 360, height: 700 });
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expectNoProblems(opened);
  });

  test('the lesson computes on its pictures, paints, and passes axe in both languages', async () => {
    const page = await studio.context.newPage();
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(`${studio.url}learn.html#lang=en`);
    await page.waitForSelector('.gradient .heat');
    expect(await page.locator('.maps .heat').count()).toBe(16);
    expect(await page.locator('.gram .heat').count()).toBe(2);
    const content = async () =>
      Number(/= ([\d,.]+)/.exec((await page.locator('output.figure').textContent()) ?? '')?.[1]?.replaceAll(',', ''));
    const noisy = await content();
    await page.getByLabel('Share of noise').fill('0');
    // Without noise the picture is the photo: there is nothing to pay.
    await expect.poll(content).toBeLessThan(noisy / 1e3);
    await page.getByText('conv4_1', { exact: true }).first().click();
    await page.getByText('256 channels of 28 × 22').or(page.getByText('256 channels of 28 × 23')).waitFor();
    await press(page, 'Paint 100 steps');
    const painted = page.getByText(/Step \d+ of 100/);
    const step = async () => Number(/Step (\d+)/.exec((await painted.textContent()) ?? '')?.[1]);
    await expect.poll(step).toBeGreaterThan(1);
    await page.getByLabel('λ of conv5_1').fill('1');
    const before = await step();
    await expect.poll(step).toBeGreaterThan(before + 1);
    await press(page, 'Stop');
    expect(await page.locator('math').count()).toBeGreaterThan(4);
    expect(await violationsOf(page)).toEqual([]);
    await press(page, '한국어');
    await page.getByRole('heading', { name: '그람 행렬' }).waitFor();
    await page.setViewportSize({ width: 360, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await violationsOf(page)).toEqual([]);
    expect(problems).toEqual([]);
  }, 300_000);

  test('speaks the language of the browser, changes it at a press, and remembers', async () => {
    const korean = await studio.browser.newContext({ locale: 'ko-KR' });
    const page = await korean.newPage();
    await page.goto(studio.url);
    await page.getByRole('heading', { name: ko.emptyTitle }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko');
    await press(page, 'English');
    await page.getByRole('heading', { name: en.emptyTitle }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: en.emptyTitle }).waitFor();
    await korean.close();
  });

  test('both languages fill in the same names', () => {
    const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([name]) => name).sort();
    for (const word of Object.keys(en) as (keyof typeof en)[]) {
      expect(names(ko[word]), word).toEqual(names(en[word]));
      expect(ko[word], word).not.toBe('');
    }
  });

  test('the address holds the settings, and gives them back', async () => {
    const opened = await studio.open('photo=alps&style=ink,dots:0.4&preset=fine&size=256');
    const { page } = opened;
    expect(await page.locator('.style output').allTextContents()).toEqual(['1', '0.4']);
    expect(await page.getByLabel('Preset').inputValue()).toBe('fine');
    await page.getByLabel('Strength of the style').fill('0.7');
    await expect.poll(() => page.url()).toContain('strength=0.7');
    await page.reload();
    await page.waitForSelector('.style');
    expect(await page.getByLabel('Strength of the style').inputValue()).toBe('0.7');
    expect(page.url()).toContain('photo=alps&style=ink,dots:0.4&preset=fine&size=256&strength=0.7');
    await studio.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.menu > summary').click();
    await page.getByText('Copy the command line').click();
    await notice(page, /Copied/).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      'giverny alps.jpg --style ink.jpg --style dots.jpg=0.4 --preset fine --network pocket --size 256 --strength 0.7',
    );
    expectNoProblems(opened);
  });

  test('a link opened where the page is open already is taken in, but not while painting', async () => {
    const opened = await studio.open('photo=alps&style=ink,dots:0.4&preset=fine&size=256');
    const { page } = opened;
    // As a person does who pastes it into the address line.
    const paste = (hash: string) => page.evaluate((hash) => location.assign(hash), hash);
    const weights = () => page.locator('.style output').allTextContents();
    await paste(`#lang=ko&${LONG.replace('swirls', 'gold:0.5,waves').replace('boats', 'home')}`);
    await page.getByRole('button', { name: ko.paint, exact: true }).waitFor();
    await page.locator('.photo-card .name').filter({ hasText: ko['example.home'] }).waitFor();
    await expect.poll(weights).toEqual(['0.5', '1']);
    expect(await page.locator('.style .name').allTextContents()).toEqual([ko['example.gold'], ko['example.waves']]);
    await expect.poll(() => page.url()).toContain('#photo=home&style=gold:0.5,waves&preset=draft&size=64&steps=100000');
    // Links within the page say nothing of the form, and its own address is there again.
    await paste('#lang=en');
    await page.getByRole('button', { name: 'Paint', exact: true }).waitFor();
    await paste('#easel');
    await expect.poll(() => page.url()).toContain('#photo=home');
    expect(await weights()).toEqual(['0.5', '1']);

    await press(page, 'Paint');
    await untilSays(page, /Step [1-9]/);
    await paste('#photo=boats&style=ink&strength=0.9');
    await notice(page, /Stop the painting first/).waitFor();
    expect(await page.locator('.photo-card .name').textContent()).toBe(en['example.home']);
    await expect.poll(() => page.url()).toContain('#photo=home');
    expect(page.url()).not.toContain('strength');
    // A notice that is shown speaks the language of the page.
    await press(page, '한국어');
    await notice(page, new RegExp(ko.busyLink)).waitFor();
    await press(page, ko.stop);
    expectNoProblems(opened);
  });

  test('a region that keeps the photo asks for strength in place of alpha and beta', async () => {
    const { page } = await studio.open(`${TINY}&alpha=10&beta=1`);
    await press(page, 'Brush');
    await press(page, 'Keep the photo');
    await strokeAt(page, 0.5);
    await press(page, 'Paint');
    await notice(page, /not with alpha and beta/).waitFor();
    await page.getByLabel('Strength of the style').fill('0.5');
    await press(page, 'Paint');
    await untilSays(page, /Step [1-9]/);
    expect(await page.locator('.notice').count()).toBe(0);
  });

  test('Advanced has every option of the schema, says what is wrong, and takes what is right', async () => {
    const { page } = await studio.open();
    await page.getByText('Advanced').click();
    const fields = page.locator('.advanced .field');
    expect(await fields.count()).toBeGreaterThanOrEqual(Object.keys(DEFAULTS).length);
    await page.getByLabel('Learning rate').fill('fast');
    await page.getByLabel('Learning rate').press('Tab');
    await page.getByText('Expected a number from 0.000001 to 1000000 for Learning rate but received "fast".').waitFor();
    await page.getByLabel('Learning rate').fill('3');
    await page.getByLabel('Learning rate').press('Tab');
    await expect.poll(() => page.url()).toContain('learning-rate=3');
    await page.getByLabel('Alpha').fill('100');
    await page.getByLabel('Alpha').press('Tab');
    // Alpha puts strength aside: never both.
    await expect.poll(() => page.url()).toContain('alpha=100');
    await page.getByLabel('Strength of the style').fill('0.3');
    await expect.poll(() => page.url()).not.toContain('alpha');
  });

  test('photos are upright whatever their EXIF says', async () => {
    const { page } = await studio.open();
    await give(page, 'photo-title', { name: 'turned.jpg', mimeType: 'image/jpeg', buffer: await jpeg(300, 200, 6) });
    await page.getByText('200 × 300 px').waitFor();
  });

  test('what is no picture, too small, empty or HEIC is refused with a sentence', async () => {
    const { page } = await studio.open();
    const refuse = async (name: string, mimeType: string, buffer: Buffer, says: RegExp) => {
      await give(page, 'photo-title', { name, mimeType, buffer });
      await notice(page, says).waitFor();
    };
    await refuse('notes.jpg', 'image/jpeg', Buffer.from('These are notes.'), /"notes.jpg" is not a picture/);
    await refuse('dot.jpg', 'image/jpeg', await jpeg(20, 20), /"dot.jpg" is too small/);
    await refuse('void.jpg', 'image/jpeg', Buffer.alloc(0), /"void.jpg" is empty/);
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(40)]);
    await refuse('phone.heic', 'image/heic', heic, /"phone.heic" is HEIC/);
    expect(await page.locator('.photo-card').count()).toBe(0);
  });

  test('a huge photo is reduced, if one agrees', async () => {
    const { page } = await studio.open();
    await give(page, 'photo-title', { name: 'huge.jpg', mimeType: 'image/jpeg', buffer: await jpeg(8000, 6000) });
    await notice(page, /48 megapixels/).waitFor();
    await press(page, 'Reduce it to 4096 px');
    await page.getByText('4096 × 3072 px').waitFor();
  });

  test('a painted picture dropped as photo offers the settings it was painted with', async () => {
    const { page } = await studio.open(TINY);
    await press(page, 'Paint');
    await untilSays(page, /Done/);
    await page.locator('.menu > summary').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('PNG, lossless').click()]);
    const painted = readFileSync(await download.path());
    const other = await studio.open();
    await give(other.page, 'photo-title', { name: 'painted.png', mimeType: 'image/png', buffer: painted });
    await notice(other.page, /painted by Giverny/).waitFor();
    await press(other.page, 'Use its settings');
    await expect.poll(() => other.page.url()).toContain('size=64');
    expect(other.page.url()).toContain('steps=2');
  });

  test('storage that is full costs the history, not the painting', async () => {
    await studio.context.addInitScript(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('Full.', 'QuotaExceededError');
      };
    });
    const { page } = await studio.open(TINY);
    await press(page, 'Paint');
    await untilSays(page, /Done/);
    await notice(page, /Storage is full/).waitFor();
  });

  test('without memory a smaller size is offered, and painted', async () => {
    // The first order is answered as the worker answers when the runtime has no memory.
    await studio.context.addInitScript(() => {
      const post = Worker.prototype.postMessage;
      let failed = false;
      Worker.prototype.postMessage = function (this: Worker, message: { type?: string }, ...rest: never[]) {
        if (failed || message.type !== 'paint')
          return (post as (...all: unknown[]) => void).call(this, message, ...rest);
        failed = true;
        this.onmessage?.(new MessageEvent('message', { data: { type: 'failed', code: 'OUT_OF_MEMORY', message: '' } }));
      } as typeof post;
    });
    const { page } = await studio.open(TINY.replace('size=64', 'size=256'));
    await press(page, 'Paint');
    await notice(page, /Not enough memory/).waitFor();
    await press(page, 'Paint at 192 px');
    await untilSays(page, /Done/);
    expect(page.url()).toContain('size=192');
  });

  test('the keyboard reaches everything that counts', async () => {
    const { page } = await studio.open(LONG);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
    await page.getByRole('button', { name: 'Paint', exact: true }).focus();
    await page.keyboard.press('Enter');
    await untilSays(page, /Step [2-9]/);
    await page.getByRole('button', { name: 'Stop', exact: true }).focus();
    await page.keyboard.press('Space');
    await untilSays(page, /Stopped/);
    await press(page, 'Compare');
    const slider = page.getByLabel('Share of the photo shown, in percent');
    await slider.focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    expect(await slider.inputValue()).toBe('55');
    // Where what had the focus goes away, it stays near by.
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.slice(0, 5));
    const menu = page.locator('.menu');
    await menu.locator('summary').press('Enter');
    await menu.getByRole('button', { name: 'PNG' }).focus();
    await page.keyboard.press('Escape');
    expect(await menu.getAttribute('open')).toBeNull();
    expect(await focused()).toBe('Save');
    await menu.locator('summary').press('Enter');
    await page.locator('.costs').click();
    await expect.poll(() => menu.getAttribute('open')).toBeNull();
    await page.getByRole('button', { name: `Remove ${en['example.boats']}` }).press('Enter');
    await expect.poll(focused).toBe('Photo');
    await page.getByRole('button', { name: 'French Alps' }).press('Enter');
    await page.locator('.photo-card').waitFor();
    await expect.poll(focused).toBe('Photo');
  });

  test('pasting fills the photo, then the styles', async () => {
    const { page } = await studio.open();
    const paste = (bytes: string) =>
      page.evaluate((bytes) => {
        const data = new DataTransfer();
        data.items.add(
          new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'pasted.jpg', { type: 'image/jpeg' }),
        );
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
      }, bytes);
    await paste((await jpeg(200, 100)).toString('base64'));
    await page.getByText('200 × 100 px').waitFor();
    await paste((await jpeg(120, 90)).toString('base64'));
    await page.locator('.style').waitFor();
  });

  test('what is dropped on photo or styles is opened there; beside them it does not replace the page', async () => {
    const opened = await studio.open();
    const { page } = opened;
    const drop = async (selector: string, name: string, bytes: Buffer) => {
      const data = await page.evaluateHandle(
        ([name, bytes]) => {
          const transfer = new DataTransfer();
          const file = Uint8Array.from(atob(bytes as string), (c) => c.charCodeAt(0));
          transfer.items.add(new File([file], name as string, { type: 'image/jpeg' }));
          return transfer;
        },
        [name, bytes.toString('base64')],
      );
      for (const type of ['dragover', 'drop']) await page.dispatchEvent(selector, type, { dataTransfer: data });
    };
    await drop('#easel', 'dropped.jpg', await jpeg(240, 160));
    await page.getByText('240 × 160 px').waitFor();
    await drop('section[aria-labelledby="styles-title"]', 'style.jpg', await jpeg(120, 90));
    expect(await page.locator('.style .name').textContent()).toBe('style.jpg');
    await drop('header', 'beside.jpg', await jpeg(100, 100));
    expect(await page.locator('.photo-card .name').textContent()).toBe('dropped.jpg');
    expectNoProblems(opened);
  });

  test('the camera takes the photo, and is put out afterwards', async () => {
    const opened = await studio.open();
    const { page } = opened;
    await press(page, 'Take a photo');
    const video = page.locator('.camera video');
    const width = () => video.evaluate((element: HTMLVideoElement) => element.videoWidth);
    await expect.poll(width).toBeGreaterThan(0);
    const stream = await video.evaluateHandle((element: HTMLVideoElement) => element.srcObject as MediaStream);
    await page.locator('.camera').getByRole('button', { name: 'Take a photo' }).click();
    await page.locator('.photo-card .name').filter({ hasText: 'camera.jpg' }).waitFor();
    expect(await stream.evaluate((media) => media.getTracks().map(({ readyState }) => readyState))).toEqual(['ended']);
    expect(await page.locator('.camera').count()).toBe(0);
    expectNoProblems(opened);
  });

  test('without a camera a sentence says so', async () => {
    await studio.context.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('None.', 'NotFoundError'));
    });
    const { page } = await studio.open();
    await press(page, 'Take a photo');
    await notice(page, /no camera here/).waitFor();
  });

  test('the first load is under 300 KB compressed, without network file and runtime', async () => {
    const page = await studio.context.newPage();
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    await page.goto(studio.url, { waitUntil: 'networkidle' });
    let bytes = 0;
    for (const url of new Set(urls)) {
      if (!url.startsWith(studio.url)) throw new Error(`The page asked another server: ${url}`);
      const body = Buffer.from(await (await fetch(url)).arrayBuffer());
      bytes += /\.(webp|jpg)$/.test(url) ? body.length : gzipSync(body).length;
    }
    expect(urls.some((url) => /\.wasm|safetensors/.test(url))).toBe(false);
    expect(bytes).toBeLessThan(300_000);
  });

  test('on a host without the headers one thread paints, and from the second visit on all of them', async () => {
    const plain = await serveStudio({ isolated: false });
    const page = await studio.context.newPage();
    await page.goto(`${plain.url}#lang=en&${TINY}`);
    await page.waitForSelector('.style');
    await press(page, 'Paint');
    expect(await untilSays(page, /Done/)).toContain('WASM × 1');
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await page.waitForSelector('.style');
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
    // What was painted before the reload is there again.
    await press(page, 'Paint again');
    await untilSays(page, /Done/);
    await plain.close();
  });
});
