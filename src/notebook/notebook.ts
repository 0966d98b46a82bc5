/**
 * The teaching notebook "Deep Learning & Art: Neural Style Transfer" function by function, under its own
 * names in camelCase, for its readers. Everything is computed by the same core as every other painting.
 *
 * It runs in browsers as well: `useEngine` says what it computes on. giverny/notebook in Node adds files to it (node.ts).
 *
 * Tensors are laid out as in the notebook: [1, nH, nW, nC], pictures RGB with the means subtracted.
 */
import { contentCost, layerStyleCost, squaredErrors } from '../core/costs/equations.js';
import { layerView } from '../core/costs/objective/view.js';
import { secondMoment } from '../core/costs/statistics/moments.js';
import { GivernyError } from '../core/errors.js';
import type { Engine } from '../core/graph/engine.js';
import type { Node } from '../core/graph/node.js';
import { add, gram, input, multiply, reshape, scale, sumTo, transpose } from '../core/graph/operations.js';
import { Program } from '../core/graph/program.js';
import { type Tensor, type Tensors, tensor } from '../core/graph/tensor.js';
import { features } from '../core/networks/features.js';
import { type Network, VGG_MEAN } from '../core/networks/network.js';
import { type OptionsInput, PRESETS, resolveOptions } from '../core/options/options.js';
import { paint } from '../core/painting/paint.js';
import { blend, notebookRandom, uniformNoise } from '../core/painting/start.js';
import { type Picture, picture } from '../core/pictures/picture.js';
import type { RandomState } from '../core/random.js';

export { fitPicture } from '../core/pictures/fit.js';
export { RandomState } from '../core/random.js';

/** The notebook's STYLE_LAYERS: layer names with their lambda. */
export const STYLE_LAYERS: readonly (readonly [string, number])[] = Object.entries(PRESETS.notebook.styleLayers);

/** The notebook's CONFIG. */
export const CONFIG = {
  IMAGE_WIDTH: 400,
  IMAGE_HEIGHT: 300,
  COLOR_CHANNELS: 3,
  NOISE_RATIO: 0.6,
  MEANS: VGG_MEAN,
  OUTPUT_DIR: 'output/',
} as const;

/** The engine that the functions compute on, made when the first of them needs it. */
let opened: Promise<Engine> | undefined;
let make: () => Engine | Promise<Engine> = () => {
  throw new GivernyError(
    'ENGINE_FAILED',
    'Expected an engine but there is none: call useEngine(createWebEngine()) first, or import giverny/notebook in Node.',
  );
};

/** Says what the functions compute on: an engine, or what makes one when it is needed. In Node that is the CPU. */
export function useEngine(engine: Engine | Promise<Engine> | (() => Engine | Promise<Engine>)): void {
  make = typeof engine === 'function' ? engine : () => engine;
  opened = undefined;
}

function engine(): Promise<Engine> {
  opened ??= Promise.resolve().then(make);
  return opened;
}

/** [1, H, W, C] to [1, C, H, W]. */
const channelsFirst = (node: Node) => transpose(node, [0, 3, 1, 2]);

/** The value of one node. */
async function evaluate(node: Node, feeds: Tensors, fixed: Tensors = {}): Promise<Tensor> {
  const program = await Program.load(await engine(), { value: node }, fixed);
  try {
    return (await program.run(feeds)).value as Tensor;
  } finally {
    await program.dispose();
  }
}

async function numberOf(node: Node, feeds: Tensors, fixed?: Tensors): Promise<number> {
  return (await evaluate(node, feeds, fixed)).data[0] as number;
}

/**
 * J_content = 1/(4 nH nW nC) * sum (aC - aG)^2.
 *
 * @param aC activations of the content picture, [1, nH, nW, nC].
 * @param aG activations of the generated picture, of the same shape.
 */
export function computeContentCost(aC: Tensor, aG: Tensor): Promise<number> {
  const errors = squaredErrors(channelsFirst(input('aC', aC.shape)), channelsFirst(input('aG', aG.shape)));
  const [, height, width, channels] = aG.shape as readonly [number, number, number, number];
  const cost = contentCost(errors, channels, height * width);
  return numberOf(cost, { aC, aG });
}

/**
 * G = A A' of A [nC, nH*nW]: [nC, nC].
 *
 * Small matrices are multiplied element by element, so that every product is rounded before it is added, as
 * numpy does it: the printed digits agree. A matrix product would round once per pair.
 */
export function gramMatrix(A: Tensor): Promise<Tensor> {
  const [channels, positions] = A.shape as [number, number];
  const a = input('A', A.shape);
  if (channels * channels * positions > SMALL) return evaluate(gram(a), { A });
  const products = multiply(reshape(a, [channels, 1, positions]), reshape(a, [1, channels, positions]));
  return evaluate(reshape(sumTo(products, [channels, channels, 1]), [channels, channels]), { A });
}

/** Products that may be held in memory one by one. */
const SMALL = 2 ** 20;

/**
 * J_style of a layer = 1/(4 nC^2 (nH nW)^2) * sum (GS - GG)^2.
 *
 * @param aS activations of the style picture, [1, nH, nW, nC].
 * @param aG activations of the generated picture, of the same shape.
 */
export function computeLayerStyleCost(aS: Tensor, aG: Tensor): Promise<number> {
  const gramOf = (name: string, { shape }: Tensor) => {
    const a = channelsFirst(input(name, shape));
    const [, channels, height, width] = a.shape as readonly [number, number, number, number];
    const positions = height * width;
    return secondMoment({ features: reshape(a, [channels, positions]), tap: undefined, positions });
  };
  return numberOf(layerStyleCost(gramOf('aS', aS), gramOf('aG', aG)), { aS, aG });
}

/**
 * J_style = sum over layers of lambda * J_style of the layer.
 *
 * @param styleImage, generatedImage [1, nH, nW, 3], as reshapeAndNormalizeImage makes them.
 */
export function computeStyleCost(
  model: Network,
  styleImage: Tensor,
  generatedImage: Tensor,
  styleLayers: readonly (readonly [layer: string, lambda: number])[] = STYLE_LAYERS,
): Promise<number> {
  const layers = styleLayers.map(([layer]) => layer);
  const of = (name: string, { shape }: Tensor) =>
    features(channelsFirst(input(name, shape)), model, layers, PRESETS.notebook);
  const style = of('styleImage', styleImage);
  const generated = of('generatedImage', generatedImage);
  const styleCostOf = (layer: string) => {
    const gramOf = (image: Tensor, a: Node) => {
      const [, height, width] = image.shape as [number, number, number];
      return secondMoment(layerView(model, layer, a, { width, height }));
    };
    const [gramS, gramG] = [gramOf(styleImage, style[layer] as Node), gramOf(generatedImage, generated[layer] as Node)];
    return layerStyleCost(gramS, gramG, model.costChannels?.[layer]);
  };
  const costs = styleLayers.map(([layer, lambda]) => scale(styleCostOf(layer), lambda));
  return numberOf(
    costs.reduce((a, b) => add(a, b)),
    { styleImage, generatedImage },
    model.tensors,
  );
}

/** J = alpha * J_content + beta * J_style. */
export function totalCost(JContent: number, JStyle: number, alpha = 10, beta = 40): number {
  return alpha * JContent + beta * JStyle;
}

/** A picture as the network takes it: [1, H, W, 3], 0..255 minus the means. */
export function reshapeAndNormalizeImage({ width, height, data }: Picture): Tensor {
  const plane = width * height;
  return tensor(
    [1, height, width, 3],
    Float32Array.from(
      { length: data.length },
      (_, i) => (data[(i % 3) * plane + Math.floor(i / 3)] as number) - mean(i % 3),
    ),
  );
}

/** The inverse of reshapeAndNormalizeImage. */
export function toPicture({ shape, data }: Tensor): Picture {
  const [, height, width] = shape as [number, number, number];
  const plane = width * height;
  return picture(
    width,
    height,
    data.map((_, i) => (data[3 * (i % plane) + Math.floor(i / plane)] as number) + mean(Math.floor(i / plane))),
  );
}

const mean = (channel: number) => VGG_MEAN[channel] as number;

/**
 * noise * noiseRatio + contentImage * (1 - noiseRatio), noise uniform in [-20, 20).
 *
 * @param contentImage [1, H, W, 3], as reshapeAndNormalizeImage makes it.
 * @param random by default the state of numpy's generator where the notebook, run from its top, calls this.
 */
export function generateNoiseImage(
  contentImage: Tensor,
  noiseRatio: number = CONFIG.NOISE_RATIO,
  random: RandomState = notebookRandom(PRESETS.notebook.seed),
): Tensor {
  const [, height, width] = contentImage.shape as [number, number, number];
  const planar = uniformNoise(random, width, height);
  const plane = width * height;
  const noise = planar.map((_, i) => planar[(i % 3) * plane + Math.floor(i / 3)] as number);
  return tensor(contentImage.shape, blend(noise, contentImage.data, noiseRatio));
}

const log = (line: string) => console.log(line);

export interface ModelNNOptions extends Omit<OptionsInput, 'size' | 'init' | 'steps' | 'preset'> {
  readonly numIterations?: number;
  /** Takes the pictures on the way and at the end, by the notebook's names for their files; nothing where left out. */
  readonly save?: (name: string, image: Tensor) => void | Promise<void>;
  /** Where its lines go; console.log by default. */
  readonly print?: (line: string) => void;
}

/**
 * The notebook's loop: Adam on the pixels; every 20 iterations prints the costs and saves <i>.png, at the end
 * generated_image.jpg.
 *
 * @param contentImage, styleImage, inputImage [1, H, W, 3]; painting starts from inputImage.
 * @returns the generated picture, [1, H, W, 3].
 */
export async function modelNN(
  model: Network,
  contentImage: Tensor,
  styleImage: Tensor,
  inputImage: Tensor,
  { numIterations = 200, save = () => {}, print = log, ...changes }: ModelNNOptions = {},
): Promise<Tensor> {
  const options = resolveOptions({ ...changes, preset: 'notebook', steps: numIterations });
  const job = {
    content: toPicture(contentImage),
    styles: [{ picture: toPicture(styleImage), weight: 1 }],
    start: toPicture(inputImage),
    network: model,
    options,
  };
  let generated = inputImage;
  for await (const { step, costs, picture: current } of paint(job, await engine())) {
    generated = reshapeAndNormalizeImage(current);
    if (step % 20 === 0) {
      print(`Iteration ${step} :`);
      print(`total cost = ${costs.total}`);
      print(`content cost = ${costs.content}`);
      print(`style cost = ${costs.style}`);
      await save(`${step}.png`, generated);
    }
  }
  await save('generated_image.jpg', generated);
  return generated;
}
