// Takes the pictures of docs/studio.md and docs/service.md again: `npm run docs:studio`, where a page has changed. Wants
// Chromium, and a machine without other work, as the pictures show what a step takes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { setUp } from './set-up.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
setUp({ quiet: true, studio: true });
const { launchBrowser } = await import('#dist/test/studio/support/browser.js');
const { serveStudio } = await import('#dist/node/studio-server.js');

const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs' } } });
mkdirSync(join(values.out, 'studio'), { recursive: true });
const EXAMPLE = 'photo=lake&style=swirls&preset=draft';
const server = await serveStudio();
const browser = await launchBrowser();

/** A page of a visitor with this screen. */
async function visit(screen, address, url = server.url) {
  const context = await browser.newContext(screen);
  const page = await context.newPage();
  await page.goto(`${url}${address}`);
  return page;
}

async function take(page, name) {
  // The pointer rests on nothing that would show a hint.
  await page.mouse.move(1, 1);
  await page.waitForTimeout(400);
  await sharp(await page.screenshot())
    .jpeg({ quality: 88 })
    .toFile(join(values.out, `${name}.jpg`));
  console.log(name);
}

/** Waits until the line under the picture says this. */
const untilSays = (page, text) => page.locator('.figures').filter({ hasText: text }).waitFor({ timeout: 600_000 });
const untilDone = (page) => untilSays(page, /Done|완성/);
const paint = (page) => page.locator('.paint-bar button').first().click();

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

const empty = await visit(DESKTOP, '#lang=en');
await empty.locator('.paint-bar').waitFor();
await take(empty, 'studio/empty');

const desktop = await visit(DESKTOP, `#lang=en&${EXAMPLE}`);
await desktop.locator('.style').first().waitFor();
await paint(desktop);
await untilSays(desktop, /Step (1[3-9]|2\d) of/);
await take(desktop, 'studio/painting');
await untilDone(desktop);
await take(desktop, 'studio/done');
await desktop.context().close();

const dark = await visit({ ...DESKTOP, colorScheme: 'dark' }, `#lang=ko&${EXAMPLE}`);
await dark.locator('.style').first().waitFor();
await paint(dark);
await untilDone(dark);
await dark.getByRole('button', { name: '비교', exact: true }).click();
await take(dark, 'studio/dark-korean');
await dark.context().close();

const phone = await visit(PHONE, `#lang=en&${EXAMPLE}`);
await phone.locator('.style').first().waitFor();
await paint(phone);
await untilDone(phone);
await phone.evaluate(() => window.scrollTo(0, 0));
await take(phone, 'studio/phone');
await phone.context().close();

const learn = await visit(DESKTOP, 'learn.html#lang=en');
const matrices = learn.locator('h2').filter({ hasText: 'Gram' }).first();
await matrices.waitFor();
await matrices.scrollIntoViewIfNeeded();
await learn.evaluate(() => document.querySelectorAll('section')[3]?.scrollIntoView());
await learn.waitForTimeout(15_000);
await take(learn, 'studio/learn');

const data = mkdtempSync(join(tmpdir(), 'giverny-pictures-'));
const service = spawn(process.execPath, ['dist/cli/main.js', 'serve', '--port', '4798', '--data', data], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(service.stdout, 'data');
const serviceUrl = 'http://127.0.0.1:4798/';
const SMALL = { viewport: { width: 960, height: 645 } };
const served = await visit(SMALL, 'studio/#lang=en&photo=boats&style=swirls&preset=draft&size=512', serviceUrl);
await served.locator('.style').first().waitFor();
await served.getByLabel('Where to paint').selectOption('server');
await paint(served);
await untilSays(served, /Step (1[4-9]|2\d) of/);
await take(served, 'service-studio');
await served.context().close();
const reference = await visit(SMALL, 'api', serviceUrl);
await reference.waitForTimeout(1000);
await take(reference, 'service-api');

await browser.close();
await server.close();
service.kill('SIGTERM');
await once(service, 'close');
rmSync(data, { recursive: true, force: true });
