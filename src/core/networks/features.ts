/** A network as a graph: from a picture to the features of the layers asked for. */

import { GivernyError, show } from '../errors.js';
import type { Node } from '../graph/node.js';
import { averagePool, convolution, edgePad, fixedInput, maxPool, relu, reshape } from '../graph/operations.js';
import type { Options } from '../options/options.js';
import { type Network, VGG19 } from './network.js';

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
  { pooling, padding }: Pick<Options, 'pooling' | 'padding'>,
): Record<string, Node> {
  if (layers.length === 0) return {};
  const pool = pooling === 'max' ? maxPool : averagePool;
  const deepest = Math.max(...layers.map((layer) => layerIndex(network, layer)));
  const found: Record<string, Node> = {};
  // With zeros around it a picture seems to end in a dark frame; the network's later zeros stand for its mean.
  let x = padding === 'replicate' ? edgePad(picture) : picture;
  let pools = 0;
  for (const [i, convolved] of network.convolutions.slice(0, deepest + 1).entries()) {
    const { name } = convolved;
    if (convolved.pools > pools) x = pool(x);
    pools = convolved.pools;
    const zeros = i === 0 && padding === 'replicate' ? 0 : 1;
    x = relu(convolution(x, tensorOf(network, `${name}.weight`), zeros, tensorOf(network, `${name}.bias`)));
    if (layers.includes(name)) found[name] = x;
  }
  return found;
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
