/** A painting that goes on from its state is the painting that never stopped. */
import { describe, expect, test } from 'vitest';
import { type OptionsInput, resolveOptions } from '../../src/core/options/options.js';
import type { Job, Revision, Step } from '../../src/core/painting/job.js';
import { type PaintSettings, paint } from '../../src/core/painting/paint.js';
import type { PaintState } from '../../src/core/painting/state.js';
import { watchedEngine } from '../support/engine.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

const network = smallNetwork([[6], [8], [10]]);
const [width, height] = [64, 48];
const content = waves(width, height, 1);
const left = { mask: Float32Array.from({ length: width * height }, (_, i) => (i % width < 30 ? 1 : 0)) };

const jobOf = (options: OptionsInput = {}, rest: Partial<Job> = {}): Job => ({
  content,
  styles: [{ picture: waves(50, 60, 2), weight: 1 }],
  network,
  options: {
    strength: 0.6,
    contentLayers: 'conv3_1',
    styleLayers: 'conv1_1,conv2_1',
    steps: 5,
    firstSteps: 6,
    firstSize: 45,
    tolerance: 0,
    ...options,
  },
  ...rest,
});

/** Reads the picture of every step after the whole painting is over. */
async function stepsOf(
  job: Job,
  settings: PaintSettings = {},
  revise: (step: Step) => Revision | undefined = () => undefined,
) {
  const steps: Step[] = [];
  const painting = paint(job, watchedEngine(), settings);
  for (let next = await painting.next(); !next.done; next = await painting.next(revise(next.value)))
    steps.push(next.value);
  return steps;
}

/** As it comes back from a file or another thread. */
const copied = (state: PaintState): PaintState => structuredClone(state);

/** Goes on from the state after each of some steps and expects the same steps as without a break. */
async function expectTheSame(job: Job, whole: readonly Step[], after: readonly number[]) {
  for (const i of after) {
    const from = copied((whole[i] as Step).state());
    const rest = await stepsOf(job, { from });
    expect(rest.map(({ step }) => step)).toEqual(whole.slice(i + 1).map(({ step }) => step));
    for (const [k, step] of rest.entries()) {
      const wanted = whole[i + 1 + k] as Step;
      expect(step.costs).toEqual(wanted.costs);
      expect(step.picture).toEqual(wanted.picture);
      expect({ scale: step.scale, steps: step.steps }).toEqual({ scale: wanted.scale, steps: wanted.steps });
    }
  }
}

describe('goes on bit by bit', () => {
  const coarseNetwork = smallNetwork([[4], [8], [10]]);
  test.each<[string, OptionsInput, Partial<Job>]>([
    ['L-BFGS', { optimizer: 'lbfgs' }, {}],
    ['Adam', { optimizer: 'adam' }, {}],
    ['with averaging', { optimizer: 'adam', averaging: 0.8 }, {}],
    ['with two networks', {}, { coarseNetwork }],
    ['with a tolerance', { tolerance: 0.9, steps: 14, firstSteps: 14 }, {}],
    ["in the photo's colours", { colors: 'photo' }, {}],
    ['with matched colours', { colors: 'symmetric', statistic: 'sliced' }, {}],
    ['with regions, one of them kept', {}, { regions: { left: { ...left, strength: 0 } } }],
    ['from noise', { init: 'noise', strength: 1 }, {}],
  ])('%s', async (_, options, rest) => {
    const job = jobOf(options, rest);
    const whole = await stepsOf(job);
    // Within the first scale, at its last step, at the first of the second, before the last, and after the end.
    const turn = whole.findIndex(({ scale }) => scale === 1);
    await expectTheSame(job, whole, [1, turn - 1, turn, whole.length - 2, whole.length - 1]);
  });

  test('after a revision, with the job as it was revised', async () => {
    const changed = { strength: 0.9, averaging: 0.5 };
    const job = jobOf();
    const whole = await stepsOf(job, {}, ({ step }) => (step === 7 ? { options: changed } : undefined));
    await expectTheSame({ ...job, options: { ...job.options, ...changed } }, whole, [8, 9]);
  });

  test('after a step that was taken back', async () => {
    const job = jobOf({ optimizer: 'adam', firstSize: 0, steps: 6 });
    const engine = watchedEngine();
    let runs = 0;
    const failing = {
      ...engine,
      load: async (model: Uint8Array) => {
        const session = await engine.load(model);
        return {
          ...session,
          run: async (feeds: Parameters<typeof session.run>[0]) => {
            const results = await session.run(feeds);
            // Of the objective's runs, which alone give scalars beside a gradient, the fourth goes wrong.
            const isCost = ({ shape }: { shape: readonly number[] }) => shape.length === 0;
            const costs = Object.values(results).filter(isCost).length;
            if (costs === 0 || costs === Object.keys(results).length || ++runs !== 4) return results;
            const wrong = { shape: [], data: Float32Array.of(Number.NaN) };
            return Object.fromEntries(Object.entries(results).map(([name, of]) => [name, isCost(of) ? wrong : of]));
          },
        };
      },
    };
    const whole: Step[] = [];
    for await (const step of paint(job, failing)) whole.push(step);
    expect(whole.map(({ notice }) => notice !== undefined)).toEqual([false, false, true, false, false, false]);
    await expectTheSame(job, whole, [3]);
  });
});

test('a picture is that of its step, whenever it is read', async () => {
  const early: Float32Array[] = [];
  const steps = await stepsOf(jobOf({ averaging: 0.5 }), {}, (step) => {
    early.push(step.picture.data.slice());
    return undefined;
  });
  const late = await stepsOf(jobOf({ averaging: 0.5 }));
  expect(late.map(({ picture }) => picture.data)).toEqual(early);
  expect(steps[3]?.picture).toBe(steps[3]?.picture);
});

describe('a state that does not fit', () => {
  test.each<[string, OptionsInput, (state: PaintState) => PaintState]>([
    [
      'Expected a state of this painting, whose scales are 45x34, 64x48, for from but received "45x33".',
      {},
      (state) => ({ ...state, height: 33 }),
    ],
    ['Expected a state of the optimiser adam for from but received "lbfgs".', { optimizer: 'adam' }, (state) => state],
    [
      'Expected 4590 numbers for the pixels of the state but received 3.',
      {},
      (state) => ({ ...state, pixels: new Float32Array(3) }),
    ],
  ])('%s', async (message, options, change) => {
    const [first] = await stepsOf(jobOf({ steps: 1, firstSteps: 1 }));
    const from = change((first as Step).state());
    await expect(stepsOf(jobOf(options), { from })).rejects.toMatchObject({ code: 'OPTION_INVALID', message });
  });
});

describe('what a revision changes', () => {
  test('steps: the painting gets longer or shorter from there on', async () => {
    const lengths = async (steps: number) => {
      const taken = await stepsOf(jobOf(), {}, ({ step }) => (step === 7 ? { options: { steps } } : undefined));
      return taken.map((step) => step.steps);
    };
    expect(await lengths(9)).toEqual([...Array(8).fill(11), ...Array(7).fill(15)]);
    expect(await lengths(2)).toEqual(Array(8).fill(11));
  });

  test.each<[string, unknown]>([
    ['Expected 512, which stays while painting, for size but received "640".', { options: { size: 640 } }],
    ['Expected 45, which stays while painting, for firstSize but received "0".', { options: { firstSize: 0 } }],
    ['Expected 3, which stays while painting, for seed but received "9".', { options: { seed: 9 } }],
    ['Expected content, which stays while painting, for init but received "noise".', { options: { init: 'noise' } }],
    ['Expected styles, regions, options, terms in a revision but received "content".', { content }],
    [
      'Expected no preset, as all options are there already, for preset but received "fine".',
      { options: { preset: 'fine' } },
    ],
  ])('%s', async (message, revision) => {
    const engine = watchedEngine();
    const painting = paint(jobOf(), engine);
    await painting.next();
    await expect(painting.next(revision as Revision)).rejects.toMatchObject({ code: 'OPTION_INVALID', message });
    expect(engine.open).toBe(0);
  });

  test('alpha in place of strength, and back', async () => {
    const steps = await stepsOf(jobOf(), {}, ({ step }) => {
      if (step === 6) return { options: { alpha: 1, beta: 0 } };
      return step === 8 ? { options: { strength: 0.5 } } : undefined;
    });
    const balance = ({ costs }: Step) => costs.total / (costs.content as number);
    expect(balance(steps[7] as Step)).toBeCloseTo(1, 1);
    expect(steps).toHaveLength(11);
  });
});

describe('an abort', () => {
  test('ends the painting before its next step and frees the memory', async () => {
    const engine = watchedEngine();
    const stop = new AbortController();
    const painting = paint(jobOf(), engine, { signal: stop.signal });
    await painting.next();
    stop.abort(new Error('enough'));
    await expect(painting.next()).rejects.toThrow('enough');
    expect(engine.open).toBe(0);
  });

  test('before the first step loads nothing', async () => {
    const engine = watchedEngine();
    await expect(paint(jobOf(), engine, { signal: AbortSignal.abort() }).next()).rejects.toThrow('aborted');
    expect(engine.loads).toBe(0);
  });
});

describe('a job that is none', () => {
  test.each<[string, unknown]>([
    [
      'Expected a picture { width, height, data: Float32Array [3, height, width] } for content but received "photo.jpg".',
      { content: 'photo.jpg' },
    ],
    [
      'Expected a picture { width, height, data: Float32Array [3, height, width] } for styles[0].picture but received undefined.',
      { styles: ['a.jpg'] },
    ],
    ['Expected a list of styles for styles but received "a.jpg".', { styles: 'a.jpg' }],
    ['Expected a network, such as openNetwork gives, for network but received "pocket".', { network: 'pocket' }],
    ['Expected a whole number from 1 to 1000000 for steps but received 0.', { options: { steps: 0 } }],
  ])('%s', async (message, change) => {
    const job = { ...jobOf(), ...(change as Partial<Job>) };
    await expect(paint(job, watchedEngine()).next()).rejects.toMatchObject({ code: 'OPTION_INVALID', message });
  });
});

test('options may be plain, and complete ones are taken as they are', async () => {
  const plain = await stepsOf(jobOf());
  const complete = await stepsOf({ ...jobOf(), options: resolveOptions(jobOf().options) });
  expect(complete.at(-1)?.picture).toEqual(plain.at(-1)?.picture);
});
