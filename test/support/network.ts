/** Small seeded networks, made in the test. */

import { type Tensor, tensor } from '../../src/core/graph/tensor.js';
import { type Network, networkOf, VGG_MEAN, vggTable } from '../../src/core/networks/network.js';
import { seededNumbers } from './random.js';

/** VGG-19's depth to conv5_1; the third block is wide enough for Winograd convolutions. */
const WIDTHS = [[8, 8], [12, 12], [96, 96, 24, 24], [16, 16, 16, 16], [16]];

/** Pools before the convolutions that no costs are taken of by default. */
export const EARLY_POOLS = ['conv1_2', 'conv2_2', 'conv3_2', 'conv4_3'];

/** A network whose features keep their size from layer to layer (He's initialisation). */
export function smallNetwork(
  widths: readonly (readonly number[])[] = WIDTHS,
  seed = 1,
  pooled?: readonly string[],
): Network {
  const numbers = seededNumbers(seed);
  const tensors: Record<string, Tensor> = {};
  for (const { name, inputChannels, outputChannels } of vggTable(widths)) {
    const bound = Math.sqrt(6 / (9 * inputChannels));
    const draw = (shape: readonly number[], size: number) => {
      const value = tensor(shape);
      for (let i = 0; i < value.data.length; i++) value.data[i] = (numbers() * 2 - 1) * size;
      return value;
    };
    tensors[`${name}.weight`] = draw([outputChannels, inputChannels, 3, 3], bound);
    tensors[`${name}.bias`] = draw([outputChannels], 5);
  }
  return networkOf('small', 'seeded', tensors, VGG_MEAN, pooled);
}
