/**
 * VGG as Keras names it: `block1_conv1 ... block5_conv4`, kernels [3, 3, C, C'], input BGR minus the mean.
 * The names of the arrays below a layer differ between releases; a kernel is told from a bias by its rank.
 */
import { show } from '../../errors.js';
import { type Shape, sizeOf, type Tensor } from '../../graph/tensor.js';
import { MAX_CHANNELS, VGG_MEAN } from '../network.js';
import type { NetworkFile } from './canonical.js';
import { malformed } from './malformed.js';

/** The canonical name of the layer that a path such as `block1_conv2/kernel:0` lies in, if it is one. */
export function kerasLayer(path: string): string | undefined {
  const match = /(?:^|\/)block([1-9]\d{0,2})_conv([1-9]\d{0,2})(?=\/)/.exec(path);
  return match ? `conv${match[1]}_${match[2]}` : undefined;
}

/**
 * @param arrays by path, as in the file; those of other layers are ignored.
 * @throws GivernyError NETWORK_FORMAT where a layer's arrays are not a 3x3 kernel and a bias.
 */
export function fromKeras(
  file: string,
  arrays: Iterable<readonly [path: string, array: Tensor]>,
): Omit<NetworkFile, 'format' | 'metadata'> {
  const tensors: Record<string, Tensor> = {};
  for (const [path, array] of arrays) {
    const layer = kerasLayer(path);
    if (!layer) continue;
    const rank = array.shape.length;
    if (rank !== 4 && rank !== 1)
      throw malformed(file, `a kernel or a bias for ${show(path)}`, `shape ${show(array.shape)}`);
    const name = `${layer}.${rank === 4 ? 'weight' : 'bias'}`;
    if (tensors[name]) throw malformed(file, `one array for ${name}`, `another one at ${show(path)}`);
    tensors[name] = rank === 4 ? turnKernel(file, path, array, layer === 'conv1_1') : array;
  }
  if (Object.keys(tensors).length === 0) {
    throw malformed(file, 'layers block1_conv1, block1_conv2 ... as Keras names them', 'none');
  }
  return { tensors, mean: VGG_MEAN };
}

/** [3, 3, C, C'] to [C', C, 3, 3]; `flip` exchanges B and R of the input channels. */
function turnKernel(file: string, path: string, { shape, data }: Tensor, flip: boolean): Tensor {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = shape;
  if (height !== 3 || width !== 3) throw malformed(file, `a kernel [3, 3, C, C'] for ${show(path)}`, show(shape));
  // Without outputs a kernel has no numbers, and yet there could be inputs without end to go through.
  if (Math.min(inputs, outputs) < 1 || Math.max(inputs, outputs) > MAX_CHANNELS) {
    throw malformed(file, `1 to ${MAX_CHANNELS} channels for ${show(path)}`, show(shape));
  }
  const turned: Shape = [outputs, inputs, height, width];
  const result = new Float32Array(sizeOf(turned));
  let from = 0;
  for (let place = 0; place < 9; place++) {
    for (let input = 0; input < inputs; input++) {
      const channel = flip ? inputs - 1 - input : input;
      for (let output = 0; output < outputs; output++) {
        result[(output * inputs + channel) * 9 + place] = data[from++] as number;
      }
    }
  }
  return { shape: turned, data: result };
}
