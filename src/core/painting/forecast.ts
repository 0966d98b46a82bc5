/** What a painting will take, before it begins. */
import { deepestLayer, featuresPerPixel } from '../networks/measures.js';
import type { Network } from '../networks/network.js';
import type { Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';

/** What the program takes without any picture. */
const BASE_BYTES = 0.5e9;
/** Bytes for each byte of weights: the file, its tensors, and kernels transformed for Winograd on both sides. */
const PER_WEIGHT_BYTE = 10;
/** Numbers held for each number of the features: features, gradients, work space, pictures and the optimiser. */
const PER_FEATURE = 3.5;

/**
 * Memory of the whole process while it paints at one scale, in bytes. The constants were fitted to whole paintings of
 * the pocket network at 1024x768, 1536x1152 and 2048x1536 and of VGG-19 at 1024x768 (2.3, 4.7, 7.1 and 4.9 GB).
 */
export function forecastBytes(
  { width, height }: Size,
  network: Network,
  { contentLayers, styleLayers }: Pick<Options, 'contentLayers' | 'styleLayers'>,
): number {
  const layer = deepestLayer(network, { ...contentLayers, ...styleLayers });
  const weightBytes = Object.values(network.tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  return (
    BASE_BYTES + PER_WEIGHT_BYTE * weightBytes + PER_FEATURE * 4 * width * height * featuresPerPixel(network, layer)
  );
}
