/** One painting step in our engine, timed: answers the same commands as step.py, which lists them. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Evaluation } from '#dist/core/costs/objective/objective.js';
import { wholeObjective } from '#dist/core/costs/objective/whole.js';
import { input, matmul } from '#dist/core/graph/operations.js';
import { Program } from '#dist/core/graph/program.js';
import { tensor } from '#dist/core/graph/tensor.js';
import { subtractMean } from '#dist/core/networks/pixels.js';
import { PRESETS } from '#dist/core/options/options.js';
import { picture } from '#dist/core/pictures/picture.js';
import { createNodeEngine } from '#dist/engines/node.js';
import { openNetwork } from '#dist/node/networks/open.js';
import type { Answers, Commands, Prepare } from './protocol.js';

type Ours = Exclude<keyof Commands, 'adam'>;

const handlers: { [Name in Ours]: (command: Commands[Name]) => Promise<Answers[Name]> } = {
  prepare: async (command) => {
    step = await prepareStep(command);
    return {};
  },
  step: () => step(),
  matmul: async ({ size, threads }) => {
    product ??= await prepareProduct(size, threads);
    return { gflops: (2 * size ** 3) / (await seconds(product)) / 1e9 };
  },
};
let step: () => Promise<Answers['step']> = () => Promise.reject(new Error('Expected prepare before step.'));
let product: (() => Promise<unknown>) | undefined;

async function prepareStep(command: Prepare): Promise<typeof step> {
  const { width, height } = command;
  const read = async (path: string) => picture(width, height, new Float32Array((await readFile(path)).buffer));
  const network = await openNetwork(command.network);
  const targets = {
    content: await read(command.content),
    styles: Array(command.styles).fill({ picture: await read(command.style), weight: 1 }),
  };
  const options = { ...PRESETS.notebook, ...command };
  const objective = await wholeObjective(createNodeEngine({ threads: command.threads }), {
    network,
    ...targets,
    options,
  });
  const pixels = subtractMean(await read(command.picture), network);
  return async () => {
    let evaluation: Evaluation = { costs: { total: 0 }, gradient: pixels };
    const took = await seconds(async () => {
      evaluation = await objective.evaluate(pixels);
    });
    return {
      seconds: took,
      total: evaluation.costs.total,
      gradientNorm: Math.sqrt(evaluation.gradient.reduce((sum, value) => sum + value ** 2, 0)),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  };
}

/** A product of two square matrices that the runtime does not know beforehand. */
async function prepareProduct(size: number, threads: number): Promise<() => Promise<unknown>> {
  const shape = [size, size];
  const ones = tensor(shape, new Float32Array(size * size).fill(1));
  const program = await Program.load(createNodeEngine({ threads }), {
    y: matmul(input('a', shape), input('b', shape)),
  });
  return () => program.run({ a: ones, b: ones });
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Commands[Ours];
  const handle = handlers[command.command] as (command: unknown) => Promise<unknown>;
  console.log(JSON.stringify(await handle(command)));
}
