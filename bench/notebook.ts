/**
 * Times the way to the cost at which the notebook ends: PyTorch takes its 200 steps of Adam, we take steps of L-BFGS
 * from the same start on the same costs until ours is as low. What we painted is judged by PyTorch.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { VGG_MEAN } from '#dist/core/networks/network.js';
import { PRESETS } from '#dist/core/options/options.js';
import { settled } from '#dist/core/painting/job.js';
import { paint } from '#dist/core/painting/paint.js';
import { startPicture } from '#dist/core/painting/start.js';
import { fitPicture } from '#dist/core/pictures/fit.js';
import type { Picture } from '#dist/core/pictures/picture.js';
import { createNodeEngine } from '#dist/engines/node.js';
import { readPicture } from '#dist/node/files/pictures.js';
import { openNetwork } from '#dist/node/networks/open.js';
import { torchPython } from '../test/support/python.js';
import { PHOTO, STYLE } from './painting.js';
import { type Prepare, Runner } from './protocol.js';

const { contentLayers, styleLayers, alpha, beta, steps, learningRate, size } = PRESETS.notebook;
/** A painting that has not come there by now does not come there. */
const MOST_STEPS = 200;

export interface RaceResult {
  readonly width: number;
  readonly height: number;
  readonly threads: number;
  /** The cost at which PyTorch's Adam ends, and that of our picture by PyTorch's own reckoning. */
  readonly target: number;
  readonly reached: number;
  /** PyTorch's, its targets being ready. */
  readonly torchSeconds: number;
  /** Ours, from pictures to picture: targets and graph are made in it. */
  readonly seconds: number;
  readonly steps: number;
}

/**
 * @param network VGG-19 as a safetensors file.
 * @returns undefined where there is no PyTorch.
 */
export async function raceToNotebook(network: string, threads: number): Promise<RaceResult | undefined> {
  if (torchPython === undefined) return undefined;
  const { width, height } = size;
  const folder = await mkdtemp(path.join(tmpdir(), 'giverny-bench-'));
  const torch = new Runner('PyTorch', torchPython, [fileURLToPath(new URL('../../bench/step.py', import.meta.url))]);
  try {
    const read = async (file: string) => (await fitPicture(await readPicture(file), size)).picture;
    const save = async (name: string, picture: Picture) => {
      await writeFile(path.join(folder, name), picture.data);
      return path.join(folder, name);
    };
    const [content, style] = [await read(PHOTO), await read(STYLE)];
    const options = { ...PRESETS.notebook, optimizer: 'lbfgs', steps: MOST_STEPS, firstSteps: MOST_STEPS } as const;
    const job = { content, styles: [{ picture: style, weight: 1 }], network: await openNetwork(network), options };
    const prepare = async (picture: Picture): Promise<Prepare> => ({
      command: 'prepare',
      ...{ network, mean: VGG_MEAN, width, height, contentLayers, styleLayers, alpha, beta, threads },
      ...{ content: await save('content', content), style: await save('style', style) },
      ...{ picture: await save('picture', picture), styles: 1, layout: 'mkldnn' },
    });
    await torch.ask(await prepare(startPicture(settled(job), size)));
    const { seconds: torchSeconds, total: target } = await torch.ask({ command: 'adam', steps, rate: learningRate });

    const began = performance.now();
    for await (const { costs, picture, step } of paint(job, createNodeEngine({ threads }))) {
      if (costs.total > target) continue;
      const seconds = (performance.now() - began) / 1000;
      await torch.ask(await prepare(picture));
      const { total: reached } = await torch.ask({ command: 'step' });
      return { width, height, threads, target, reached, torchSeconds, seconds, steps: step + 1 };
    }
    throw new Error(`Expected the notebook's cost of ${target} within ${MOST_STEPS} steps of L-BFGS.`);
  } finally {
    torch.close();
    await rm(folder, { recursive: true });
  }
}
