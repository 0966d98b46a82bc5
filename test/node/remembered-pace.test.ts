/** How fast this machine paints is remembered from painting to painting. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { typicalPace } from '../../src/core/painting/forecast.js';
import { paceOf, rememberPace } from '../../src/node/painting/remembered-pace.js';

const TWO = { device: 'cpu', threads: 2 } as const;
const ONE = { device: 'cpu', threads: 1 } as const;

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pace-'));
  vi.stubEnv('GIVERNY_CACHE', cache);
});
afterEach(() => vi.unstubAllEnvs());

test('the last painting’s pace is that of its device and threads alone', async () => {
  expect(paceOf(TWO)).toBe(typicalPace(2));
  await rememberPace(TWO, 3e-10);
  await rememberPace(ONE, 6e-10);
  await rememberPace(TWO, 2e-10);
  expect([paceOf(TWO), paceOf(ONE), paceOf({ device: 'webgpu', threads: 1 })]).toEqual([2e-10, 6e-10, typicalPace(1)]);
});

test.each(['', '{"cpu 2": "fast"}', '{"cpu 2": -1}', '[]'])('a damaged file (%s) is measured again', async (text) => {
  writeFileSync(join(cache, 'pace.json'), text);
  expect(paceOf(TWO)).toBe(typicalPace(2));
  await rememberPace(TWO, 3e-10);
  expect(paceOf(TWO)).toBe(3e-10);
});

test('a cache that cannot be written is no fault', async () => {
  mkdirSync(join(cache, 'pace.json'));
  await rememberPace(TWO, 3e-10);
  expect(paceOf(TWO)).toBe(typicalPace(2));
});
