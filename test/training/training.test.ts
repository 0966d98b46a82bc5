/** The trainer on a small teacher of random weights: its start, its steps, its checkpoints, and what it exports. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/core/graph/tensor.js';
import { readNetworkFile } from '../../src/core/networks/formats/read.js';
import { type Network, networkOf, vggTable } from '../../src/core/networks/network.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { costChannels, tapOf } from '../../training/calibrate.js';
import { loadCheckpoint, type Run, saveCheckpoint } from '../../training/checkpoint.js';
import { augment, type Source } from '../../training/data.js';
import { initialise, secondMoments } from '../../training/initialise.js';
import { at, cholesky, matrix, product, solveCholesky, transposed } from '../../training/matrix.js';
import { withPools } from '../../training/move-pools.js';
import { Random } from '../../training/random.js';
import type { Student } from '../../training/student.js';
import { rateAt, SETTINGS, type Settings, type State, startState, Trainer } from '../../training/trainer.js';

const SIZE_PX = 24;
const FULL = [[8, 8], [12, 12], [16]];
const HALF = [[4, 4], [6, 6], [8]];
const TAPS = ['conv1_1', 'conv2_1', 'conv3_1'];
const POWERS = Object.fromEntries(TAPS.map((tap) => [tap, 1]));
/** Pools before the layers that no costs are taken of. */
const EARLY = ['conv1_2', 'conv2_2'];

const engine = createNodeEngine({ threads: 1 });
const teacher = randomTeacher();
const settings: Settings = { ...SETTINGS, sizePx: SIZE_PX, paintings: 3, learningRate: 0.01 };
let moments: Awaited<ReturnType<typeof secondMoments>>;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'giverny-training-'));
  const layers = teacher.convolutions.map(({ name }) => name);
  moments = await secondMoments(engine, teacher, layers, await smooth.sample(12), SIZE_PX);
});

afterAll(() => rm(folder, { recursive: true }));

describe('teacher initialisation', () => {
  test('at full width is the teacher', async () => {
    const trainer = await Trainer.create(engine, teacher, begun(FULL), smooth, settings);
    const { features, grams } = await trainer.evaluate(await smooth.heldOut(), 'max');
    for (const tap of TAPS) {
      expect(features[tap]).toBeLessThan(1e-10);
      expect(grams[tap]).toBeLessThan(1e-10);
    }
    await trainer.dispose();
  });

  test('at half width predicts most of the teacher, and says how much it cannot', async () => {
    const { unexplained } = initialise(teacher, HALF, TAPS, moments);
    for (const share of Object.values(unexplained)) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(0.5);
    }
  });
});

describe('pools moved', () => {
  test('a fitted student is nearer to the teacher than the same weights behind other pools', async () => {
    const errors = async (student: Student) => {
      const trainer = await Trainer.create(engine, teacher, startState(student, POWERS, settings), smooth, settings);
      const { features } = await trainer.evaluate(await smooth.heldOut(), 'average');
      await trainer.dispose();
      return features;
    };
    const { student } = initialise(teacher, FULL, TAPS, moments);
    const bare = await errors({ ...student, convolutions: vggTable(FULL, EARLY) });
    const fitted = await errors(await withEarlyPools());
    expect(fitted.conv1_1).toBeLessThan(1e-6);
    expect(fitted.conv2_1).toBeLessThan(0.5 * (bare.conv2_1 as number));
    expect(fitted.conv3_1).toBeLessThan(0.5 * (bare.conv3_1 as number));
  });

  test('with the pools where they were, the student is found again', async () => {
    const { student } = initialise(teacher, FULL, TAPS, moments);
    const pictures = { pixels: await smooth.sample(12), sizePx: SIZE_PX };
    const again = await withPools(engine, student, student.convolutions, teacher, pictures);
    expect(again.convolutions).toEqual(student.convolutions);
    expect(Object.keys(again.parameters)).toEqual(Object.keys(student.parameters));
    expect(again.parameters['conv3_1.weight']).toEqual(student.parameters['conv3_1.weight']);
  });

  test('not across a layer that costs are taken of', async () => {
    const { student } = initialise(teacher, FULL, TAPS, moments);
    const table = vggTable(FULL, ['conv1_2', 'conv2_1']);
    const moved = withPools(engine, student, table, teacher, { pixels: [], sizePx: SIZE_PX });
    await expect(moved).rejects.toThrow('Expected conv2_1 behind as many pools as before, as costs are taken of it.');
  });
});

describe('training', () => {
  test('lowers the errors of pictures that it is not trained on', async () => {
    const state = begun(HALF);
    const trainer = await Trainer.create(engine, teacher, state, smooth, settings);
    const heldOut = await smooth.heldOut();
    const errors = async () => [await trainer.evaluate(heldOut, 'average'), await trainer.evaluate(heldOut, 'max')];
    const before = await errors();
    const steps = 150;
    for (let i = 0; i < steps; i++) await trainer.step(i / steps);
    for (const [i, { features }] of (await errors()).entries()) {
      expect(features.conv3_1).toBeLessThan(0.9 * (before[i]?.features.conv3_1 as number));
      expect(features.conv2_1).toBeLessThan(before[i]?.features.conv2_1 as number);
    }
    expect(state.paintings).toHaveLength(settings.paintings);
    await trainer.dispose();
  });

  test('goes on from a checkpoint as if it had not stopped', async () => {
    const file = path.join(folder, 'checkpoint.safetensors');
    const through = begun(HALF);
    const straight = await Trainer.create(engine, teacher, through, smooth, settings);
    for (let i = 0; i < 8; i++) await straight.step(0.5);
    await saveCheckpoint(file, through, runOf(8));
    for (let i = 0; i < 8; i++) await straight.step(0.6);
    await straight.dispose();
    const { state, run } = await loadCheckpoint(file);
    expect(run).toEqual(runOf(8));
    const resumed = await Trainer.create(engine, teacher, state, smooth, run.settings);
    for (let i = 0; i < 8; i++) await resumed.step(0.6);
    await resumed.dispose();
    expect(state.step).toBe(through.step);
    expect(state.student.parameters).toEqual(through.student.parameters);
    expect(state.paintings.map(({ pixels }) => pixels)).toEqual(through.paintings.map(({ pixels }) => pixels));
  });

  test('learns with pools within blocks, and goes on from a checkpoint', async () => {
    // The same weights behind other pools: a fitted start would leave little to learn.
    const bare = { ...begun(FULL).student, convolutions: vggTable(FULL, EARLY) };
    const state = startState(bare, POWERS, settings);
    const trainer = await Trainer.create(engine, teacher, state, smooth, { ...settings, paintingShare: 0 });
    const costs: number[] = [];
    for (let i = 0; i < 160; i++) costs.push(...(await trainer.step(i / 160)).map(({ cost }) => cost));
    const mean = (some: readonly number[]) => some.reduce((sum, cost) => sum + cost, 0) / some.length;
    expect(mean(costs.slice(-50))).toBeLessThan(0.8 * mean(costs.slice(0, 10)));
    const heldOut = await smooth.heldOut();
    const errors = await trainer.evaluate(heldOut, 'max');
    await trainer.dispose();
    const file = path.join(folder, 'pooled.safetensors');
    await saveCheckpoint(file, state, { ...runOf(0), widths: FULL, pooled: EARLY });
    const loaded = (await loadCheckpoint(file)).state;
    expect(loaded.student.convolutions).toEqual(state.student.convolutions);
    const again = await Trainer.create(engine, teacher, loaded, smooth, settings);
    expect(await again.evaluate(heldOut, 'max')).toEqual(errors);
    await again.dispose();
  });

  test('rates rise, then fall to 0', () => {
    expect(rateAt(0)).toBe(0);
    expect(rateAt(0.02)).toBeGreaterThan(0.99);
    expect(rateAt(0.5)).toBeCloseTo(0.5);
    expect(rateAt(1)).toBeCloseTo(0);
  });

  test('augmented pictures are finite, of every kind, and leave the original alone', () => {
    const random = new Random(5);
    const original = smoothPicture(random);
    const copy = original.slice();
    for (let i = 0; i < 50; i++) expect(augment(original, SIZE_PX, random).every(Number.isFinite)).toBe(true);
    expect(original).toEqual(copy);
  });
});

describe('export', () => {
  test('costs in few channels equal those of the decoded features', () => {
    const random = new Random(9);
    const map = tensor(
      [20, 6],
      Float32Array.from({ length: 120 }, () => random.between(-1, 1)),
    );
    const a = matrix(20, 6, map.data);
    const tap = matrix(6, 6, tapOf(map).data);
    const difference = matrix(6, 6);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j <= i; j++) {
        difference.data[6 * i + j] = random.between(-1, 1);
        difference.data[6 * j + i] = at(difference, i, j);
      }
    }
    const norm = ({ data }: { data: Float64Array }) => Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0));
    const few = norm(product(product(tap, difference), transposed(tap)));
    const all = norm(product(product(a, difference), transposed(a)));
    expect(few / all).toBeCloseTo(1, 6);
    expect(norm(product(tap, difference)) / norm(product(a, difference))).toBeCloseTo(1, 6);
  });

  test('writes a network that opens, with its taps and the channels of its teacher', async () => {
    const state = begun(HALF);
    const checkpoint = path.join(folder, 'exported.safetensors');
    await saveCheckpoint(checkpoint, state, runOf(0));
    const out = path.join(folder, 'pocket.safetensors');
    const program = fileURLToPath(new URL('../../dist/training/export.js', import.meta.url));
    await promisify(execFile)(process.execPath, [program, '--checkpoint', checkpoint, '--out', out]);
    const { tensors, metadata } = await readNetworkFile(out, await readFile(out));
    const network = networkOf('pocket', '', tensors);
    expect(network.convolutions.map(({ outputChannels }) => outputChannels)).toEqual(HALF.flat());
    expect(tensors['conv3_1.tap']?.shape).toEqual([8, 8, 1, 1]);
    expect(JSON.parse(metadata.costChannels as string)).toEqual(costChannels(state.student));
    expect(costChannels(state.student)).toEqual({ conv1_1: 8, conv2_1: 12, conv3_1: 16 });
    expect(metadata.attribution).toContain('Visual Geometry Group');
  });
});

test('solves positive definite systems', () => {
  const random = new Random(3);
  const root = matrix(
    5,
    5,
    Array.from({ length: 25 }, () => random.between(-1, 1)),
  );
  const a = product(root, transposed(root));
  const x = matrix(
    5,
    2,
    Array.from({ length: 10 }, () => random.between(-1, 1)),
  );
  const solved = solveCholesky(cholesky(a), product(a, x));
  solved.data.forEach((value, i) => {
    expect(value).toBeCloseTo(x.data[i] as number, 6);
  });
  expect(() => cholesky(matrix(1, 1, [-1]))).toThrow('positive definite');
});

function begun(widths: readonly (readonly number[])[]): State {
  return startState(initialise(teacher, widths, TAPS, moments).student, POWERS, settings);
}

async function withEarlyPools(): Promise<Student> {
  const { student } = initialise(teacher, FULL, TAPS, moments);
  const random = new Random(4);
  const pixels = (await smooth.sample(40)).map((picture) => augment(picture, SIZE_PX, random));
  const pictures = { pixels, sizePx: SIZE_PX };
  return withPools(engine, student, vggTable(FULL, EARLY), teacher, pictures);
}

function runOf(seconds: number): Run {
  return { widths: HALF, taps: TAPS, settings, seconds, share: seconds / 100 };
}

function randomTeacher(): Network {
  const random = new Random(1);
  const tensors: Record<string, Tensor> = {};
  for (const { name, inputChannels, outputChannels } of vggTable(FULL)) {
    const reach = Math.sqrt(6 / (9 * inputChannels));
    const weight = tensor([outputChannels, inputChannels, 3, 3]);
    weight.data.forEach((_, i) => {
      weight.data[i] = random.between(-reach, reach);
    });
    tensors[`${name}.weight`] = weight;
    tensors[`${name}.bias`] = tensor(
      [outputChannels],
      Float32Array.from({ length: outputChannels }, () => random.between(-5, 5)),
    );
  }
  return networkOf('teacher', '', tensors);
}

/** A sum of a few waves in each colour. */
function smoothPicture(random: Random): Float32Array {
  const plane = SIZE_PX ** 2;
  const picture = new Float32Array(3 * plane);
  for (let wave = 0; wave < 6; wave++) {
    const [u, v, phase] = [random.between(-0.9, 0.9), random.between(-0.9, 0.9), random.between(0, 6)];
    const colour = [random.between(-40, 40), random.between(-40, 40), random.between(-40, 40)];
    picture.forEach((value, i) => {
      const [x, y] = [i % SIZE_PX, Math.floor((i % plane) / SIZE_PX)];
      picture[i] = value + (colour[Math.floor(i / plane)] as number) * Math.sin(u * x + v * y + phase);
    });
  }
  return picture;
}

const smooth: Source = {
  crop: async (random) => smoothPicture(random),
  heldOut: async () => Array.from({ length: 6 }, (_, i) => smoothPicture(new Random(1000 + i))),
  sample: async (count) => Array.from({ length: count }, (_, i) => smoothPicture(new Random(2000 + i))),
};
