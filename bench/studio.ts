/**
 * What the studio costs its visitor: bytes of the first load as our own server sends them, the time from Paint to the
 * first picture, and what the page forecasts of memory and time against what a painting takes.
 *
 *   npm run bench:studio -- [load] [first] [forecast] [--rounds 3] [--sizes 384,512] [--address steps=2]
 */
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { serveStudio } from '#dist/node/studio-server.js';
import { CHROMIUM, launchBrowser } from '../test/studio/support/browser.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    sizes: { type: 'string', default: '384,512' },
    // Further options of the painting, as in the page's address: steps=2&last-steps=2.
    address: { type: 'string', default: '' },
  },
});
const ROUNDS = Number(values.rounds);
const SIZES = values.sizes.split(',').map(Number);
const PARTS = positionals.length > 0 ? positionals : ['load', 'first', 'forecast'];
/** Longer than a painting is warmed up. */
const WARM_MS = 25_000;

interface Sent {
  readonly path: string;
  readonly bytes: number;
}

/** Passes everything on to a server, and writes down what the answers weigh without their headers. */
async function counting(url: string): Promise<{ url: string; sent: Sent[]; close(): void }> {
  const sent: Sent[] = [];
  const { hostname, port } = new URL(url);
  const proxy = createServer((incoming, response) => {
    const { method, headers } = incoming;
    const path = incoming.url ?? '/';
    const asked = request({ hostname, port, path, method, headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('end', () => sent.push({ path: path.replace(/[?#].*/, ''), bytes }));
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(asked);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`,
    sent,
    close: () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;
const sum = (sent: readonly Sent[]) => sent.reduce((all, { bytes }) => all + bytes, 0);

/** Bytes of a first visit until the page can be used, then of what comes for painting without a network. */
async function firstLoad(browser: Browser, url: string): Promise<void> {
  for (const name of ['index', 'learn', 'workbook']) {
    const host = await counting(url);
    const context = await browser.newContext({ serviceWorkers: 'block', viewport: { width: 1280, height: 860 } });
    const page = await context.newPage();
    await page.goto(`${host.url}${name}.html#lang=en`, { waitUntil: 'networkidle' });
    const scripts = host.sent.filter(({ path }) => path.endsWith('.js'));
    const pictures = host.sent.filter(({ path }) => /\.(webp|jpg|png|svg)$/.test(path));
    const machine = host.sent.filter(({ path }) => /\.(wasm|mjs|safetensors)$/.test(path));
    console.log(
      `${name}.html: ${kilobytes(sum(host.sent) - sum(machine))} in ${host.sent.length - machine.length} answers, of ` +
        `which scripts ${kilobytes(sum(scripts))}, pictures ${kilobytes(sum(pictures))}; runtime and network ` +
        kilobytes(sum(machine)),
    );
    await context.close();
    host.close();
  }
  const host = await counting(url);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${host.url}#lang=en`, { waitUntil: 'load' });
  // As text, as this file is compiled without a browser's types.
  const kept = `Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).length))`;
  for (let before = -1; ; ) {
    await page.waitForTimeout(4000);
    const now = (await page.evaluate(`(async () => ${kept})()`)) as number[];
    const files = now.reduce((all, some) => all + some, 0);
    if (files > 0 && files === before) break;
    before = files;
  }
  console.log(`with all that is kept for painting offline: ${kilobytes(sum(host.sent))}`);
  await context.close();
  host.close();
}

async function opened(browser: Browser, url: string, size: number, address = values.address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(`${url}#lang=en&photo=boats&style=swirls&size=${size}&${address}`);
  await page.locator('.style').waitFor();
  return { context, page };
}

const pressPaint = (page: Page) => page.getByRole('button', { name: 'Paint', exact: true }).click();

/** Seconds from Paint to the first picture, at once after the style is chosen and after some seconds, in turns. */
async function firstPicture(browser: Browser, url: string): Promise<void> {
  for (const size of SIZES) {
    const seconds = { atOnce: [] as number[], warm: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const how of ['atOnce', 'warm'] as const) {
        const { context, page } = await opened(browser, url, size);
        if (how === 'warm') await page.waitForTimeout(WARM_MS);
        const began = performance.now();
        await pressPaint(page);
        await page.locator('.picture canvas').waitFor({ timeout: 120_000 });
        seconds[how].push((performance.now() - began) / 1000);
        await context.close();
      }
    }
    const said = (all: number[]) => all.map((each) => each.toFixed(1)).join(' ');
    console.log(
      `${size} px, Paint to the first picture: at once ${said(seconds.atOnce)} s; warm ${said(seconds.warm)} s`,
    );
  }
}

/** Most memory that a renderer of the browser had, bytes; of Linux. */
async function peakBytes(browser: Browser): Promise<number> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) * 1024);
  return Math.max(...peaks);
}

/** What the page forecasts. */
async function forecastOf(page: Page): Promise<string> {
  const line = page.locator('.forecast').filter({ hasText: /of memory/ });
  return (await line.innerText()).replace(/\s+/g, ' ');
}

/** What the line under the picture said, and when: milliseconds since Paint was pressed. */
interface Said {
  readonly at: number;
  readonly text: string;
}

/** Notes what the line under the picture says from here on, as a script of the page. */
const NOTE = `(() => {
  const said = [];
  const began = performance.now();
  window.said = said;
  new MutationObserver(() => {
    const text = document.querySelector('.figures')?.innerText.replace(/\\s+/g, ' ') ?? '';
    if (text !== said.at(-1)?.text) said.push({ at: performance.now() - began, text });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

/** "1 h 3 min left", "2 min left", "35 s left", in seconds. */
function leftIn(text: string): number | undefined {
  const [all, hours, minutes, seconds] = /(?:(\d+) h )?(?:(\d+) min |(\d+) s )left/.exec(text) ?? [];
  return all === undefined ? undefined : 3600 * Number(hours ?? 0) + 60 * Number(minutes ?? 0) + Number(seconds ?? 0);
}

const percent = (share: number) => `${share < 0 ? '' : '+'}${Math.round(100 * share)} %`;

/** The page's forecasts, on a machine that it does not know and after one painting, against the truth. */
async function forecasts(url: string): Promise<void> {
  for (const size of SIZES) {
    // A renderer of its own, as its peak is wanted.
    const browser = await launchBrowser();
    const { page } = await opened(browser, url, size);
    for (const when of ['unknown machine', 'after one painting'].slice(0, ROUNDS)) {
      const forecast = await forecastOf(page);
      await page.evaluate(NOTE);
      await page.getByRole('button', { name: /^Paint( again)?$/ }).click();
      await page.locator('.figures').filter({ hasText: 'Done' }).waitFor({ timeout: 1_800_000 });
      const said = (await page.evaluate('window.said')) as Said[];
      const steps = new Map<number, Said>();
      for (const one of said) {
        const step = Number(/Step (\d+) of/.exec(one.text)?.[1] ?? 0);
        if (step > 0 && !steps.has(step)) steps.set(step, one);
      }
      const took = (said.at(-1)?.at ?? 0) / 1000;
      const first = (steps.get(1)?.at ?? 0) / 1000;
      const peak = (await peakBytes(browser)) / 1e9;
      console.log(
        `${size} px, ${when}: "${forecast}"; took ${took.toFixed(0)} s, ${first.toFixed(1)} of them to the first step, ` +
          `${peak.toFixed(2)} GB`,
      );
      for (const step of [1, 5, 10, 20, 40, 80, Math.round(steps.size / 2)]) {
        const { at, text } = steps.get(step) ?? { at: 0, text: '' };
        const left = leftIn(text);
        if (left === undefined) continue;
        const truth = took - at / 1000;
        console.log(
          `  after ${step} of ${steps.size} steps: ${left} s left, of ${took.toFixed(0)} in all ` +
            `${percent((at / 1000 + left) / took - 1)}; truly left ${truth.toFixed(0)} s`,
        );
      }
      if (process.env.STEPS)
        console.log(JSON.stringify([...steps.values()].map(({ at, text }) => [Math.round(at), text])));
    }
    await browser.close();
  }
}

/** Most memory of a page that paints at one size alone, until the optimiser remembers all that it will. */
async function memory(url: string): Promise<void> {
  for (const size of SIZES) {
    const browser = await launchBrowser();
    const { page } = await opened(browser, url, size, 'first-size=0&steps=8&large-steps=8');
    const forecast = await forecastOf(page);
    await pressPaint(page);
    await page.locator('.figures').filter({ hasText: 'Step 8 of 8' }).waitFor({ timeout: 900_000 });
    console.log(`${size} px: "${forecast}"; ${((await peakBytes(browser)) / 1e9).toFixed(2)} GB`);
    await browser.close();
  }
}

if (CHROMIUM === undefined) process.exit(1);
const server = await serveStudio();
const browser = await launchBrowser();
if (PARTS.includes('load')) await firstLoad(browser, server.url);
if (PARTS.includes('first')) await firstPicture(browser, server.url);
if (PARTS.includes('memory')) await memory(server.url);
if (PARTS.includes('forecast')) await forecasts(server.url);
await browser.close();
await server.close();
