/**
 * The network in training: a VGG-shaped table of its own widths, and at every tap a linear map from its
 * channels to the teacher's. Its parameters vary from run to run, so they are plain inputs of the graph.
 */
import type { Node } from '#dist/core/graph/node.js';
import { averagePool, convolution, input, matmul, maxPool, relu, reshape } from '#dist/core/graph/operations.js';
import type { Shape, Tensors } from '#dist/core/graph/tensor.js';
import { type Convolution, type Network, vggTable } from '#dist/core/networks/network.js';
import type { Options } from '#dist/core/options/options.js';

/** Channels of each convolution, one inner list per block. */
export type Widths = readonly (readonly number[])[];

/** How a network pools: it learns under both. */
export type Pooling = Options['pooling'];
export const POOLINGS: readonly Pooling[] = ['average', 'max'];

/** The 2x2 pool of that kind. */
export const poolOf = (pooling: Pooling) => (pooling === 'max' ? maxPool : averagePool);

/** Layers whose features are decoded to the teacher's: those that presets take costs of. */
export const TAPS = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv4_2', 'conv5_1'] as const;

export interface Student {
  readonly convolutions: readonly Convolution[];
  /** Layers with a map. */
  readonly taps: readonly string[];
  /**
   * `<conv>.weight` [C', C, 3, 3] and `<conv>.bias` [C'] for every convolution, `<conv>.map` [T, C'] for every
   * tap: T are the teacher's channels. Changed in place while training.
   */
  readonly parameters: Tensors;
}

/** The shapes of all parameters, in the order in which they are kept. */
export function parameterShapes(
  widths: Widths,
  taps: readonly string[],
  teacher: Network,
): Readonly<Record<string, Shape>> {
  return Object.fromEntries(
    vggTable(widths).flatMap(({ name, inputChannels, outputChannels }) => [
      [`${name}.weight`, [outputChannels, inputChannels, 3, 3]],
      [`${name}.bias`, [outputChannels]],
      ...(taps.includes(name) ? [[`${name}.map`, [channelsOf(teacher, name), outputChannels]]] : []),
    ]),
  );
}

/** @throws RangeError where the network has no such layer. */
export function channelsOf(network: Network, layer: string): number {
  const found = network.convolutions.find(({ name }) => name === layer);
  if (!found) throw new RangeError(`Expected a layer of ${network.name} but received ${layer}.`);
  return found.outputChannels;
}

/** The parameters as inputs of a graph, under `student.<name>`. */
export function parameterInputs({ parameters }: Student): Record<string, Node> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, input(`student.${name}`, shape)]),
  );
}

/** What a run of such a graph is fed with. */
export function parameterFeeds({ parameters }: Student): Tensors {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`student.${name}`, value]));
}

/**
 * Decoded features [T, H' W'] of every tap.
 *
 * @param picture [1, 3, H, W], RGB in 0..255 minus the mean.
 * @param parameters from parameterInputs.
 */
export function decodedFeatures(
  picture: Node,
  student: Student,
  parameters: Readonly<Record<string, Node>>,
  pooling: Pooling,
): Record<string, Node> {
  const found = layersOf(picture, student.convolutions, parameters, pooling);
  return Object.fromEntries(
    student.taps.map((tap) => [tap, matmul(parameters[`${tap}.map`] as Node, flat(found[tap]?.output as Node))]),
  );
}

/** What a layer reads and what it makes of it, [1, C, H, W] each. */
export interface Layer {
  /** After the pool that stands before it, if one does. */
  readonly input: Node;
  /** Before its ReLU. */
  readonly sum: Node;
  readonly output: Node;
}

/** Every layer of a student whose parameters are nodes. */
export function layersOf(
  picture: Node,
  convolutions: readonly Convolution[],
  parameters: Readonly<Record<string, Node>>,
  pooling: Pooling,
): Record<string, Layer> {
  const pool = poolOf(pooling);
  const layers: Record<string, Layer> = {};
  let x = picture;
  let pooled = 0;
  for (const { name, pools } of convolutions) {
    const input = pools > pooled ? pool(x) : x;
    pooled = pools;
    const sum = convolution(input, parameters[`${name}.weight`] as Node, 1, parameters[`${name}.bias`] as Node);
    x = relu(sum);
    layers[name] = { input, sum, output: x };
  }
  return layers;
}

/** Features [1, C, H, W] as a matrix [C, H W]. */
export function flat(x: Node): Node {
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  return reshape(x, [channels, height * width]);
}
