/** A graphics device that goes away while it paints. SwiftShader computes WebGPU here: right, and very slow. */
import { expect, test } from 'vitest';
import { writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import { serveStudio } from '../../src/node/studio-server.js';
import { smallNetwork } from '../support/network.js';
import { CHROMIUM, launchBrowser } from './support/browser.js';
import { notice, openStudio, press, untilSays } from './support/studio.js';

test.skipIf(CHROMIUM === undefined)(
  'when the device is lost, WASM paints on from the last step',
  async (context) => {
    const server = await serveStudio();
    const browser = await launchBrowser({ webgpu: true });
    try {
      const session = await browser.newContext({ locale: 'en-GB' });
      // The device is lost for the page's sake: WASM alone must see the rest through.
      await session.addInitScript(() => {
        const RealWorker = window.Worker;
        window.Worker = class extends RealWorker {
          constructor(...args: ConstructorParameters<typeof RealWorker>) {
            super(...args);
            this.addEventListener('message', ({ data }) => {
              if (data.type === 'step' && data.step === 0) this.postMessage({ type: 'loseDevice' });
            });
          }
        };
      });
      const { page } = await openStudio(session, server.url, 'photo=boats&style=swirls&size=48&steps=6&first-size=0');
      // A network of a few channels: SwiftShader would take minutes for the pocket one.
      const { tensors } = smallNetwork([[4, 4], [4, 4], [8, 8, 8, 8], [8, 8], [8]]);
      const file = { name: 'tiny.safetensors', mimeType: '', buffer: Buffer.from(writeSafetensors(tensors)) };
      if (!(await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter())))) {
        context.skip('this Chromium starts no WebGPU here');
      }
      await page.locator('.network > summary').click();
      await page.locator('.network input[type=file]').setInputFiles(file);
      await notice(page, /tiny is in this browser now/).waitFor();
      await page.getByLabel('Computes with').selectOption('webgpu');
      await press(page, 'Paint');
      await untilSays(page, /WebGPU/, 60_000);
      await notice(page, /The graphics device failed after [12] steps/).waitFor({ timeout: 240_000 });
      expect(await untilSays(page, /Done/)).toMatch(/Step 6 of 6.*WASM/);
    } finally {
      await browser.close();
      await server.close();
    }
  },
  400_000,
);
