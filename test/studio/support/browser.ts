/** A real Chromium for the tests of the studio, where this machine has one. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  process.env.GIVERNY_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of a Chromium or Chrome; undefined where there is none. */
export const CHROMIUM = PLACES.find((path) => path !== undefined && existsSync(path));

if (CHROMIUM === undefined) {
  console.warn('No Chromium found (GIVERNY_CHROMIUM=<path> names one): the tests in a browser skip.');
}

const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // A camera that shows a test picture, and a person who allows it.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];
/** WebGPU computed by SwiftShader on the CPU: right, and very slow. */
const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

export function launchBrowser({ webgpu = false } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM as string,
    args: [...QUIET, ...(webgpu ? SOFTWARE_GPU : ['--disable-gpu'])],
  });
}
