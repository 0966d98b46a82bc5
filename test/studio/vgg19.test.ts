/** VGG-19 opened from a file in the browser: the pocket network looks first, VGG-19 last. */
import { afterAll, describe, expect, test } from 'vitest';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { serveStudio } from '../../src/node/studio-server.js';
import { vgg19Path } from '../support/vgg19.js';
import { CHROMIUM, launchBrowser } from './support/browser.js';
import { expectNoProblems, openStudio, press, saved, untilSays } from './support/studio.js';

const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

describe.skipIf(CHROMIUM === undefined || vgg19Path === undefined)('VGG-19', () => {
  test('is opened from a file, paints the last size after the pocket network, and stays', async () => {
    const server = await serveStudio();
    const browser = await launchBrowser();
    closing.push(
      () => browser.close(),
      () => server.close(),
    );
    const context = await browser.newContext({ locale: 'en-GB' });
    const address = 'photo=boats&style=swirls&size=160&steps=3&first-size=112&first-steps=3';
    const opened = await openStudio(context, server.url, address);
    const { page } = opened;
    await page.locator('.network > summary').click();
    await page.locator('.network input[type=file]').setInputFiles(vgg19Path as string);
    await expect.poll(() => page.locator('.network select').first().inputValue()).toBe('vgg19');
    await press(page, 'Paint');
    expect(await untilSays(page, /Done/, 150_000)).toMatch(/Step 6 of 6.*vgg19/);
    const hash = async (name: string) => ({ hash: (await openNetwork(name)).hash });
    expect(await readRecipe((await saved(page, 'PNG')).bytes)).toMatchObject({
      network: { name: 'vgg19', ...(await hash(vgg19Path as string)) },
      coarseNetwork: { name: 'pocket', ...(await hash('pocket')) },
    });
    await page.reload();
    await page.locator('.network > summary').click();
    await page.locator('.network option[value=vgg19]').waitFor({ state: 'attached' });
    expectNoProblems(opened);
  });
});
