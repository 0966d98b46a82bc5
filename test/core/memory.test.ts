/** Paintings within a limit of memory: in tiles where they do not fit whole, refused where they do not fit at all. */
import { describe, expect, test } from 'vitest';
import { GivernyError } from '../../src/core/errors.js';
import type { Engine } from '../../src/core/graph/engine.js';
import { resolveOptions } from '../../src/core/options/options.js';
import {
  assertFits,
  fittingCoreSidePx,
  forecastBytes,
  secondsLeft,
  smallerCoreSidePx,
} from '../../src/core/painting/forecast.js';
import type { Job, Step } from '../../src/core/painting/job.js';
import { type PaintSettings, paint } from '../../src/core/painting/paint.js';
import { watchedEngine } from '../support/engine.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

const network = smallNetwork();
const size = { width: 320, height: 64 };
const options = resolveOptions({
  size: 320,
  firstSize: 0,
  steps: 3,
  contentLayers: 'conv2_1',
  styleLayers: 'conv1_1,conv3_1',
});
const job: Job = {
  content: waves(size.width, size.height, 1),
  styles: [{ picture: waves(60, 50, 2), weight: 1 }],
  network,
  options,
};
const painted = { network, options, styles: 1, finalSize: size, steps: 3 };
/** Too little for the whole picture, enough for tiles. */
const IN_TILES = (forecastBytes(size, painted) + forecastBytes(size, painted, 128)) / 2;

async function stepsOf(engine: Engine, settings?: PaintSettings): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of paint(job, engine, settings)) steps.push(step);
  return steps;
}

const picturesDiffer = (a: Step | undefined, b: Step | undefined) =>
  Math.max(...(a as Step).picture.data.map((value, i) => Math.abs(value - ((b as Step).picture.data[i] as number))));

/** An engine whose memory runs out in some of its runs, counted from 0. */
function exhausted(isOut: (run: number) => boolean) {
  const engine = watchedEngine();
  let runs = 0;
  return {
    ...engine,
    get open() {
      return engine.open;
    },
    load: async (model: Uint8Array) => {
      const session = await engine.load(model);
      return {
        ...session,
        run: (feeds: Parameters<typeof session.run>[0]) => {
          if (isOut(runs++)) throw new GivernyError('OUT_OF_MEMORY', 'Not enough memory.');
          return session.run(feeds);
        },
      };
    },
  };
}

test('what does not fit whole is painted in tiles, the same to rounding', async () => {
  expect(fittingCoreSidePx(size, painted, IN_TILES)).toBeLessThan(320);
  const [whole, tiled] = [await stepsOf(watchedEngine()), await stepsOf(watchedEngine(), { maxBytes: IN_TILES })];
  expect(tiled).toHaveLength(3);
  for (const [i, step] of tiled.entries()) {
    expect(step.costs.total / (whole[i]?.costs.total as number)).toBeCloseTo(1, 4);
  }
  expect(picturesDiffer(tiled.at(-1), whole.at(-1))).toBeLessThan(0.5);
});

test('what does not fit at all is refused with the size that would', () => {
  const refused = { width: 3000, height: 2000 };
  const limit = forecastBytes({ width: 900, height: 600 }, painted, 128);
  const sentence =
    /^Expected a painting that takes at most .* but 3000x2000 takes .*: a long side of (\d+) pixels would fit\.$/;
  let message = '';
  try {
    assertFits(refused, painted, limit);
  } catch (error) {
    expect((error as GivernyError).code).toBe('OUT_OF_MEMORY');
    message = (error as Error).message;
  }
  const fits = Number(sentence.exec(message)?.[1]);
  expect(fits).toBeGreaterThanOrEqual(850);
  assertFits({ width: fits, height: Math.ceil((fits * 2) / 3) }, painted, limit);
  expect(() => assertFits(refused, painted, 1000)).toThrow('alone takes more than that.');
});

test('a painting that does not fit is refused before its first step', async () => {
  const engine = watchedEngine();
  await expect(stepsOf(engine, { maxBytes: 1000 })).rejects.toThrow('Expected a painting that takes at most');
});

describe('where memory runs out, the painting goes on in tiles', () => {
  test.each([
    ['before the first step', 3],
    ['in the middle', 5],
  ])('%s', async (_, when) => {
    const whole = await stepsOf(watchedEngine());
    const engine = exhausted((run) => run === when);
    const steps = await stepsOf(engine);
    expect(steps).toHaveLength(3);
    const notices = steps.map(({ notice }) => notice).filter((notice) => notice !== undefined);
    expect(notices).toEqual([expect.stringMatching(/^Memory ran out: painting goes on in tiles of \d+ pixels\.$/)]);
    expect(picturesDiffer(steps.at(-1), whole.at(-1))).toBeLessThan(0.5);
    expect(engine.open).toBe(0);
  });

  test('until tiles are as small as they get', async () => {
    const engine = exhausted((run) => run > 2);
    await expect(stepsOf(engine)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(engine.open).toBe(0);
  });
});

test('tiles get smaller until the smallest', () => {
  expect(smallerCoreSidePx({ width: 900, height: 700 }, Number.POSITIVE_INFINITY)).toBe(640);
  expect(smallerCoreSidePx({ width: 900, height: 700 }, 128)).toBeUndefined();
});

test('seconds left count the work of the steps to come, and what it takes to enter a scale', () => {
  const scales = [
    { width: 10, height: 10, steps: 3, work: 1e9 },
    { width: 20, height: 20, steps: 2, work: 4e9 },
  ];
  expect(secondsLeft(scales, 0, 2e-9)).toBeCloseTo(22 + 2 * (2 * 2.4 + 1.8 * (1 + 4)));
  expect(secondsLeft(scales, 2, 2e-9)).toBeCloseTo(18 + 2 * (2.4 + 1.8 * 4));
  expect(secondsLeft(scales, 4, 2e-9)).toBeCloseTo(8);
});
