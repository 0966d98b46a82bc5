/**
 * VGG as MatConvNet published it (imagenet-vgg-verydeep-19.mat): a cell `layers` of structs, whose fields
 * come in another order, and partly under other names, in the older release. Input RGB minus a mean.
 */
import { show } from '../../errors.js';
import { type Shape, sizeOf, type Tensor } from '../../graph/tensor.js';
import { VGG_MEAN } from '../network.js';
import { type Mean, type NetworkFile, perChannel } from './canonical.js';
import { malformed } from './malformed.js';
import { type MatValue, readMat5 } from './mat5.js';

/** A full mean image has 150528 numbers; a kernel may have more, a fully connected layer is of no use. */
const MAX_NUMBERS = 1_000_000;

/** @throws GivernyError NETWORK_FORMAT. */
export async function readMatConvNet(bytes: Uint8Array, file: string): Promise<Omit<NetworkFile, 'metadata'>> {
  const variables = await readMat5(bytes, file, {
    variable: (name) => ['layers', 'meta', 'normalization'].includes(name),
    numbers: (shape) => (shape[0] === 3 && shape[1] === 3) || sizeOf(shape) <= MAX_NUMBERS,
  });
  const layers = variables.get('layers');
  if (layers?.kind !== 'cell') {
    const names = [...variables.keys()].slice(0, 3).map(show);
    throw malformed(file, 'a cell of layers', names.join(', ') || 'no variables');
  }
  const tensors: Record<string, Tensor> = {};
  for (const layer of layers.items) {
    const name = textOf(fieldOf(layer, 'name'));
    if (textOf(fieldOf(layer, 'type')) !== 'conv' || !name || !/^conv\d{1,3}_\d{1,3}$/.test(name)) continue;
    const weights = fieldOf(layer, 'weights');
    const [kernel, bias] =
      weights?.kind === 'cell' ? weights.items : [fieldOf(layer, 'filters'), fieldOf(layer, 'biases')];
    if (kernel?.kind !== 'numbers' || bias?.kind !== 'numbers') {
      throw malformed(file, `a kernel and a bias for ${name}`, 'something else');
    }
    if (tensors[`${name}.weight`]) throw malformed(file, `one layer ${name}`, 'another one');
    tensors[`${name}.weight`] = { shape: kernelShape(file, name, kernel.shape), data: kernel.data };
    tensors[`${name}.bias`] = { shape: [bias.data.length], data: bias.data };
  }
  if (Object.keys(tensors).length === 0) throw malformed(file, 'layers conv1_1, conv1_2 ...', 'none');
  return { format: 'MatConvNet', tensors, mean: meanOf(variables) };
}

/**
 * MATLAB stores [3, 3, C, C'] with the first index running fastest, which read row by row is
 * [C', C, 3, 3] with height and width exchanged; and exchanged they are in these files, whose network
 * sees pictures on their side. So the numbers are in our order as they stand.
 */
function kernelShape(file: string, name: string, shape: Shape): Shape {
  // MATLAB drops trailing extents of 1.
  const [height, width, inputs = 1, outputs = 1, ...rest] = shape;
  if (height !== 3 || width !== 3 || rest.length > 0) {
    throw malformed(file, `a kernel [3, 3, C, C'] for ${name}`, show(shape));
  }
  return [outputs, inputs, 3, 3];
}

/** The mean of the newer release is three numbers under `meta`, that of the older a picture. */
function meanOf(variables: Map<string, MatValue>): Mean {
  const normalization = fieldOf(variables.get('meta'), 'normalization') ?? variables.get('normalization');
  const image = fieldOf(normalization, 'averageImage');
  if (image?.kind !== 'numbers' || image.data.length === 0 || image.data.length % 3 !== 0) return VGG_MEAN;
  return perChannel((channel) => {
    const pixels = image.data.length / 3;
    const plane = image.data.subarray(channel * pixels, (channel + 1) * pixels);
    // To the three decimals it was published with: single precision has 123.68 as 123.68000030517578.
    return Math.round((1000 * plane.reduce((sum, value) => sum + value, 0)) / pixels) / 1000;
  });
}

function fieldOf(value: MatValue | undefined, name: string): MatValue | undefined {
  const [item] = value?.kind === 'struct' ? value.items : [];
  return item && Object.hasOwn(item, name) ? item[name] : undefined;
}

function textOf(value: MatValue | undefined): string | undefined {
  return value?.kind === 'text' ? value.text : undefined;
}
