/** A whole picture as terms see it. */
import type { Node } from '../graph/node.js';
import { edgePad, reshape } from '../graph/operations.js';
import { contentOf, features, tapOf } from '../networks/features.js';
import type { Network } from '../networks/network.js';
import type { Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';
import { layerOf } from './setting.js';
import type { LayerView, Setting, View } from './term.js';

/** Where a view's nodes with positions come from. */
export type Fed = Pick<View, 'weights' | 'importance' | 'map'>;

/**
 * @param picture [1, 3, H, W], minus the network's mean.
 * @param layers all that will be asked for.
 * @throws GivernyError LAYER_UNKNOWN.
 */
export function viewsOf(
  picture: Node,
  network: Network,
  layers: readonly string[],
  options: Pick<Options, 'pooling' | 'padding'>,
): (setting: Pick<Setting, 'areas'>, fed: Fed) => View {
  const grids = features(picture, network, layers, options);
  const [, , height, width] = picture.shape as readonly [number, number, number, number];
  return ({ areas }, fed) => ({
    ...fed,
    areas,
    pixels: width * height,
    layer: (name) => layerView(network, name, grids[name] as Node, { width, height }),
    picture: (margin = 0) => (margin === 0 ? picture : edgePad(picture)),
  });
}

/** @param grid the layer's features [1, C, H', W'] of a picture of `size`. */
export function layerView(network: Network, name: string, grid: Node, size: Size): LayerView {
  const [, channels, height, width] = grid.shape as readonly [number, number, number, number];
  return {
    ...layerOf(network, name, size),
    grid,
    features: reshape(grid, [channels, height * width]),
    tap: tapOf(network, name),
    mapped: () => contentOf(network, name, grid),
  };
}
