/**
 * VGG as torchvision and timm lay it out: `features.<n>.weight` and `.bias`, n counting convolutions,
 * ReLUs and pools. Input there is RGB in 0..1, minus a mean, over a standard deviation.
 */
import { show } from '../../errors.js';
import type { Tensor, Tensors } from '../../graph/tensor.js';
import { type NetworkFile, perChannel } from './canonical.js';
import { malformed } from './malformed.js';

const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

/** Whether a tensor of this name belongs to torchvision's convolutions. */
export function isTorchvisionName(name: string): boolean {
  return /^features\.(?:0|[1-9]\d{0,2})\.(?:weight|bias)$/.test(name);
}

/**
 * @param tensors `features.<n>.weight` [C', C, 3, 3] and `features.<n>.bias` [C']; others are ignored.
 * @throws GivernyError NETWORK_FORMAT where the layers are not those of a plain VGG.
 */
export function fromTorchvision(file: string, tensors: Tensors): Omit<NetworkFile, 'format' | 'metadata'> {
  const indices = Object.keys(tensors)
    .flatMap((name) => /^features\.(0|[1-9]\d{0,2})\.weight$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const canonical: Record<string, Tensor> = {};
  let block = 1;
  let inBlock = 0;
  let previous = -2;
  for (const index of indices) {
    const weight = tensors[`features.${index}.weight`] as Tensor;
    const bias = tensors[`features.${index}.bias`];
    if (weight.shape.length !== 4) {
      throw malformed(
        file,
        'convolutions without batch normalisation',
        `features.${index} of shape ${show(weight.shape)}`,
      );
    }
    if (!bias) throw malformed(file, `a tensor features.${index}.bias`, 'none');
    // Convolution, ReLU, convolution are 2 apart; with a pool between them, 3.
    const step = index - previous;
    if (step !== 2 && step !== 3) {
      throw malformed(file, 'convolution, ReLU and pool in turn as in VGG', `features.${index} after ${previous}`);
    }
    if (step === 3) block++;
    inBlock = step === 3 ? 1 : inBlock + 1;
    previous = index;
    const name = `conv${block}_${inBlock}`;
    canonical[`${name}.weight`] = name === 'conv1_1' ? foldNormalisation(weight) : weight;
    canonical[`${name}.bias`] = bias;
  }
  return { tensors: canonical, mean: perChannel((channel) => 255 * (MEAN[channel] as number)) };
}

/**
 * (x / 255 - m) / s = (x - 255 m) / (255 s): with 255 m as mean, the kernels of each input channel are
 * scaled by 1 / (255 s). Padding stays exact: a padded zero stands for x = 255 m on both sides.
 */
function foldNormalisation({ shape, data }: Tensor): Tensor {
  const kernel = (shape[2] ?? 0) * (shape[3] ?? 0);
  return {
    shape,
    data: data.map((value, i) => value / (255 * (DEVIATION[Math.floor(i / kernel) % 3] as number))),
  };
}
