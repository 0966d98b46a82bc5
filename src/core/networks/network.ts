/**
 * Networks as data: VGG-19 (Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale
 * Image Recognition", ICLR 2015, table 1, column E) is five blocks of 3x3 convolutions, stride 1, zero
 * padding 1, ReLU after each, a 2x2 pool between blocks. Depth is the list of convolutions per block,
 * width the number of channels of each; any VGG-shaped network is such a table with its own numbers. Its pools may
 * also stand within blocks.
 */
import { GivernyError, show } from '../errors.js';
import type { Shape, Tensor, Tensors } from '../graph/tensor.js';

/** One 3x3 convolution with its ReLU; `name` also names its output, as in `conv4_2`. */
export interface Convolution {
  /** conv<block>_<index>, both from 1. */
  readonly name: string;
  readonly block: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** 2x2 pools between the picture and this convolution: its features have one position per 2^pools pixels of an axis. */
  readonly pools: number;
}

/** A VGG-shaped network ready to be built into a graph. */
export interface Network {
  /** What messages call it, such as "vgg19" or a file's name. */
  readonly name: string;
  /** SHA-256 of the canonical tensors, hex: identifies the network in recipes. */
  readonly hash: string;
  /** In order; each reads the one before it, after a pool where it has one pool more than that. */
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

/**
 * The convolutions of a VGG with the given channel counts: one inner list per block.
 *
 * @param pooled names of the convolutions that read a pool. Default: the first of each block but the first block.
 */
export function vggTable(widths: readonly (readonly number[])[], pooled?: readonly string[]): Convolution[] {
  let inputChannels = 3;
  let pools = 0;
  return widths.flatMap((block, b) =>
    block.map((outputChannels, i) => {
      const name = `conv${b + 1}_${i + 1}`;
      if (pooled ? pooled.includes(name) : b > 0 && i === 0) pools++;
      const convolution = { name, block: b + 1, inputChannels, outputChannels, pools };
      inputChannels = outputChannels;
      return convolution;
    }),
  );
}

/** Names of the convolutions that read a pool; undefined where these are the first of each block, as in VGG-19. */
export function pooledIn({ convolutions }: Pick<Network, 'convolutions'>): string[] | undefined {
  if (convolutions.every(({ block, pools }) => pools === block - 1)) return undefined;
  return convolutions.filter(({ pools }, i) => pools > (convolutions[i - 1]?.pools ?? 0)).map(({ name }) => name);
}

/** VGG-19: conv1_1 ... conv5_4. */
export const VGG19 = vggTable([
  [64, 64],
  [128, 128],
  [256, 256, 256, 256],
  [512, 512, 512, 512],
  [512, 512, 512, 512],
]);

/** With a pool between any two. A picture of 4096 pixels has but two left after 11 pools. */
const MAX_BLOCKS = 12;
const MAX_CONVOLUTIONS_PER_BLOCK = 64;
/** A Gram matrix of so many channels has 268 MB. */
export const MAX_CHANNELS = 8192;

/**
 * Reads the table off the tensors themselves, so that a network of any width or depth loads without
 * being declared, and checks every shape.
 *
 * @param pooled as vggTable takes it.
 * @throws GivernyError NETWORK_TENSOR where a tensor is missing or misshaped, or the network is too large;
 *   NETWORK_FORMAT where `pooled` names what no pool can stand before.
 */
export function networkOf(
  name: string,
  hash: string,
  tensors: Tensors,
  mean: readonly [number, number, number] = VGG_MEAN,
  pooled?: readonly string[],
): Network {
  const depths = depthsOf(name, tensors);
  const widths = Array.from(depths, (depth, b) =>
    Array.from({ length: depth ?? 1 }, (_, i) => channelsOf(name, tensors, `conv${b + 1}_${i + 1}.weight`)),
  );
  const convolutions = vggTable(widths, pooled);
  if (pooled) expectPoolable(name, convolutions, pooled);
  for (const { name: layer, inputChannels, outputChannels } of convolutions) {
    expectShape(name, tensors, `${layer}.weight`, [outputChannels, inputChannels, 3, 3]);
    expectShape(name, tensors, `${layer}.bias`, [outputChannels]);
    const tap = `${layer}.tap`;
    if (tensors[tap]) expectShape(name, tensors, tap, [channelsOf(name, tensors, tap), outputChannels, 1, 1]);
  }
  return { name, hash, convolutions, tensors, mean };
}

/** Whatever reads a pool must be a convolution behind the first, named once; and a picture bears so many pools. */
function expectPoolable(name: string, convolutions: readonly Convolution[], pooled: readonly string[]): void {
  const [first, ...others] = convolutions.map((convolution) => convolution.name);
  const proper = new Set(pooled).size === pooled.length && pooled.every((layer) => others.includes(layer));
  if (proper && pooled.length < MAX_BLOCKS) return;
  throw new GivernyError(
    'NETWORK_FORMAT',
    `Expected at most ${MAX_BLOCKS - 1} layers behind ${first}, each once, as pooled in ${name} but found ${show(pooled.join(','))}.`,
  );
}

/** The number of convolutions of each block, read off the names; blocks without any are left out of the array. */
function depthsOf(name: string, tensors: Tensors): number[] {
  const depths: number[] = [];
  const keys = Object.keys(tensors);
  for (const key of keys) {
    const match = /^conv([1-9]\d{0,2})_([1-9]\d{0,2})\.(?:weight|bias)$/.exec(key);
    if (!match) continue;
    const [block, index] = [Number(match[1]), Number(match[2])];
    if (block > MAX_BLOCKS || index > MAX_CONVOLUTIONS_PER_BLOCK) {
      throw new GivernyError(
        'NETWORK_TENSOR',
        `Expected at most ${MAX_BLOCKS} blocks of ${MAX_CONVOLUTIONS_PER_BLOCK} convolutions in ${name} but found ${key}.`,
      );
    }
    depths[block - 1] = Math.max(depths[block - 1] ?? 0, index);
  }
  if (depths.length === 0) {
    const found = keys.slice(0, 3).map(show).join(', ') || 'none';
    throw new GivernyError(
      'NETWORK_TENSOR',
      `Expected tensors named conv1_1.weight, conv1_1.bias ... in ${name} but found ${found}.`,
    );
  }
  return depths;
}

/** Output channels of a convolution or a tap. */
function channelsOf(name: string, tensors: Tensors, key: string): number {
  const [channels = 0] = need(name, tensors, key).shape;
  if (channels >= 1 && channels <= MAX_CHANNELS) return channels;
  throw new GivernyError(
    'NETWORK_TENSOR',
    `Expected 1 to ${MAX_CHANNELS} channels for ${key} in ${name} but found ${channels}.`,
  );
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
