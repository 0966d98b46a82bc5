/**
 * Networks as data: VGG-19 (Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale
 * Image Recognition", ICLR 2015, table 1, column E) is five blocks of 3x3 convolutions, stride 1, zero
 * padding 1, ReLU after each, a 2x2 pool between blocks. Depth is the list of convolutions per block,
 * width the number of channels of each; any VGG-shaped network is such a table with its own numbers.
 */
import { GivernyError } from '../errors.js';
import type { Shape, Tensor, Tensors } from '../graph/tensor.js';

/** One 3x3 convolution with its ReLU; `name` also names its output, as in `conv4_2`. */
export interface Convolution {
  /** conv<block>_<index>, both from 1. */
  readonly name: string;
  readonly block: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
}

/** A VGG-shaped network ready to be built into a graph. */
export interface Network {
  /** What messages call it, such as "vgg19" or a file's name. */
  readonly name: string;
  /** SHA-256 of the canonical tensors, hex: identifies the network in recipes. */
  readonly hash: string;
  /** In order; each reads the one before it, after a pool where the block changes. */
  readonly convolutions: readonly Convolution[];
  /**
   * `<conv>.weight` [C', C, 3, 3] and `<conv>.bias` [C'] for every convolution. Input is RGB in 0..255
   * minus `mean`. A network may also have `<conv>.tap` [C", C', 1, 1]: a 1x1 map applied to the features
   * of that layer before costs are taken of them.
   */
  readonly tensors: Tensors;
  /** Mean of R, G, B in 0..255, subtracted from the picture. */
  readonly mean: readonly [number, number, number];
  /**
   * Channels nC that costs of a layer are divided by, where they are not the layer's own: a network calibrated
   * against a wider one names that one's, so that its costs are on the same scale.
   */
  readonly costChannels?: Readonly<Record<string, number>>;
}

/** Mean of ImageNet as VGG was trained with, R, G, B. */
export const VGG_MEAN = [123.68, 116.779, 103.939] as const;

/** The convolutions of a VGG with the given channel counts: one inner list per block. */
export function vggTable(widths: readonly (readonly number[])[]): Convolution[] {
  let inputChannels = 3;
  return widths.flatMap((block, b) =>
    block.map((outputChannels, i) => {
      const convolution = { name: `conv${b + 1}_${i + 1}`, block: b + 1, inputChannels, outputChannels };
      inputChannels = outputChannels;
      return convolution;
    }),
  );
}

/** VGG-19: conv1_1 ... conv5_4. */
export const VGG19 = vggTable([
  [64, 64],
  [128, 128],
  [256, 256, 256, 256],
  [512, 512, 512, 512],
  [512, 512, 512, 512],
]);

/**
 * Reads the table off the tensors themselves, so that a network of any width or depth loads without
 * being declared, and checks every shape.
 *
 * @throws GivernyError NETWORK_TENSOR where a tensor is missing or misshaped.
 */
export function networkOf(
  name: string,
  hash: string,
  tensors: Tensors,
  mean: readonly [number, number, number] = VGG_MEAN,
): Network {
  const names = Object.keys(tensors)
    .map((key) => /^conv(\d{1,3})_(\d{1,3})\.(?:weight|bias)$/.exec(key))
    .filter((match) => match !== null)
    .map((match) => ({ block: Number(match[1]), index: Number(match[2]) }));
  if (names.length === 0) {
    throw new GivernyError(
      'NETWORK_TENSOR',
      `Expected tensors named conv1_1.weight, conv1_1.bias ... in ${name} but found ${Object.keys(tensors).slice(0, 3).join(', ') || 'none'}.`,
    );
  }
  const blocks = Math.max(...names.map((n) => n.block));
  const widths: number[][] = [];
  for (let block = 1; block <= blocks; block++) {
    const depth = Math.max(1, ...names.filter((n) => n.block === block).map((n) => n.index));
    widths.push(
      Array.from({ length: depth }, (_, i) => need(name, tensors, `conv${block}_${i + 1}.weight`).shape[0] ?? 0),
    );
  }
  const convolutions = vggTable(widths);
  for (const { name: layer, inputChannels, outputChannels } of convolutions) {
    expectShape(name, tensors, `${layer}.weight`, [outputChannels, inputChannels, 3, 3]);
    expectShape(name, tensors, `${layer}.bias`, [outputChannels]);
    const tap = tensors[`${layer}.tap`];
    if (tap) expectShape(name, tensors, `${layer}.tap`, [tap.shape[0] ?? 0, outputChannels, 1, 1]);
  }
  return { name, hash, convolutions, tensors, mean };
}

function need(name: string, tensors: Tensors, key: string): Tensor {
  const tensor = tensors[key];
  if (!tensor) throw new GivernyError('NETWORK_TENSOR', `Expected a tensor ${key} in ${name} but it has none.`);
  return tensor;
}

function expectShape(name: string, tensors: Tensors, key: string, shape: Shape): void {
  const found = need(name, tensors, key).shape;
  if (found.length !== shape.length || found.some((extent, i) => extent !== shape[i])) {
    throw new GivernyError(
      'NETWORK_TENSOR',
      `Expected shape [${shape.join(', ')}] for ${key} in ${name} but found [${found.join(', ')}].`,
    );
  }
}
