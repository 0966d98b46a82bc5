/** The studio, served and visited: for the tests of one file. */
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type StudioServer, serveStudio } from '../../../src/node/studio-server.js';
import { CHROMIUM, launchBrowser } from './browser.js';
import { type Opened, openStudio } from './studio.js';

/** One server and one browser for all tests of the file; each test is a visitor of its own. */
export function visits() {
  let server: StudioServer;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    if (CHROMIUM === undefined) return;
    server = await serveStudio();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(async () => {
    context = await browser?.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
  });
  afterEach(() => context?.close());

  return {
    get url(): string {
      return server.url;
    },
    get browser(): Browser {
      return browser;
    },
    get context(): BrowserContext {
      return context;
    },
    open: (address?: string): Promise<Opened> => openStudio(context, server.url, address),
  };
}
