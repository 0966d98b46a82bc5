/** The process that tries a device. Its arguments are the device and the depth; it sends TrialMessages. */
import { readdirSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import type { Evaluation } from '../../core/costs/objective/objective.js';
import { wholeObjective } from '../../core/costs/objective/whole.js';
import type { Scene } from '../../core/costs/setting.js';
import type { Device } from '../../core/devices.js';
import type { Engine } from '../../core/graph/engine.js';
import { input, matmul } from '../../core/graph/operations.js';
import { Program } from '../../core/graph/program.js';
import { tensor } from '../../core/graph/tensor.js';
import { type OptionsInput, resolveOptions } from '../../core/options/options.js';
import { type Picture, picture, type Size } from '../../core/pictures/picture.js';
import { createNodeEngine } from '../../engines/node.js';
import { MissingDevice } from '../../engines/runtime.js';
import { openNetwork } from '../networks/open.js';
import { type Depth, STEP_SIZE, type Timed, type Trial, type TrialMessage } from './trial.js';

const FIRST_SIZE = { width: 32, height: 32 };
/** One layer and no others, so that a driver has few programs to compile. */
const FIRST_OPTIONS = { contentLayers: 'conv1_1', styleLayers: 'conv1_1', statistic: 'gram', tv: 0, flatness: 0 };
/** A device that takes longer for the first is not asked for a whole step. */
const LONGEST_FIRST_SECONDS = 1;
const STEPS = 3;
/** Costs may differ from the CPU's by this share. */
const TOLERANCE = 1e-2;

const [device, depth] = process.argv.slice(2) as [Device, Depth];

function tell(trial: Trial, isDone: boolean): Promise<void> {
  const message: TrialMessage = { ...trial, isDone };
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

async function tried(): Promise<Trial> {
  if (device === 'cpu') return cpuTimed();
  const engine = createNodeEngine({ device });
  const ones = tensor([16, 16], new Float32Array(256).fill(1));
  const program = await Program.load(engine, { product: matmul(input('x', [16, 16]), input('y', [16, 16])) });
  const { product } = await program.run({ x: ones, y: ones });
  await program.dispose();
  const about = driver();
  if (product?.data.some((value) => value !== 16)) return { ...about, reason: 'it computes a wrong product' };
  if (depth === 'load') return about;
  await tell(about, false);
  const cpu = createNodeEngine();
  const first = await timed(engine, cpu, FIRST_SIZE, FIRST_OPTIONS);
  if (typeof first === 'string') return { ...about, reason: first };
  await tell({ ...about, first }, false);
  if (first.seconds > LONGEST_FIRST_SECONDS) return { ...about, first };
  const step = await timed(engine, cpu, STEP_SIZE, {});
  return typeof step === 'string' ? { ...about, first, reason: step } : { ...about, first, step };
}

async function cpuTimed(): Promise<Trial> {
  const { seconds } = await measured(createNodeEngine(), await sceneOf(STEP_SIZE, {}));
  return { step: { seconds, cpuSeconds: seconds } };
}

/** The fastest of a few steps on either engine; a sentence's end where their costs differ. */
async function timed(engine: Engine, cpu: Engine, size: Size, options: OptionsInput): Promise<Timed | string> {
  const scene = await sceneOf(size, options);
  const own = await measured(engine, scene);
  const reference = await measured(cpu, scene);
  const difference = largestDifference(own.evaluation, reference.evaluation);
  if (!(difference < TOLERANCE)) return `its costs differ from the CPU's by ${(100 * difference).toPrecision(2)} %`;
  return { seconds: own.seconds, cpuSeconds: reference.seconds };
}

async function sceneOf(size: Size, options: OptionsInput): Promise<Scene> {
  return {
    network: await openNetwork('pocket'),
    content: waves(size, 1),
    styles: [{ picture: waves(size, 2), weight: 1 }],
    options: resolveOptions(options),
  };
}

/** Costs and gradient, and the fastest of a few steps after the first. */
async function measured(engine: Engine, scene: Scene): Promise<{ evaluation: Evaluation; seconds: number }> {
  const start = waves(scene.content, 3).data;
  const objective = await wholeObjective(engine, scene);
  let evaluation = await objective.evaluate(start);
  const times: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const begun = performance.now();
    evaluation = await objective.evaluate(start);
    times.push((performance.now() - begun) / 1000);
  }
  await objective.dispose();
  return { evaluation, seconds: Math.min(...times) };
}

const largestDifference = (own: Evaluation, reference: Evaluation): number =>
  Math.max(
    ...Object.entries(reference.costs).map(([name, cost]) => Math.abs(((own.costs[name] as number) - cost) / cost)),
  );

/** Smooth stripes in three colours, RGB in 0..255. */
function waves({ width, height }: Size, seed: number): Picture {
  const made = picture(width, height);
  for (let i = 0; i < made.data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    made.data[i] = 128 + 60 * Math.sin((x * seed) / 5 + y / (4 + seed)) + 40 * Math.cos((x - y * seed) / 7);
  }
  return made;
}

/** Files that the drivers of graphics cards hold open on Linux. */
const CARDS = /^\/dev\/(dri\/|nvidia|dxg|kfd|kgsl|mali)/;

/**
 * Whether a program on the CPU stands in for a graphics card. The runtime does not tell; on Linux a card's driver holds
 * its device file open. Elsewhere the time of a step decides alone.
 */
function driver(): Pick<Trial, 'driver' | 'isSoftware'> {
  if (process.platform !== 'linux') return {};
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  if (open.some((path) => CARDS.test(path))) return { isSoftware: false };
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: readonly string[] };
  const isSwiftShader = sharedObjects.some((path) => path.includes('swiftshader'));
  return { isSoftware: true, driver: isSwiftShader ? 'SwiftShader' : 'a software renderer' };
}

try {
  await tell(await tried(), true);
} catch (error) {
  const sentence = (error instanceof Error ? error.message : String(error)).split('\n')[0] as string;
  await tell({ reason: error instanceof MissingDevice ? error.reason : sentence.replace(/\.$/, '') }, true);
}
process.exit();
