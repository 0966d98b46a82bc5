/** The studio as a service hands it out, which paints there. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Browser, BrowserContext } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { emptyService, type RunningService, runService, TOKEN } from '../support/service.js';
import { violationsOf } from './support/axe.js';
import { CHROMIUM, launchBrowser } from './support/browser.js';
import { expectNoProblems, LONG, notice, openStudio, press, saved, TINY, untilSays } from './support/studio.js';

interface Served {
  readonly service: RunningService;
  readonly url: string;
  close(): Promise<void>;
}

async function served(service: RunningService): Promise<Served> {
  const server = await new Promise<Server>((resolve) => {
    const made = serve({ fetch: service.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made as Server));
  });
  return {
    service,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/studio/`,
    async close() {
      await service.stop();
      server.close();
      server.closeAllConnections();
      await service.close();
    },
  };
}

describe.skipIf(CHROMIUM === undefined)('the studio on a service', () => {
  let browser: Browser;
  let context: BrowserContext;
  let open: Served;

  beforeAll(async () => {
    browser = await launchBrowser();
    open = await served(await runService('device'));
    open.service.paint();
  });
  afterAll(async () => {
    await browser?.close();
    await open?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
  });
  afterEach(() => context.close());

  test('paints on the device until the server is chosen; then there, with its recipe', async () => {
    const opened = await openStudio(context, open.url, TINY);
    const { page } = opened;
    const place = page.getByLabel('Where to paint');
    expect(await place.inputValue()).toBe('device');
    await place.selectOption('server');
    await page.getByText('Photo and styles go to this server to be painted').waitFor();
    await press(page, 'Paint');
    expect(await untilSays(page, /Done/)).toMatch(/Step 2 of 2.*On this server/);
    const { bytes } = await saved(page, 'PNG');
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 64 });
    expect(await readRecipe(bytes)).toMatchObject({
      steps: 2,
      network: { name: 'pocket' },
      content: { name: 'boats.jpg' },
    });
    expect(await violationsOf(page)).toEqual([]);
    expectNoProblems(opened);
  });

  test('goes on at the server through a reload, is offered again, paused and stopped', async () => {
    const opened = await openStudio(context, open.url, LONG);
    const { page } = opened;
    await page.getByLabel('Where to paint').selectOption('server');
    await press(page, 'Paint');
    await untilSays(page, /Step \d/);
    await page.reload();
    const offer = page.getByRole('region', { name: 'The server paints for you' });
    await offer.getByRole('button', { name: 'Show it' }).click();
    await untilSays(page, /Step \d.*left/);
    await press(page, 'Pause');
    await untilSays(page, /Paused/);
    await press(page, 'Resume');
    await untilSays(page, /Painting/);
    await press(page, 'Stop');
    await untilSays(page, /Stopped|Ready/);
    expectNoProblems(opened);
  });

  test('an order that is stopped while it is sent is cancelled when it has arrived', async () => {
    const { page } = await openStudio(context, open.url, LONG);
    await page.getByLabel('Where to paint').selectOption('server');
    let arrive = () => {};
    const stopped = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    await page.route('**/v1/paintings', async (route) => {
      const response = await route.fetch();
      await stopped;
      await route.fulfill({ response });
    });
    const ordering = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/v1/paintings'),
    );
    const cancelling = page.waitForResponse((response) => response.url().endsWith('/cancel'));
    await press(page, 'Paint');
    await ordering;
    await press(page, 'Stop');
    arrive();
    const { status } = (await (await cancelling).json()) as { status: string };
    expect(status).toBe('cancelled');
  });

  test('asks for the token once in a tab, keeps it no longer, and says when it is refused', async () => {
    // It keeps nothing, and paints nothing: what the page does with the token is seen before that.
    const guarded = await served(emptyService(['read', 'paint'], 'device'));
    const { page } = await openStudio(context, guarded.url, TINY);
    await page.getByLabel('Where to paint').selectOption('server');
    const give = async (token: string) => {
      await press(page, 'Paint');
      const dialog = page.getByRole('dialog', { name: 'This server asks for a token' });
      await dialog.getByLabel('Token').fill(token);
      await dialog.getByRole('button', { name: 'Paint' }).click();
    };
    await give('giverny_wrong');
    await notice(page, /does not take this token/).waitFor();
    const ordering = page.waitForRequest(
      (request) => request.method() === 'POST' && request.headers().authorization === `Bearer ${TOKEN}`,
    );
    await give(TOKEN);
    await ordering;
    const stored = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    const [local, session] = JSON.parse(stored as string) as Record<string, string>[];
    expect(session).toMatchObject({ 'giverny.token': TOKEN });
    await guarded.close();
    expect(JSON.stringify(local)).not.toContain('giverny_');
    expect(page.url()).not.toContain('giverny_');
  });

  test('says nothing of servers where none handed it out', async () => {
    const { serveStudio } = await import('../../src/node/studio-server.js');
    const alone = await serveStudio();
    const { page } = await openStudio(context, alone.url, TINY);
    expect(await page.getByLabel('Where to paint').count()).toBe(0);
    await alone.close();
  });
});
