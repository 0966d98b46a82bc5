/** Networks fetched by the page from servers of other origins, which answer well, badly, halfway or not at all. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tensor } from '../../src/core/graph/tensor.js';
import { writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import { REGISTRY, type RegistryEntry, registryEntry } from '../../src/core/networks/registry.js';
import { type StudioServer, serveStudio } from '../../src/node/studio-server.js';
import { CHROMIUM, launchBrowser } from './support/browser.js';
import {
  type Answer,
  type Publisher,
  publisher,
  refuse,
  serve,
  serveHalf,
  serveOwnSite,
  studioAsking,
} from './support/publishers.js';
import { expectNoProblems, notice, openStudio, press } from './support/studio.js';

/** In place of a network: what is fetched is looked into when something is painted. */
const FILE = Uint8Array.from({ length: 4_000_000 }, (_, i) => (i * i) % 251);
const numbers = (length: number, first: number) =>
  tensor(
    [length],
    new Float32Array(length).map((_, i) => first + i),
  );
const CONVOLUTIONS = { 'features.0.weight': numbers(300_000, 1), 'features.0.bias': numbers(64, 2) };
const CLASSIFIER = { 'head.fc.weight': numbers(1_000_000, 3), 'pre_logits.fc1.weight': numbers(500_000, 4) };
const SAFETENSORS = writeSafetensors({ ...CLASSIFIER, ...CONVOLUTIONS });
const CONVOLUTION_BYTES = 4 * (300_000 + 64);

const source = (name: string) => (registryEntry(name) as RegistryEntry).sources[0] as RegistryEntry['sources'][number];
const originOf = (url: string | undefined) => new URL(url ?? '').origin;

let browser: Browser;
let context: BrowserContext;
let server: StudioServer;
let first: Publisher;
let second: Publisher;
let removeCopy = () => {};

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  browser = await launchBrowser();
  [first, second] = [await publisher(), await publisher()];
  const [keras, torchvision] = [source('vgg19'), source('vgg19-torchvision')];
  const { folder, remove } = studioAsking({
    [originOf(keras.urls[0])]: first.origin,
    [originOf(keras.urls[1])]: second.origin,
    [originOf(torchvision.urls[0])]: first.origin,
    [originOf(torchvision.urls[1])]: second.origin,
    [String(keras.sizeBytes)]: String(FILE.length),
    [String(torchvision.sizeBytes)]: String(CONVOLUTION_BYTES),
    // A publisher who states a SHA-256.
    [`md5:\`${keras.md5}\``]: `sha256:\`${createHash('sha256').update(FILE).digest('hex')}\``,
  });
  removeCopy = remove;
  server = await serveStudio({ folder });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  first?.close();
  second?.close();
  removeCopy();
});

beforeEach(async () => {
  context = await browser?.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
  for (const one of [first, second]) if (one) Object.assign(one, { answer: refuse, asked: 0 });
});

afterEach(() => context?.close());

async function openNetworks(): Promise<{ page: Page; refused: string[] }> {
  const { page, problems } = await openStudio(context, server.url);
  await page.locator('.network > summary').click();
  return { page, refused: problems };
}

const fetchButton = (page: Page, title = 'VGG-19 (') => page.getByRole('button', { name: `Fetch ${title}` });
const chosen = (page: Page) => page.locator('.network select').first().inputValue();

/** Networks in the browser's storage with the SHA-256 of their files. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const shelves = (await done(indexedDB.open('giverny'))).transaction('networks').objectStore('networks');
    const result: Record<string, string> = {};
    for (const { name, file } of (await done(shelves.getAll())) as { name: string; file: Blob }[]) {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
      result[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }
    return result;
  });

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(CHROMIUM === undefined)('fetching a network', () => {
  test('a whole file: progress is shown, it is kept, chosen and there after a reload', async () => {
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    first.answer = serveHalf(FILE, (response) => held.then(() => response.end(FILE.subarray(FILE.length / 2))));
    const { page, refused } = await openNetworks();
    await fetchButton(page).click();
    await page.getByText('Fetching VGG-19: 50%').waitFor();
    expect(await page.locator('.network progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBe(0.5);
    expect(await kept(page)).toEqual({});
    goOn();
    await notice(page, /vgg19 is in this browser now/).waitFor();
    expect(await chosen(page)).toBe('vgg19');
    expect(await kept(page)).toEqual({ vgg19: hash(FILE) });
    expect(await fetchButton(page).count()).toBe(0);
    expect(second.asked).toBe(0);
    await page.reload();
    await page.locator('.network > summary').click();
    await expect.poll(() => page.locator('.network option').allTextContents()).toContain('VGG-19');
    expectNoProblems({ page, problems: refused });
  });

  test('of a safetensors file the convolutions alone are fetched, by ranges', async () => {
    const file = serve(SAFETENSORS);
    let bytes = 0;
    first.answer = (request, response) => {
      const [, begin, end] = /(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      bytes += Number(end) - Number(begin) + 1;
      file(request, response);
    };
    const { page, refused } = await openNetworks();
    await fetchButton(page, 'VGG-19, trained anew').click();
    await notice(page, /vgg19-torchvision is in this browser now/).waitFor();
    expect(await kept(page)).toEqual({ 'vgg19-torchvision': hash(writeSafetensors(CONVOLUTIONS)) });
    expect(bytes).toBeLessThan(CONVOLUTION_BYTES + 2000);
    expectNoProblems({ page, problems: refused });
  });

  const bad: readonly (readonly [string, Answer])[] = [
    ['refuses', refuse],
    ['does not let other sites read it', serveOwnSite(FILE)],
    ['sends less', serve(FILE.subarray(1))],
    ['sends more', serve(new Uint8Array(FILE.length + 1))],
    ['sends another file of that size', serve(new Uint8Array(FILE.length))],
    ['breaks off halfway', serveHalf(FILE, (response) => response.destroy())],
  ];
  test.each(bad)('where the first server %s, the next one is asked', async (_, answer) => {
    first.answer = answer;
    second.answer = serve(FILE);
    const { page } = await openNetworks();
    await fetchButton(page).click();
    await notice(page, /vgg19 is in this browser now/).waitFor();
    expect(await page.locator('.notice').count()).toBe(1);
    expect(await kept(page)).toEqual({ vgg19: hash(FILE) });
    expect([first.asked, second.asked]).toEqual([1, 1]);
  });

  test('a server that knows no ranges, or has other convolutions, gives way to the next one', async () => {
    first.answer = (request, response) => serve(SAFETENSORS)({ ...request, headers: {} } as typeof request, response);
    second.answer = serve(writeSafetensors({ ...CONVOLUTIONS, 'features.2.bias': numbers(9, 1) }));
    const { page } = await openNetworks();
    await fetchButton(page, 'VGG-19, trained anew').click();
    await notice(page, /could not be fetched/).waitFor();
    expect(second.asked).toBeGreaterThan(1);
    second.answer = serve(SAFETENSORS);
    await fetchButton(page, 'VGG-19, trained anew').click();
    await notice(page, /vgg19-torchvision is in this browser now/).waitFor();
  });

  test('where all refuse, one notice says so and nothing is kept', async () => {
    const { page } = await openNetworks();
    await fetchButton(page).click();
    await notice(page, /VGG-19 could not be fetched from here/).waitFor();
    expect([first.asked, second.asked]).toEqual([1, 1]);
    expect(await page.locator('.notice').count()).toBe(1);
    expect(await kept(page)).toEqual({});
    expect(await chosen(page)).toBe('pocket');
    expect(await fetchButton(page).isEnabled()).toBe(true);
  });

  test('Cancel ends it at once: no other server is asked, nothing is kept or said', async () => {
    let closed: Promise<unknown> = new Promise(() => {});
    first.answer = serveHalf(FILE, (response) => {
      closed = once(response, 'close');
    });
    const { page, refused } = await openNetworks();
    await fetchButton(page).click();
    await page.getByText('Fetching VGG-19: 50%').waitFor();
    await press(page, 'Cancel');
    await fetchButton(page).waitFor();
    await closed;
    expect(second.asked).toBe(0);
    expect(await kept(page)).toEqual({});
    expect(await chosen(page)).toBe('pocket');
    expect(await page.locator('.notice').count()).toBe(0);
    // It may be fetched after all.
    first.answer = serve(FILE);
    await fetchButton(page).click();
    await notice(page, /vgg19 is in this browser now/).waitFor();
    expectNoProblems({ page, problems: refused });
  });

  test('the policy of the page as it is built allows every publisher, and nobody else', async () => {
    const built = await serveStudio();
    const { page } = await openStudio(context, built.url);
    await page.route(/^https:/, (route) =>
      route.fulfill({ status: 200, headers: { 'access-control-allow-origin': '*' }, body: 'here' }),
    );
    const says = (url: string) =>
      page.evaluate(async (url) => {
        let told = '';
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => (told = effectiveDirective), {
          once: true,
        });
        try {
          return await (await fetch(url)).text();
        } catch (error) {
          // The event comes as a task of its own.
          await new Promise((resolve) => setTimeout(resolve, 100));
          return told || String(error);
        }
      }, url);
    const urls = REGISTRY.flatMap(({ sources }) => sources.flatMap((each) => each.urls));
    // Hugging Face hands over to these.
    const handedTo = ['https://cdn-lfs.huggingface.co/file', 'https://cas-bridge.xethub.hf.co/file'];
    for (const url of [...urls, ...handedTo]) expect(await says(url), url).toBe('here');
    expect(await says('https://example.org/file')).toBe('connect-src');
    await built.close();
  });
});
