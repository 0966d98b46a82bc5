/** The page as an installed app: without a network, on other hosts and folders, with other versions, sharing. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { STUDIO_FOLDER } from '../../src/node/studio-files.js';
import { serveStudio } from '../../src/node/studio-server.js';
import { CHROMIUM } from './support/browser.js';
import { openStudio, press, TINY, untilSays } from './support/studio.js';
import { visits } from './support/visits.js';

const studio = visits();
const folders: string[] = [];
afterAll(() => folders.map((folder) => rmSync(folder, { recursive: true })));

/** The build in another folder, changed. */
function copyOfBuild(change: (folder: string) => void, under = ''): string {
  const root = mkdtempSync(join(tmpdir(), 'giverny-offline-'));
  folders.push(root);
  const folder = join(root, under);
  cpSync(STUDIO_FOLDER, folder, { recursive: true });
  change(folder);
  return root;
}

const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(file, change(readFileSync(file, 'utf8')));

/** Waits until the service worker keeps what this browser paints with. */
async function untilKept(page: Page): Promise<void> {
  const kept = () =>
    page.evaluate(async () => {
      const names = (await caches.keys()).filter((name) => name.startsWith('giverny-files-'));
      const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return keys.flat().map(({ url }) => new URL(url).pathname);
    });
  await expect
    .poll(kept)
    .toEqual(
      expect.arrayContaining([
        expect.stringMatching(/index\.html$/),
        expect.stringMatching(/threaded-[^.]*\.wasm$/),
        expect.stringMatching(/pocket\.safetensors$/),
        expect.stringMatching(/worker-[^.]*\.js$/),
      ]),
    );
}

async function paint(context: BrowserContext, url: string): Promise<string> {
  const { page, problems } = await openStudio(context, url, TINY);
  await press(page, 'Paint');
  const said = await untilSays(page, /Done/);
  expect(problems.filter((problem) => !/net::ERR_/.test(problem))).toEqual([]);
  return said;
}

describe.skipIf(CHROMIUM === undefined)('the app', () => {
  test('paints without its host after one visit in which nothing was painted', async () => {
    const host = await serveStudio();
    const { page } = await openStudio(studio.context, host.url);
    await untilKept(page);
    await page.close();
    await host.close();
    await expect(fetch(host.url)).rejects.toThrow();
    expect(await paint(studio.context, host.url)).toMatch(/Step 2 of 2/);
    const learn = await studio.context.newPage();
    await learn.goto(`${host.url}learn.html#lang=en`);
    await learn.waitForSelector('.gradient .heat');
  });

  test('works in a folder of a host that sends no headers, with threads from the second visit on', async () => {
    const host = await serveStudio({ folder: folderWithHome(), isolated: false });
    const url = `${host.url}art/studio/index.html`;
    const { page } = await openStudio(studio.context, url);
    await untilKept(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.reload();
    await page.waitForSelector('.paint-bar');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    // What else the host has is none of the worker's business.
    const other = await studio.context.newPage();
    expect((await other.goto(host.url))?.fromServiceWorker()).toBe(false);
    await host.close();
    expect(await paint(studio.context, url)).toMatch(/Step 2 of 2/);
  });

  test('a new version shows at the next load, and a page of the old one works on', async () => {
    const old = await serveStudio();
    const port = Number(new URL(old.url).port);
    const { page: before } = await openStudio(studio.context, old.url, TINY);
    await untilKept(before);
    await old.close();
    // All scripts of the new version have other names.
    const folder = copyOfBuild((into) => {
      edit(join(into, 'index.html'), (html) => html.replace('<title>Giverny', '<title>New Giverny'));
      edit(join(into, 'service-worker.js'), (script) => script.replace(/"giverny-files-|`giverny-files-/, '$&next-'));
      rmSync(join(into, 'assets'), { recursive: true });
      cpSync(join(STUDIO_FOLDER, 'assets'), join(into, 'assets'), {
        recursive: true,
        filter: (file) => !/(^|\/)worker-[^/]*\.js/.test(file),
      });
    });
    const next = await serveStudio({ folder, port });
    const page = await studio.context.newPage();
    await page.goto(old.url);
    expect(await page.title()).toBe('New Giverny');
    await expect.poll(() => page.evaluate(() => caches.keys())).toContainEqual(expect.stringContaining('files-next-'));
    // The worker's script is gone from the host, and was never fetched before.
    await press(before, 'Paint');
    await untilSays(before, /Done/);
    await next.close();
  });

  test('gives way to another program at the same address', async () => {
    const host = await serveStudio();
    const port = Number(new URL(host.url).port);
    const { page } = await openStudio(studio.context, host.url);
    await untilKept(page);
    await host.close();
    const other = await serveStudio({ folder: folderWithHome(), port });
    expect(await (await page.goto(host.url))?.text()).toBe(HOME);
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([]);
    expect((await page.reload())?.fromServiceWorker()).toBe(false);
    await other.close();
  });

  test('takes in a photo that another app shares', async () => {
    const { page } = await openStudio(studio.context, studio.url);
    await untilKept(page);
    const photo = await sharp({ create: { width: 80, height: 64, channels: 3, background: '#7a9' } })
      .png()
      .toBuffer();
    // As Android's share menu does, by what the manifest says.
    const manifest = await (await fetch(`${studio.url}manifest.webmanifest`)).json();
    const { method, enctype, params } = manifest.share_target;
    const action = new URL(manifest.share_target.action, studio.url).href;
    // The page's own policy forbids forms; what is shared comes from outside of it.
    const outside = await serveStudio({ folder: folderWithHome() });
    await page.goto(outside.url);
    await page.evaluate(
      async ({ action, method, enctype, field, bytes }) => {
        const form = Object.assign(document.createElement('form'), { action, method, enctype });
        const input = Object.assign(document.createElement('input'), { type: 'file', name: field });
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(bytes)], '사진 1.png', { type: 'image/png' }));
        input.files = files.files;
        form.append(input);
        document.body.append(form);
        form.submit();
      },
      { action, method, enctype, field: params.files[0].name, bytes: [...photo] },
    );
    await page.locator('.photo-card .name').filter({ hasText: '사진 1.png' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    expect(await page.evaluate(() => caches.has('giverny-inbox'))).toBe(false);
    await outside.close();
  });

  test('its manifest names icons of the sizes that they have', async () => {
    const manifest = await (await fetch(`${studio.url}manifest.webmanifest`)).json();
    for (const { src, sizes, type } of manifest.icons as { src: string; sizes: string; type: string }[]) {
      const answer = await fetch(new URL(src, studio.url));
      expect(answer.headers.get('content-type')).toBe(type);
      if (sizes === 'any') continue;
      const { width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
      expect(`${width}x${height}`).toBe(sizes);
    }
    const cdp = await studio.context.newCDPSession(await studio.context.newPage());
    await cdp.send('Page.navigate', { url: studio.url });
    await expect.poll(async () => (await cdp.send('Page.getAppManifest')).url).toContain('manifest.webmanifest');
    expect((await cdp.send('Page.getAppManifest')).errors).toEqual([]);
  });
});

const HOME = '<!doctype html><title>Home</title>';

/** A site of its own that has the studio in a folder. */
function folderWithHome(): string {
  const root = copyOfBuild(() => {}, 'art/studio');
  writeFileSync(join(root, 'index.html'), HOME);
  return root;
}
