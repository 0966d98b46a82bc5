/** The network inside the package. */
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { DEFAULTS, resolveOptions } from '../../src/core/options/options.js';
import { paint } from '../../src/core/painting/paint.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { waves } from '../support/pictures.js';

afterEach(() => vi.unstubAllEnvs());

test('pocket is what auto takes where nothing was pulled, small, and calibrated at every default layer', async () => {
  vi.stubEnv('GIVERNY_CACHE', mkdtempSync(join(tmpdir(), 'giverny-cache-')));
  const network = await openNetwork('auto');
  expect(network.note).toContain('giverny network pull vgg19');
  expect(statSync(network.path).size).toBeLessThan(6_000_000);
  expect(network.metadata).toMatchObject({ licence: 'CC BY 4.0' });
  for (const layer of Object.keys({ ...DEFAULTS.contentLayers, ...DEFAULTS.styleLayers })) {
    expect(network.tensors[`${layer}.tap`], layer).toBeDefined();
    expect(network.costChannels?.[layer], layer).toBeGreaterThan(0);
  }
});

test('pocket paints', async () => {
  const network = await openNetwork('pocket');
  const job = {
    content: waves(96, 72, 1),
    styles: [{ picture: waves(96, 72, 2), weight: 1 }],
    network,
    options: resolveOptions({ preset: 'notebook', optimizer: 'lbfgs', init: 'content', steps: 12 }),
  };
  const costs: number[] = [];
  for await (const step of paint(job, createNodeEngine())) costs.push(step.costs.total);
  expect(costs.at(-1)).toBeLessThan((costs[0] as number) / 3);
});
