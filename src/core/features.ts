/** A network as a graph: from a picture to the features of the layers asked for. */
import { GivernyError, show } from './errors.js';
import type { Node } from './graph/node.js';
import { averagePool, convolution, fixedInput, maxPool, relu } from './graph/operations.js';
import type { Network } from './network.js';
import type { Options } from './options.js';

/**
 * Features of `layers`, each [1, C, H', W'] after its ReLU; nothing beyond the deepest of them is built.
 * Weights are fixed inputs under the names of the network's tensors.
 *
 * @param picture [1, 3, H, W], RGB in 0..255 minus the network's mean.
 * @throws GivernyError LAYER_UNKNOWN.
 */
export function features(
  picture: Node,
  network: Network,
  layers: readonly string[],
  pooling: Options['pooling'],
): Record<string, Node> {
  const pool = pooling === 'max' ? maxPool : averagePool;
  const weight = (name: string) => fixedInput(name, network.tensors[name]?.shape ?? []);
  const deepest = Math.max(...layers.map((layer) => depth(network, layer)));
  const found: Record<string, Node> = {};
  let x = picture;
  let block = 1;
  for (const convolutionLayer of network.convolutions.slice(0, deepest + 1)) {
    const { name } = convolutionLayer;
    if (convolutionLayer.block !== block) x = pool(x);
    block = convolutionLayer.block;
    x = relu(convolution(x, weight(`${name}.weight`), 1, weight(`${name}.bias`)));
    if (layers.includes(name)) {
      found[name] = network.tensors[`${name}.tap`] ? convolution(x, weight(`${name}.tap`), 0) : x;
    }
  }
  return found;
}

function depth(network: Network, layer: string): number {
  const index = network.convolutions.findIndex(({ name }) => name === layer);
  if (index < 0) {
    const { name: last } = network.convolutions.at(-1) ?? { name: 'none' };
    throw new GivernyError(
      'LAYER_UNKNOWN',
      `Expected a layer of ${network.name} (conv1_1 ... ${last}) but received ${show(layer)}.`,
    );
  }
  return index;
}
