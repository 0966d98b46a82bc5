/** Looks through the network and paints with learners' costs. What runs here are graphs; their code stays in its frame. */

import { layerView } from '../../core/costs/objective/view.js';
import { wholeObjective } from '../../core/costs/objective/whole.js';
import { secondMoment } from '../../core/costs/statistics/moments.js';
import type { Node } from '../../core/graph/node.js';
import { input } from '../../core/graph/operations.js';
import { Program } from '../../core/graph/program.js';
import { type Tensor, type Tensors, tensor } from '../../core/graph/tensor.js';
import { features } from '../../core/networks/features.js';
import type { Network } from '../../core/networks/network.js';
import { subtractMean } from '../../core/networks/pixels.js';
import type { OptionsInput } from '../../core/options/options.js';
import { resolveOptions } from '../../core/options/options.js';
import { paint } from '../../core/painting/paint.js';
import type { Picture } from '../../core/pictures/picture.js';
import { createWebEngine, type WebEngine } from '../../engines/web.js';
import { termOf } from '../../workbook/plan.js';
import { openNetwork } from '../painting/parts.js';
import type { NetworkSource } from '../painting/protocol.js';
import { RUNTIME_FILES } from '../painting/runtime.js';
import { frameOf } from '../pictures/frame.js';
import type { Answer, Ask, Looks, Paints, Seen } from './protocol.js';

const MAPS = 12;
const GRAM_CHANNELS = 40;
/** Steps from one gradient that is shown to the next. */
const GRADIENT_EVERY = 20;

let engine: Promise<WebEngine> | undefined;
const networks = new Map<string, Promise<Network>>();

const open = (source: NetworkSource): Promise<Network> => {
  const name = source === 'pocket' ? source : source.name;
  const known = networks.get(name) ?? openNetwork(source);
  networks.set(name, known);
  return known;
};

/** The runtime takes one question at a time. */
let queue: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Ask>) => {
  queue = queue.then(() => reply(data));
};

const answer = (message: Answer) => self.postMessage(message);

async function reply(ask: Ask): Promise<void> {
  const { id } = ask;
  try {
    engine ??= createWebEngine({ device: ask.type === 'paint' ? 'auto' : 'wasm', runtimeFiles: RUNTIME_FILES });
    const network = await open(ask.network);
    if (ask.type === 'look') answer({ id, type: 'seen', seen: await look(ask, network, await engine) });
    else {
      await paintWith(id, ask, network, await engine);
      answer({ id, type: 'ended' });
    }
  } catch (error) {
    answer({ id, type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

async function look({ photo, style, layer }: Looks, network: Network, on: WebEngine): Promise<Seen> {
  const see = async (picture: Picture): Promise<Tensors> => {
    const shape = [1, 3, picture.height, picture.width];
    const a = features(input('picture', shape), network, [layer], { pooling: 'average', padding: 'zero' })[
      layer
    ] as Node;
    const view = layerView(network, layer, a, picture);
    const program = await Program.load(on, { a: view.mapped(), moment: secondMoment(view) }, network.tensors);
    const results = await program.run({ picture: tensor(shape, subtractMean(picture, network)) });
    await program.dispose();
    return results;
  };
  const [ofPhoto, ofStyle] = [await see(photo), await see(style)];
  const { shape, data } = ofPhoto.a as Tensor;
  const [, channels, height, width] = shape as readonly [number, number, number, number];
  const energy = (gram: Tensor, channel: number) => gram.data[channel * (channels + 1)] as number;
  const [gramPhoto, gramStyle] = [ofPhoto.moment as Tensor, ofStyle.moment as Tensor];
  const order = Array.from({ length: channels }, (_, channel) => channel).sort(
    (i, j) => energy(gramPhoto, j) + energy(gramStyle, j) - energy(gramPhoto, i) - energy(gramStyle, i),
  );
  const chosen = order.slice(0, GRAM_CHANNELS);
  const part = ({ data: gram }: Tensor) =>
    Float32Array.from(chosen.flatMap((row) => chosen.map((column) => gram[row * channels + column] as number)));
  return {
    layer,
    channels,
    width,
    height,
    maps: order.slice(0, MAPS).map((c) => data.slice(c * width * height, (c + 1) * width * height)),
    gramPhoto: part(gramPhoto),
    gramStyle: part(gramStyle),
    size: chosen.length,
    decoded: network.costChannels !== undefined,
  };
}

async function paintWith(id: number, ask: Paints, network: Network, on: WebEngine): Promise<void> {
  const { photo, style, plan, edition } = ask;
  const { knobs, events } = plan;
  const trained = events.filter(({ type }) => type === 'train').length;
  const options: OptionsInput = {
    preset: 'notebook',
    size: { width: photo.width, height: photo.height },
    contentLayers: { [knobs.contentLayer]: 1 },
    styleLayers: knobs.styleLayers,
    alpha: knobs.alpha,
    beta: knobs.beta,
    steps: edition === 'first' ? trained : knobs.iterations,
    learningRate: knobs.learningRate,
    init: knobs.noiseRatio,
    ...(edition === 'later' ? { pooling: 'max', clamp: 'yes' } : {}),
  };
  const job = { content: photo, styles: [{ picture: style, weight: 1 }], network, options };
  const terms = [termOf(plan)];
  const own = ask.compare ? paint(job, on) : undefined;
  const objective = await wholeObjective(
    on,
    { network, content: photo, styles: job.styles, options: resolveOptions(options) },
    terms,
  );
  try {
    for await (const { step, steps, costs, picture } of paint({ ...job, terms }, on)) {
      const reference = (await own?.next())?.value;
      const gradient =
        step % GRADIENT_EVERY === 0 ? (await objective.evaluate(subtractMean(picture, network))).gradient : undefined;
      answer({
        id,
        type: 'step',
        step,
        steps,
        costs,
        reference: reference ? reference.costs.total : undefined,
        frame: frameOf(picture),
        gradient: gradient && lengthsOf(gradient),
      });
    }
  } finally {
    await objective.dispose();
    await own?.return();
  }
}

function lengthsOf(gradient: Float32Array): Float32Array {
  const plane = gradient.length / 3;
  return Float32Array.from({ length: plane }, (_, i) =>
    Math.hypot(...[0, 1, 2].map((c) => gradient[c * plane + i] as number)),
  );
}
