/** The browser's engines against onnxruntime-node: the same costs and the same gradient. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/core/costs/objective/objective.js';
import { wholeObjective } from '../../src/core/costs/objective/whole.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { type StudioServer, serveStudio } from '../../src/node/studio-server.js';
import { smallNetwork } from '../support/network.js';
import { optionsOf, type ParityJob, seededPicture } from './parity/job.js';
import { CHROMIUM, launchBrowser } from './support/browser.js';

interface Answer extends Evaluation {
  readonly error?: string;
  readonly cause?: string;
  readonly engine: string;
  readonly device: string;
  readonly threads: number;
  readonly readySeconds: number;
  readonly seconds: readonly number[];
}

const folder = mkdtempSync(join(tmpdir(), 'giverny-parity-'));
let server: StudioServer;
const browsers: Browser[] = [];

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  const page = fileURLToPath(new URL('parity', import.meta.url));
  await build({ configFile: join(page, 'vite.config.ts'), build: { outDir: folder } });
  server = await serveStudio({ folder });
});

afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await server?.close();
  rmSync(folder, { recursive: true });
});

async function inBrowser(job: ParityJob): Promise<Answer> {
  const browser = await launchBrowser({ webgpu: job.device === 'webgpu' });
  browsers.push(browser);
  const page = await browser.newPage();
  await page.goto(server.url);
  const answer = await page.evaluate(
    (job) => (window as unknown as { evaluate(job: unknown): Promise<Answer> }).evaluate(job),
    job,
  );
  await browser.close();
  return answer;
}

async function inNode({ network, width, height }: ParityJob): Promise<Evaluation> {
  const objective = await wholeObjective(createNodeEngine(), {
    network: network === 'pocket' ? await openNetwork('pocket') : smallNetwork(),
    content: seededPicture(width, height, 1),
    styles: [{ picture: seededPicture(width, height, 2), weight: 1 }],
    options: optionsOf({ network }),
  });
  const evaluation = await objective.evaluate(seededPicture(width, height, 3).data);
  await objective.dispose();
  return evaluation;
}

/** |a - b| / |b|, both as vectors. */
function relativeL2(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2;
    size += (b[i] as number) ** 2;
  }
  return Math.sqrt(difference / size);
}

function expectParity(answer: Answer, reference: Evaluation, bound: number) {
  expect(answer.error, answer.cause).toBeUndefined();
  expect(answer.gradient.length).toBe(reference.gradient.length);
  for (const [name, cost] of Object.entries(reference.costs)) {
    expect(Math.abs((answer.costs[name] as number) - cost) / cost, name).toBeLessThan(bound);
  }
  expect(relativeL2(answer.gradient, reference.gradient)).toBeLessThan(bound);
}

describe.skipIf(CHROMIUM === undefined)('browser engines', () => {
  test.each([1, 2])('WASM with %d threads computes as onnxruntime-node does', async (threads) => {
    const job: ParityJob = { device: 'wasm', threads, network: 'pocket', width: 128, height: 96, repeats: 1 };
    const answer = await inBrowser(job);
    expectParity(answer, await inNode(job), 1e-4);
    expect(answer).toMatchObject({ device: 'wasm', threads });
  });

  test('WebGPU on SwiftShader computes as onnxruntime-node does, with weights kept on the device', async (context) => {
    // The third evaluation reads the weights that the second kept.
    const job: ParityJob = { device: 'webgpu', threads: 1, network: 'small', width: 32, height: 32, repeats: 2 };
    const answer = await inBrowser(job);
    if (answer.error?.includes('offers none')) context.skip('this Chromium starts no WebGPU here');
    expectParity(answer, await inNode(job), 1e-3);
    expect(answer.device).toBe('webgpu');
  });
});
