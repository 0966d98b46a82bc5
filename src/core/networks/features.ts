/** A network as a graph: from a picture to the features of the layers asked for. */

import { GivernyError, show } from '../errors.js';
import type { Node } from '../graph/node.js';
import { averagePool, convolution, edgePad, fixedInput, maxPool, relu, reshape } from '../graph/operations.js';
import type { Options } from '../options/options.js';
import { layerStride } from './measures.js';
import { type Convolution, type Network, VGG19 } from './network.js';

/**
 * Features of `layers`, each [1, C, H', W'] after its ReLU and before its tap; nothing beyond the deepest of
 * them is built.
 * Weights are fixed inputs under the names of the network's tensors.
 *
 * @param picture [1, 3, H, W], RGB in 0..255 minus the network's mean.
 * @throws GivernyError LAYER_UNKNOWN.
 */
export function features(
  picture: Node,
  network: Network,
  layers: readonly string[],
  options: Pick<Options, 'pooling' | 'padding'>,
): Record<string, Node> {
  for (const layer of layers) layerIndex(network, layer);
  return featuresFrom(0, picture, network, layers, options);
}

/**
 * As features, beginning with any convolution; of layers before it there are none.
 *
 * @param first index of that convolution.
 * @param x what it reads: the picture, or features through `entering`.
 */
export function featuresFrom(
  first: number,
  x: Node,
  network: Network,
  layers: readonly string[],
  { pooling, padding }: Pick<Options, 'pooling' | 'padding'>,
): Record<string, Node> {
  const found: Record<string, Node> = {};
  const end = 1 + network.convolutions.findLastIndex(({ name }) => layers.includes(name));
  let before = x;
  for (const [i, { name }] of network.convolutions.slice(0, end).entries()) {
    if (i < first) continue;
    const frames = i === 0 && padding === 'replicate';
    // With zeros around it a picture seems to end in a dark frame; the network's later zeros stand for its mean.
    const read = frames ? edgePad(x) : i === first ? x : entering(i, before, network, pooling);
    const bias = tensorOf(network, `${name}.bias`);
    before = relu(convolution(read, tensorOf(network, `${name}.weight`), frames ? 0 : 1, bias));
    if (layers.includes(name)) found[name] = before;
  }
  return found;
}

/**
 * What a convolution reads: the features of the one before it, through the pool that stands between them, if any.
 *
 * @param index of the convolution, at least 1.
 */
export function entering(index: number, before: Node, network: Network, pooling: Options['pooling']): Node {
  const strideOf = (i: number) => layerStride(network, (network.convolutions[i] as Convolution).name);
  if (strideOf(index) === strideOf(index - 1)) return before;
  return pooling === 'max' ? maxPool(before) : averagePool(before);
}

/** What content costs are taken of: a layer's features, through its tap T where it has one, [1, C", H, W]. */
export function contentOf(network: Network, layer: string, a: Node): Node {
  const name = `${layer}.tap`;
  return network.tensors[name] ? convolution(a, tensorOf(network, name), 0) : a;
}

/** A layer's tap [C", C], where the network has one. */
export function tapOf(network: Network, layer: string): Node | undefined {
  const tap = network.tensors[`${layer}.tap`];
  return tap && reshape(tensorOf(network, `${layer}.tap`), tap.shape.slice(0, 2));
}

const tensorOf = (network: Network, name: string) => fixedInput(name, network.tensors[name]?.shape ?? []);

/**
 * Index of a layer among the convolutions. In a calibrated network costs can be taken of layers with a tap only.
 *
 * @throws GivernyError LAYER_UNKNOWN.
 */
export function layerIndex({ name, convolutions, tensors }: Network, layer: string): number {
  const tapped = convolutions.filter((convolution) => tensors[`${convolution.name}.tap`]);
  const index = convolutions.findIndex((convolution) => convolution.name === layer);
  if (index >= 0 && (tapped.length === 0 || tensors[`${layer}.tap`])) return index;
  const layers =
    tapped.length > 0 ? tapped.map((tap) => tap.name).join(', ') : `conv1_1 ... ${convolutions.at(-1)?.name}`;
  const remedy = VGG19.some((convolution) => convolution.name === layer)
    ? '; VGG-19 has it: giverny network pull vgg19'
    : '';
  throw new GivernyError(
    'LAYER_UNKNOWN',
    `Expected a layer of ${name} (${layers}) but received ${show(layer)}${remedy}.`,
  );
}
