/** A device that fails while a picture is painted: the painting goes on elsewhere as if nothing had happened. */
import { expect, test } from 'vitest';
import { type ErrorCode, GivernyError } from '../../src/core/errors.js';
import type { Engine } from '../../src/core/graph/engine.js';
import { fallingBack } from '../../src/core/graph/falling-back.js';
import type { Job, Step } from '../../src/core/painting/job.js';
import { paint } from '../../src/core/painting/paint.js';
import { watchedEngine } from '../support/engine.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

/** In two scales; what one painting prepares of its network no other can use. */
const job = (): Job => ({
  content: waves(64, 52, 1),
  styles: [{ picture: waves(40, 40, 2), weight: 1 }],
  network: smallNetwork(),
  options: { firstSize: 40, steps: 4, lastSteps: 4, firstSteps: 3, tolerance: 0 },
});

async function stepsOf(engine: Engine): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of paint(job(), engine)) steps.push(step);
  return steps;
}

/** A graphics device whose runs and loads, counted from 0, fail from some run on, and whose sessions cannot be freed then. */
function failing(code: ErrorCode, isLost: (run: number, load: number) => boolean) {
  const engine = watchedEngine();
  const count = { runs: 0, loads: 0 };
  const check = () => {
    if (isLost(count.runs, count.loads)) throw new GivernyError(code, 'The graphics device was lost (unplugged).');
  };
  return {
    count,
    engine: {
      name: 'test webgpu',
      traits: { ...engine.traits, device: 'webgpu', weightsInModel: true },
      load: async (model: Uint8Array) => {
        count.loads++;
        check();
        const session = await engine.load(model);
        return {
          ...session,
          run: (feeds: Parameters<typeof session.run>[0]) => {
            count.runs++;
            check();
            return session.run(feeds);
          },
        };
      },
    } satisfies Engine,
  };
}

const SENTENCE = 'The graphics device was lost (unplugged). Painting goes on on the CPU.';
const UNBROKEN = stepsOf(watchedEngine());

test.each<[string, ErrorCode, (run: number, load: number) => boolean, number]>([
  ['in the middle of a scale', 'DEVICE_LOST', (run) => run > 12, 1],
  ['for want of memory', 'OUT_OF_MEMORY', (run) => run > 12, 1],
  ['at its first model', 'ENGINE_FAILED', (_, load) => load > 0, 0],
])('%s', async (_, code, isLost, least) => {
  const { engine, count } = failing(code, isLost);
  const both = fallingBack(engine, watchedEngine);
  expect(both.name).toBe('test webgpu');
  const steps = await stepsOf(both);
  const unbroken = await UNBROKEN;
  expect(count.runs).toBeGreaterThanOrEqual(least);
  expect(steps.map(({ step }) => step)).toEqual(unbroken.map(({ step }) => step));
  const notices = steps.map(({ notice }) => notice).filter((notice) => notice !== undefined);
  expect(notices).toEqual([SENTENCE]);
  expect(steps.flatMap(({ about }) => about)).toEqual(['device']);
  expect(steps.at(-1)?.picture).toEqual(unbroken.at(-1)?.picture);
  expect(both).toMatchObject({ traits: { device: 'cpu' } });
  expect(both.name).not.toBe('test webgpu');
});

test('where there is no other device, or that fails too, the error is told', async () => {
  const lost = { code: 'DEVICE_LOST' };
  await expect(stepsOf(failing('DEVICE_LOST', (run) => run > 12).engine)).rejects.toMatchObject(lost);
  const both = fallingBack(
    failing('DEVICE_LOST', (run) => run > 12).engine,
    () => failing('DEVICE_LOST', (run) => run > 1).engine,
  );
  await expect(stepsOf(both)).rejects.toMatchObject(lost);
});
