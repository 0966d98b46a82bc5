/**
 * Times one painting step (five Gram costs, content cost, gradient with respect to the picture; VGG-19) in our
 * engine and in PyTorch.
 *
 * All take the same pictures in the same run, one step each in turn, every engine in a process of its own; it is
 * checked that their costs and gradients agree. Reported are medians, and ratios of medians.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { VGG_MEAN, VGG19 } from '#dist/core/networks/network.js';
import { PRESETS } from '#dist/core/options/options.js';
import { torchPython } from '../test/support/python.js';
import { type Answers, Runner } from './protocol.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MATMUL_SIZE = 3072;
/** Winograd and the order of sums leave differences in float32 of about 1e-6. */
const TOLERANCE = 1e-4;

const { contentLayers, styleLayers, alpha, beta } = PRESETS.notebook;

interface Measurement {
  readonly runner: Runner;
  readonly steps: Answers['step'][];
}

/**
 * Multiplications and additions of a step, counted plainly: convolutions down to the deepest layer and Gram
 * matrices, 2 operations per product, once forward and as much again backward.
 */
function operationsPerStep(width: number, height: number): number {
  const deepest = Math.max(
    ...Object.keys({ ...contentLayers, ...styleLayers }).map((layer) => VGG19.findIndex(({ name }) => name === layer)),
  );
  return VGG19.slice(0, deepest + 1).reduce((total, { name, block, inputChannels, outputChannels }) => {
    const positions = Math.ceil(width / 2 ** (block - 1)) * Math.ceil(height / 2 ** (block - 1));
    const gram = Object.hasOwn(styleLayers, name) ? outputChannels : 0;
    return total + 2 * 2 * positions * outputChannels * (9 * inputChannels + gram);
  }, 0);
}

function ours(): Runner {
  return new Runner('giverny', process.execPath, [fileURLToPath(new URL('ours.js', import.meta.url))]);
}

function pytorch(name: string): Runner | undefined {
  return torchPython === undefined ? undefined : new Runner(name, torchPython, [path.join(ROOT, 'bench/step.py')]);
}

export interface StepConditions {
  /** VGG-19 as a safetensors file. */
  readonly network: string;
  /** Of PyTorch's tensors; none leaves PyTorch out. */
  readonly layouts: readonly string[];
  readonly rounds: number;
  readonly threads: number;
  /** PyTorch is left out where there are several. */
  readonly styles: number;
}

/** One engine's step under certain conditions. */
export interface StepResult extends Pick<StepConditions, 'threads' | 'styles'> {
  readonly engine: string;
  readonly width: number;
  readonly height: number;
  /** Median. */
  readonly seconds: number;
  readonly peakBytes: number;
}

/** @throws Error where two engines compute different costs or gradients. */
export async function measureStep(
  [width, height]: readonly [number, number],
  { network, layouts: wanted, rounds, threads, styles }: StepConditions,
): Promise<StepResult[]> {
  const layouts = styles === 1 ? wanted : [];
  const folder = await mkdtemp(path.join(tmpdir(), 'giverny-bench-'));
  const paths = {
    content: path.join(folder, 'content'),
    style: path.join(folder, 'style'),
    picture: path.join(folder, 'picture'),
  };
  for (const file of Object.values(paths)) {
    await writeFile(
      file,
      Float32Array.from({ length: 3 * width * height }, () => 255 * Math.random()),
    );
  }
  const painters = [
    { runner: ours(), layout: 'contiguous' },
    ...layouts.flatMap((layout) => {
      const runner = pytorch(`PyTorch, ${layout}`);
      return runner ? [{ runner, layout }] : [];
    }),
  ];
  const multipliers = [ours(), pytorch('torch.mm')].filter((runner) => runner !== undefined);
  try {
    const request = { ...paths, network, mean: VGG_MEAN, width, height, contentLayers, styleLayers, alpha, beta };
    for (const { runner, layout } of painters) {
      await runner.ask({ ...request, command: 'prepare', threads, layout, styles });
    }
    const measurements: Measurement[] = painters.map(({ runner }) => ({ runner, steps: [] }));
    const gflops = multipliers.map((): number[] => []);
    // Round 0 warms up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      for (const { runner, steps } of measurements) {
        const step = await runner.ask({ command: 'step' });
        if (round > 0) steps.push(step);
      }
      for (const [i, runner] of multipliers.entries()) {
        const answer = await runner.ask({ command: 'matmul', size: MATMUL_SIZE, threads });
        if (round > 0) gflops[i]?.push(answer.gflops);
      }
    }
    console.log(`\n${threads} threads, ${styles} styles`);
    report([width, height], measurements, gflops);
    return measurements.map(({ runner, steps }) => ({
      engine: runner.name,
      width,
      height,
      threads,
      styles,
      seconds: median(steps.map((step) => step.seconds)),
      peakBytes: Math.max(...steps.map((step) => step.peakBytes)),
    }));
  } finally {
    for (const runner of [...painters.map((painter) => painter.runner), ...multipliers]) runner.close();
    await rm(folder, { recursive: true });
  }
}

function report(
  [width, height]: readonly [number, number],
  measurements: readonly Measurement[],
  gflops: number[][],
): void {
  const operations = operationsPerStep(width, height);
  const [runtimePeak = 0, torchPeak = 0] = gflops.map((rounds) => Math.max(...rounds));
  const peak = Math.max(runtimePeak, torchPeak);
  console.log(
    `\n${width}x${height}: ${(operations / 1e9).toFixed(1)} GFLOP a step; matrix multiplication at most ${peak.toFixed(0)} GFLOP/s` +
      ` (onnxruntime ${runtimePeak.toFixed(0)}${torchPeak ? `, torch.mm ${torchPeak.toFixed(0)}` : ''})`,
  );
  const first = measurements[0] as Measurement;
  const firstSeconds = median(first.steps.map((step) => step.seconds));
  const rows = measurements.map(({ runner, steps }) => {
    const times = steps.map((step) => step.seconds).sort((a, b) => a - b);
    const seconds = median(times);
    const rate = operations / seconds / 1e9;
    return [
      runner.name,
      seconds.toFixed(3),
      `${times[0]?.toFixed(3)}-${times.at(-1)?.toFixed(3)}`,
      (seconds / firstSeconds).toFixed(2),
      rate.toFixed(0),
      `${((100 * rate) / peak).toFixed(0)} %`,
      (Math.max(...steps.map((step) => step.peakBytes)) / 1e9).toFixed(2),
    ];
  });
  table([['engine', 's/step', 'spread', 'x giverny', 'GFLOP/s', 'of peak', 'peak GB'], ...rows]);
  for (const { runner, steps } of measurements.slice(1)) {
    const difference = Math.max(disagreement(first, steps, 'total'), disagreement(first, steps, 'gradientNorm'));
    if (!(difference < TOLERANCE)) {
      throw new Error(
        `${runner.name} and giverny computed different things: costs or gradients differ by ${difference}.`,
      );
    }
  }
}

function disagreement(first: Measurement, steps: readonly Answers['step'][], key: 'total' | 'gradientNorm'): number {
  const [a, b] = [first.steps[0]?.[key], steps[0]?.[key]] as [number, number];
  return Math.abs(a - b) / Math.abs(b);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}

export function table(rows: readonly string[][]): void {
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  for (const row of rows) {
    console.log(
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
        .join('  '),
    );
  }
}
