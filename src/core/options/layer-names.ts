/** Names of layers in other programs. */
import { VGG19 } from '../networks/network.js';

/** torchvision's `features` of VGG-19 by index: each convolution, then its ReLU, and a pool after each block. */
const TORCHVISION: ReadonlyMap<string, string> = new Map(
  VGG19.flatMap(({ name, block }, i) => {
    const index = 2 * i + block - 1;
    return [
      [`features.${index}`, name],
      [`features.${index + 1}`, name],
    ];
  }),
);

/**
 * Our name of a layer, such as conv4_2, for those of other programs: relu4_2 and r42 (Caffe, Gatys), block4_conv2
 * (Keras), features.21 and features.22 (torchvision's VGG-19). All are the same features, as ours are taken after the
 * ReLU. Other names stay as they are.
 */
export function layerName(name: string): string {
  const [, block, layer] =
    /^(?:relu(\d)_|block(\d)_conv|r(\d))(\d)$/.exec(name)?.filter((part) => part !== undefined) ?? [];
  return block === undefined ? (TORCHVISION.get(name) ?? name) : `conv${block}_${layer}`;
}
