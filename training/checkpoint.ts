/** A training run's state as one safetensors file, written whole or not at all. */
import { readFile } from 'node:fs/promises';
import { type Tensor, tensor } from '#dist/core/graph/tensor.js';
import { readSafetensors, writeSafetensors } from '#dist/core/networks/formats/safetensors.js';
import { vggTable } from '#dist/core/networks/network.js';
import { writeAtomically } from '#dist/node/files/atomic.js';
import type { Painting } from './paintings.js';
import type { Powers } from './programs.js';
import { Random } from './random.js';
import type { Pooling, Student, Widths } from './student.js';
import type { Settings, State } from './trainer.js';

/** What is known of a run besides its tensors. */
export interface Run {
  readonly widths: Widths;
  /** Convolutions that read a pool; where left out, the first of each block. */
  readonly pooled?: readonly string[];
  readonly taps: readonly string[];
  readonly settings: Settings;
  /** Training behind, in seconds and as a share of the time it has. */
  readonly seconds: number;
  readonly share: number;
}

interface Numbers extends Run {
  readonly powers: Powers;
  readonly scales: State['scales'];
  readonly random: number;
  readonly step: number;
  readonly updates: number;
  readonly paintings: readonly {
    readonly learningRate: number;
    readonly steps: number;
    readonly pooling: Pooling;
    readonly time: number;
  }[];
}

export async function saveCheckpoint(path: string, state: State, run: Run): Promise<void> {
  const { student, adam, paintings } = state;
  const flat = (data: Float32Array) => tensor([data.length], data);
  const tensors: Record<string, Tensor> = { ...student.parameters };
  for (const [name, { first, second }] of Object.entries(adam)) {
    tensors[`adam.${name}.first`] = flat(first);
    tensors[`adam.${name}.second`] = flat(second);
  }
  paintings.forEach((painting, i) => {
    tensors[`painting.${i}.content`] = flat(painting.content);
    tensors[`painting.${i}.style`] = flat(painting.style);
    tensors[`painting.${i}.pixels`] = flat(painting.pixels);
    tensors[`painting.${i}.first`] = flat(painting.adam.first);
    tensors[`painting.${i}.second`] = flat(painting.adam.second);
  });
  const numbers: Numbers = {
    ...run,
    powers: state.powers,
    scales: state.scales,
    random: state.random.state,
    step: state.step,
    updates: Object.values(adam)[0]?.time ?? 0,
    paintings: paintings.map(({ learningRate, steps, pooling, adam: { time } }) => ({
      learningRate,
      steps,
      pooling,
      time,
    })),
  };
  await writeAtomically(path, writeSafetensors(tensors, { run: JSON.stringify(numbers) }));
}

export async function loadCheckpoint(path: string): Promise<{ state: State; run: Run }> {
  // Copied out of the file's bytes, as training changes them in place.
  const { tensors, metadata } = readSafetensors(new Uint8Array(await readFile(path)), path);
  const numbers = JSON.parse(metadata.run ?? '{}') as Numbers;
  const { powers, scales, random, step, updates, paintings, ...run } = numbers;
  const data = (name: string) => (tensors[name] as Tensor).data.slice();
  const parameters = Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith('conv'))
      .map(([name, { shape }]) => [name, tensor(shape, data(name))]),
  );
  const student: Student = { convolutions: vggTable(run.widths, run.pooled), taps: run.taps, parameters };
  const adam = Object.fromEntries(
    Object.keys(parameters).map((name) => [
      name,
      { time: updates, first: data(`adam.${name}.first`), second: data(`adam.${name}.second`) },
    ]),
  );
  const restored = paintings.map(({ learningRate, steps, pooling, time }, i): Painting => {
    const part = (name: string) => data(`painting.${i}.${name}`);
    return {
      content: part('content'),
      style: part('style'),
      pixels: part('pixels'),
      adam: { time, first: part('first'), second: part('second') },
      learningRate,
      steps,
      pooling,
    };
  });
  return { state: { student, powers, adam, scales, random: new Random(random), paintings: restored, step }, run };
}
