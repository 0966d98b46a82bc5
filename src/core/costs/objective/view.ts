/** A picture as terms see it, or one tile of a picture. */
import type { Node } from '../../graph/node.js';
import { edgePad, reshape, slice } from '../../graph/operations.js';
import { contentOf, features, tapOf } from '../../networks/features.js';
import { layerStride } from '../../networks/measures.js';
import type { Network } from '../../networks/network.js';
import type { Options } from '../../options/options.js';
import type { Size } from '../../pictures/picture.js';
import { layerOf } from '../setting.js';
import type { LayerView, Setting, View } from '../term.js';
import { coreInRegion, type Rect, type Tile } from './tiles.js';

/** Where a view's nodes with positions come from. */
export type Fed = Pick<View, 'weights' | 'importance' | 'map'>;

/**
 * @param picture [1, 3, H, W] of the tile's region, minus the network's mean.
 * @param layers all that will be asked for.
 * @throws GivernyError LAYER_UNKNOWN.
 */
export function viewsOf(
  picture: Node,
  tile: Tile,
  network: Network,
  layers: readonly string[],
  options: Pick<Options, 'pooling' | 'padding'>,
): (setting: Pick<Setting, 'areas'>, fed: Fed) => View {
  const grids = features(picture, network, layers, options);
  const { width, height } = tile.picture;
  const core = coreInRegion(tile, 1);
  return ({ areas }, fed) => ({
    ...fed,
    areas,
    pixels: width * height,
    layer: (name) => {
      const grid = part(grids[name] as Node, coreInRegion(tile, layerStride(network, name)));
      return layerView(network, name, grid, tile.picture);
    },
    picture: (margin = 0) =>
      margin === 0
        ? part(picture, core)
        : part(edgePad(picture), { ...core, width: core.width + 2, height: core.height + 2 }),
  });
}

/** A rectangle of x [1, C, H, W]. */
function part(x: Node, { x: left, y: top, width, height }: Rect): Node {
  if (x.shape[2] === height && x.shape[3] === width) return x;
  return slice(x, [null, null, [top, top + height], [left, left + width]]);
}

/**
 * @param grid the layer's features at the positions of a view, [1, C, h, w].
 * @param size of the whole picture.
 */
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
