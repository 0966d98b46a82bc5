/** kill -9 at any moment: the same command goes on, to the same bytes. bench/kill-and-resume.ts does it many times. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  MOMENTS,
  type Moment,
  type Painting,
  paintWhole,
  runAndKill,
  seeded,
  stateOf,
  statesIn,
} from '../../bench/kills.js';
import { bench, MAIN } from './bench.js';

const FLAGS = ['--network', 'tiny.safetensors', '--size', '64', '--steps', '10', '--tolerance', '0'];
const SCALES = ['--first-size', '45', '--first-steps', '10'];

/** In pairs: each painting is killed twice before it may end. */
const PLAN: readonly (readonly [Moment, Moment])[] = [
  [MOMENTS[0], MOMENTS[2]],
  [MOMENTS[1], MOMENTS[4]],
  [MOMENTS[3], MOMENTS[4]],
  [MOMENTS[3], MOMENTS[5]],
];

// A process group ends at once by one signal, which Windows does not know.
test.skipIf(process.platform === 'win32')('eight kills leave no half-written file and change no byte', async () => {
  const folder = await bench();
  const args = ['photo.jpg', 'style.png', ...FLAGS, ...SCALES];
  const painting = (output: string): Painting => ({ main: MAIN, folder, args, output, steps: 20 });
  const began = performance.now();
  expect((await paintWhole(painting('whole.png'))).code).toBe(0);
  const prepareMs = (performance.now() - began) / 2;
  const wanted = readFileSync(join(folder, 'whole.png'));
  const random = seeded(7);
  let goneOn = 0;
  for (const [n, moments] of PLAN.entries()) {
    const one = painting(`out-of-${n}.png`);
    for (const moment of moments) {
      const from = (await stateOf(one)) ?? 0;
      const { code, step, resumed } = await runAndKill(one, moment, random, from, prepareMs);
      if (step >= 0) expect(resumed ?? 0).toBe(from);
      const held = await stateOf(one);
      // Written after every step that was told of but the last, whose state may be on its way.
      if (code === undefined && held !== undefined && step >= 0) expect(held).toBeGreaterThanOrEqual(step);
      if (existsSync(join(folder, one.output))) await sharp(join(folder, one.output)).stats();
      if (code === 0) break;
    }
    const isWhole = existsSync(join(folder, one.output)) && (await stateOf(one)) === undefined;
    if (!isWhole) {
      const { code, resumed } = await paintWhole(one);
      expect(code).toBe(0);
      if (resumed !== undefined) goneOn++;
    }
    expect(readFileSync(join(folder, one.output)).equals(wanted)).toBe(true);
    expect(statesIn(folder)).toEqual([]);
  }
  expect(goneOn).toBeGreaterThanOrEqual(3);
});
