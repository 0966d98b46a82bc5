/** The state file gives a painting back bit by bit, and refuses all that is no state. */
import { describe, expect, test } from 'vitest';
import { joined } from '../../src/core/bytes.js';
import { hashOf, hashOfText } from '../../src/core/graph/hash.js';
import { readSafetensors, writeSafetensors } from '../../src/core/networks/formats/safetensors.js';
import type { AdamPainting } from '../../src/core/optimizers/adam.js';
import { packedDifference } from '../../src/core/optimizers/packed.js';
import { DEFAULTS, type OptionsInput } from '../../src/core/options/options.js';
import type { Job, Step } from '../../src/core/painting/job.js';
import { paint, pictureOfState } from '../../src/core/painting/paint.js';
import { recipeOf } from '../../src/core/painting/recipe.js';
import type { PaintState } from '../../src/core/painting/state.js';
import { decodeState, encodeState, type StateFile } from '../../src/core/painting/state-file.js';
import { watchedEngine } from '../support/engine.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

const network = smallNetwork([[6], [8], [10]]);
const VERSION = '1.2.3';

const jobOf = (options: OptionsInput): Job => ({
  content: waves(64, 48, 1),
  styles: [{ picture: waves(50, 60, 2), weight: 1 }],
  network,
  options: {
    ...{ contentLayers: 'conv3_1', styleLayers: 'conv1_1,conv2_1', tolerance: 0 },
    ...{ steps: 4, firstSteps: 4, firstSize: 45, ...options },
  },
});

async function stepsOf(options: OptionsInput, from?: PaintState): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of paint(jobOf(options), watchedEngine(), { from })) steps.push(step);
  return steps;
}

const file = (name: string) => ({ name, sha256: 'a'.repeat(64) });

function fileOf(state: PaintState, changes: Partial<StateFile> = {}): StateFile {
  const recipe = recipeOf({
    ...{ giverny: VERSION, content: file('photo.jpg'), styles: [{ ...file('style.png'), weight: 1 }] },
    ...{ network: { name: 'tiny', hash: 'b' }, engine: 'cpu', options: DEFAULTS, steps: state.step, stopped: true },
  });
  return {
    recipe,
    state,
    steps: 8,
    costs: { total: 0.1 },
    seconds: 1 / 3,
    request: { content: 'photo.jpg' },
    ...changes,
  };
}

const roundTrip = (state: PaintState) => decodeState(joined(encodeState(fileOf(state))), 'a.giverny', VERSION);

test('pairs in 8 bits come back number by number', () => {
  // 3 * 35 * 11 numbers are no multiple of 4 and need two scales.
  const [width, height] = [35, 11];
  const pixels = waves(width, height, 1).data;
  const other = waves(width, height, 2).data;
  const pair = { s: packedDifference(pixels, other), y: packedDifference(other, pixels), rho: 0.1 };
  const state: PaintState = {
    ...{ scale: 1, step: 3, stepsHere: 1, width, height, pixels, costs: [1, 0.5] },
    optimizer: { pairs: [pair, { ...pair, s: pixels }], firstStep: 2, arrived: false },
  };
  expect(roundTrip(state).state).toEqual(state);
  const bytes = joined(encodeState(fileOf(state)));
  // The last number of the last packed vector.
  for (const back of [1, 13]) {
    const altered = bytes.slice();
    altered[altered.length - back] = (altered.at(-back) as number) ^ 1;
    expect(() => decodeState(altered, 'a.giverny', VERSION)).toThrow('altered since it was written');
  }
});

describe.each<[string, OptionsInput]>([
  ['L-BFGS', { optimizer: 'lbfgs' }],
  ['Adam with averaging', { optimizer: 'adam', averaging: 0.7 }],
])('%s', (_, options) => {
  test('a state comes back bit by bit, and the painting goes on from it as if it had never stopped', async () => {
    const whole = await stepsOf(options);
    for (const at of [1, 3, 5, 7]) {
      const step = whole[at] as Step;
      const state = step.state();
      const { state: back, seconds, request } = roundTrip(state);
      expect(back).toEqual(state);
      expect({ seconds, request }).toEqual({ seconds: 1 / 3, request: { content: 'photo.jpg' } });
      expect(pictureOfState(jobOf(options), back)).toEqual(step.picture);
      const rest = await stepsOf(options, back);
      expect(rest.map((one) => [one.step, one.costs, one.picture])).toEqual(
        whole.slice(at + 1).map((one) => [one.step, one.costs, one.picture]),
      );
    }
  });
});

test('arrays keep what JSON would lose: the sign of zero, denormals, the last bit', async () => {
  const state = (await stepsOf({ optimizer: 'adam' }))[0]?.state() as PaintState;
  const pixels = state.pixels.slice();
  pixels.set([-0, 1e-45, 0.1, 3.4e38]);
  const { state: back } = roundTrip({ ...state, pixels, costs: [0.1 + 0.2, Number.MIN_VALUE] });
  expect(Object.is(back.pixels[0], -0)).toBe(true);
  expect(back.pixels).toEqual(pixels);
  expect(back.costs).toEqual([0.1 + 0.2, Number.MIN_VALUE]);
});

test('all but the header are views of the arrays', async () => {
  const state = (await stepsOf({ optimizer: 'adam' }))[0]?.state() as PaintState;
  const [, ...arrays] = encodeState(fileOf(state));
  expect(arrays.map(({ buffer }) => buffer)).toContain(state.pixels.buffer);
  expect(arrays).toHaveLength(3);
});

describe('what is no state of this version', () => {
  const made = stepsOf({ optimizer: 'adam' }).then((steps) => (steps[2] as Step).state());
  const bytesOf = async (changes: Partial<StateFile> = {}) => joined(encodeState(fileOf(await made, changes)));
  const notState = (why: string) => `Expected the state of a painting in "a.giverny" but ${why}.`;

  test.each<[string, () => Promise<Uint8Array>, string | RegExp]>([
    ['an empty file', async () => new Uint8Array(0), notState('it is empty (0 bytes)')],
    ['a few bytes', async () => new Uint8Array(5), notState('it is another file')],
    ['a text', async () => Buffer.from('{"a": "text of some length"}'), notState('it is another file')],
    [
      'a network',
      async () => writeSafetensors(network.tensors),
      notState('it is a network or another file of tensors'),
    ],
    [
      'half a header',
      async () => (await bytesOf()).subarray(0, 100),
      /it is another file, or cut short \(100 bytes\)\.$/,
    ],
    ['a file cut short', async () => (await bytesOf()).subarray(0, -4), /but it is cut short \(\d+ of \d+ bytes\)\.$/],
    ['a file with more at its end', async () => joined([await bytesOf(), new Uint8Array(4)]), /but it is too long \(/],
    [
      'one bit of an array that was altered',
      async () => {
        const bytes = await bytesOf();
        bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
        return bytes;
      },
      notState('optimizer.second was altered since it was written'),
    ],
    [
      'a digit of its metadata that was altered',
      async () => replaced(await bytesOf(), '\\"stepsHere\\":3', '\\"stepsHere\\":2'),
      notState('its metadata was altered since it was written'),
    ],
    [
      'another version of Giverny',
      async () => replaced(await bytesOf(), '"giverny":"1.2.3"', '"giverny":"1.2.4"'),
      'Expected a state of Giverny 1.2.3 in "a.giverny" but Giverny "1.2.4" wrote it: go on with that version.',
    ],
  ])('%s is refused', async (_, bytes, message) => {
    const made = await bytes();
    expect(() => decodeState(made, 'a.giverny', VERSION)).toThrow(
      expect.objectContaining({
        code: 'STATE_INVALID',
        kind: 'usage',
        message: expect.toSatisfy((text: string) => matches(text, message)),
      }),
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d among the pixels is neither written nor read', async (bad) => {
    const state = await made;
    const pixels = state.pixels.slice();
    pixels[7] = bad;
    const broken = { ...state, pixels };
    expect(() => encodeState(fileOf(broken))).toThrow('pixels holds numbers that are not finite');
    // As a program would write it that does not look.
    const chunks = encodeState(fileOf(state));
    const { metadata } = readSafetensors(joined(chunks), 'a');
    const painting = (metadata.painting as string).replace(hashOf(state.pixels), hashOf(pixels));
    const tensors = Object.fromEntries(
      [['pixels', pixels] as const, ...(['first', 'second'] as const).map((key) => arrayOf(state, key))].map(
        ([name, data]) => [name, { shape: [data.length], data }],
      ),
    );
    const bytes = writeSafetensors(tensors, { ...metadata, painting, hash: hashOfText(painting) });
    expect(() => decodeState(bytes, 'a.giverny', VERSION)).toThrow(
      notState('pixels holds numbers that are not finite'),
    );
  });

  test('arrays of another length than the picture has pixels are refused', async () => {
    const state = await made;
    const bytes = joined(encodeState(fileOf({ ...state, pixels: state.pixels.slice(3) })));
    expect(() => decodeState(bytes, 'a.giverny', VERSION)).toThrow(/pixels has \d+ numbers in place of \d+/);
  });

  test('a state without its optimiser is refused', async () => {
    const { optimizer: _, ...state } = await made;
    const bytes = joined(encodeState(fileOf(state as PaintState)));
    expect(() => decodeState(bytes, 'a.giverny', VERSION)).toThrow('its optimizer is wrong');
  });
});

const arrayOf = ({ optimizer }: PaintState, key: 'first' | 'second') =>
  [`optimizer.${key}`, (optimizer as AdamPainting)[key]] as const;

const matches = (text: string, wanted: string | RegExp) =>
  typeof wanted === 'string' ? text === wanted : wanted.test(text);

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), 'latin1');
}
