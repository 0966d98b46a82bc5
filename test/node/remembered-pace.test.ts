/** How fast this machine paints is remembered from painting to painting. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { secondsLeft, typicalPace } from '../../src/core/painting/forecast.js';
import { paceOf, paceOfPainting, rememberPace } from '../../src/node/painting/remembered-pace.js';

const TWO = { device: 'cpu', threads: 2 } as const;
const ONE = { device: 'cpu', threads: 1 } as const;

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pace-'));
  vi.stubEnv('GIVERNY_CACHE', cache);
});
afterEach(() => vi.unstubAllEnvs());

test('the last painting’s pace is that of its device and threads alone', async () => {
  expect(paceOf(TWO, 'pocket')).toBe(typicalPace(2));
  await rememberPace(TWO, 'pocket', 3e-10);
  await rememberPace(ONE, 'pocket', 6e-10);
  await rememberPace(TWO, 'pocket', 2e-10);
  const paces = [TWO, ONE, { device: 'webgpu', threads: 1 } as const].map((machine) => paceOf(machine, 'pocket'));
  expect(paces).toEqual([2e-10, 6e-10, typicalPace(1)]);
});

test('a network goes by its own pace, else by that of the last painting', async () => {
  await rememberPace(TWO, 'pocket', 2e-10);
  await rememberPace(TWO, 'tiny', 9e-8);
  expect([paceOf(TWO, 'pocket'), paceOf(TWO, 'tiny'), paceOf(TWO, 'vgg19')]).toEqual([2e-10, 9e-8, 9e-8]);
  await rememberPace(TWO, 'pocket', 3e-10);
  expect([paceOf(TWO, 'tiny'), paceOf(TWO, 'vgg19')]).toEqual([9e-8, 3e-10]);
});

test('scales that ended early count with the steps that they had', () => {
  const scale = (side: number, steps: number) => ({ width: side, height: side, steps, work: 1e4 * side ** 2 });
  const planned = [scale(100, 500), scale(200, 500)];
  const painted = [scale(100, 20), scale(200, 10)];
  expect(paceOfPainting(planned, [20, 10], secondsLeft(painted, 0, 3e-10))).toBeCloseTo(3e-10, 15);
});

test.each(['', '{"cpu 2 pocket": "fast"}', '{"cpu 2 pocket": -1}', '[]'])(
  'a damaged file (%s) is measured again',
  async (text) => {
    writeFileSync(join(cache, 'pace.json'), text);
    expect(paceOf(TWO, 'pocket')).toBe(typicalPace(2));
    await rememberPace(TWO, 'pocket', 3e-10);
    expect(paceOf(TWO, 'pocket')).toBe(3e-10);
  },
);

test('a cache that cannot be written is no fault', async () => {
  mkdirSync(join(cache, 'pace.json'));
  await rememberPace(TWO, 'pocket', 3e-10);
  expect(paceOf(TWO, 'pocket')).toBe(typicalPace(2));
});
