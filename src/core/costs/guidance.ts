/** Masks as the layers of a network see them. */
import { GivernyError, show } from '../errors.js';
import type { Network } from '../networks/network.js';
import type { Size } from '../pictures/picture.js';

/**
 * The share of each feature's receptive field that lies in a region. The mask runs through the network's layers with a
 * mean in place of every convolution and pool, so that a pixel counts as often as it reaches the feature. Borders are
 * soft as far as features see across them. After the guidance channels of Gatys et al., "Controlling Perceptual Factors
 * in Neural Style Transfer" (CVPR 2017), section 4.
 *
 * Masks that sum to 1 at each pixel sum to 1 at each feature. Pixels outside the image do not count.
 *
 * @param mask [height, width], in 0..1.
 * @param size of the mask, in pixels: that of the picture the network sees.
 * @param layer such as `conv4_1`.
 * @returns [H', W'] of the layer's features [1, C, H', W'], in 0..1. Each pool makes H' = ceil(H / 2).
 * @throws GivernyError LAYER_UNKNOWN.
 */
export function maskAt(
  mask: Float32Array,
  size: Size,
  layer: string,
  { name: network, convolutions }: Pick<Network, 'name' | 'convolutions'>,
): Float32Array {
  const depth = convolutions.findIndex(({ name }) => name === layer);
  if (depth < 0) {
    throw new GivernyError(
      'LAYER_UNKNOWN',
      `Expected a layer of ${network} (conv1_1 ... ${convolutions.at(-1)?.name}) but received ${show(layer)}.`,
    );
  }
  let plane = mask;
  let { width, height } = size;
  let pools = 0;
  for (const convolution of convolutions.slice(0, depth + 1)) {
    if (convolution.pools > pools) {
      plane = means(plane, { width, height }, 2, [0, 1]);
      width = Math.ceil(width / 2);
      height = Math.ceil(height / 2);
      pools = convolution.pools;
    }
    plane = means(plane, { width, height }, 1, [-1, 0, 1]);
  }
  return plane;
}

/** Means over windows of both axes: every `stride` pixels, of the neighbours at `offsets` that are there. */
function means(plane: Float32Array, { width, height }: Size, stride: 1 | 2, offsets: readonly number[]): Float32Array {
  const [columns, rows] = [Math.ceil(width / stride), Math.ceil(height / stride)];
  const result = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const ys = offsets.map((offset) => row * stride + offset).filter((y) => y >= 0 && y < height);
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let count = 0;
      for (const offset of offsets) {
        const x = column * stride + offset;
        if (x < 0 || x >= width) continue;
        for (const y of ys) sum += plane[y * width + x] as number;
        count += ys.length;
      }
      result[row * columns + column] = sum / count;
    }
  }
  return result;
}
