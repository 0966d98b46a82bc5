/** Looks through the pocket network for the learning page. */

import { layerView } from '../../core/costs/objective/view.js';
import { wholeObjective } from '../../core/costs/objective/whole.js';
import { secondMoment } from '../../core/costs/statistics/moments.js';
import type { Node } from '../../core/graph/node.js';
import { input } from '../../core/graph/operations.js';
import { Program } from '../../core/graph/program.js';
import { type Tensor, tensor } from '../../core/graph/tensor.js';
import { features } from '../../core/networks/features.js';
import type { Network } from '../../core/networks/network.js';
import { subtractMean } from '../../core/networks/pixels.js';
import { createWebEngine, type WebEngine } from '../../engines/web.js';
import { openNetwork } from '../painting/parts.js';
import { RUNTIME_FILES } from '../painting/runtime.js';
import type { Answer, Ask, Looks, Seen, Weighed, Weighs } from './protocol.js';

const MAPS = 16;
const GRAM_CHANNELS = 48;

let opening: Promise<{ engine: WebEngine; network: Network }> | undefined;

function open() {
  // WASM, whose threads the painting beside it does not use at the same time.
  opening ??= Promise.all([
    createWebEngine({ device: 'wasm', runtimeFiles: RUNTIME_FILES }),
    openNetwork('pocket'),
  ]).then(([engine, network]) => ({ engine, network }));
  return opening;
}

/** The runtime takes one question at a time. */
let queue: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Ask>) => {
  queue = queue.then(() => reply(data));
};

async function reply(data: Ask): Promise<void> {
  const answer = (message: Answer) => self.postMessage(message);
  try {
    if (data.type === 'look') answer({ id: data.id, seen: await look(data) });
    else answer({ id: data.id, weighed: await weigh(data) });
  } catch (error) {
    answer({ id: data.id, error: error instanceof Error ? error.message : String(error) });
  }
}

async function look({ picture, layer }: Looks): Promise<Seen> {
  const { engine, network } = await open();
  const shape = [1, 3, picture.height, picture.width];
  const a = features(input('picture', shape), network, [layer], { pooling: 'average', padding: 'zero' })[layer] as Node;
  const view = layerView(network, layer, a, picture);
  const outputs = { a: view.mapped(), moment: secondMoment(view) };
  const program = await Program.load(engine, outputs, network.tensors);
  const results = await program.run({ picture: tensor(shape, subtractMean(picture, network)) });
  await program.dispose();
  return seenOf(results.a as Tensor, results.moment as Tensor);
}

function seenOf({ shape, data }: Tensor, gram: Tensor): Seen {
  const [, channels, height, width] = shape as readonly [number, number, number, number];
  const all = Array.from({ length: channels }, (_, c) => data.slice(c * height * width, (c + 1) * height * width));
  const lively = all
    .map((map, channel) => ({ channel, map, liveliness: variance(map) }))
    .sort((x, y) => y.liveliness - x.liveliness);
  const chosen = lively.slice(0, GRAM_CHANNELS).map(({ channel }) => channel);
  const size = chosen.length;
  const part = new Float32Array(size * size);
  chosen.forEach((row, i) => {
    chosen.forEach((column, j) => {
      part[i * size + j] = gram.data[row * channels + column] as number;
    });
  });
  return { channels, width, height, maps: lively.slice(0, MAPS).map(({ map }) => map), gram: part, size };
}

function variance(map: Float32Array): number {
  const mean = map.reduce((sum, value) => sum + value, 0) / map.length;
  return map.reduce((sum, value) => sum + (value - mean) ** 2, 0) / map.length;
}

async function weigh({ content, style, painted, options }: Weighs): Promise<Weighed> {
  const { engine, network } = await open();
  const styles = [{ picture: style, weight: 1 }];
  const objective = await wholeObjective(engine, { network, content, styles, options });
  const { costs, gradient } = await objective.evaluate(subtractMean(painted, network));
  await objective.dispose();
  const plane = gradient.length / 3;
  const lengths = new Float32Array(plane);
  for (let i = 0; i < plane; i++) {
    lengths[i] = Math.hypot(...[0, 1, 2].map((c) => gradient[c * plane + i] as number));
  }
  return { costs, gradient: lengths };
}
