/** A picture as terms see it, or one tile of a picture. */
import type { Node } from '../../graph/node.js';
import { edgePad, reshape, slice } from '../../graph/operations.js';
import { type Shape, sizeOf } from '../../graph/tensor.js';
import { contentOf, featuresFrom, layerIndex, tapOf } from '../../networks/features.js';
import { layerStride } from '../../networks/measures.js';
import type { Convolution, Network } from '../../networks/network.js';
import type { Options } from '../../options/options.js';
import type { Size } from '../../pictures/picture.js';
import { layerOf } from '../setting.js';
import type { LayerView, Setting, View } from '../term.js';
import type { Stage } from './stages.js';
import { coreInRegion, coreOf, type Rect, type Tile } from './tiles.js';

/** Where a view's nodes with positions come from. */
export type Fed = Pick<View, 'weights' | 'importance' | 'map'>;

/** What a stage computes of a tile's region. */
export interface Seen {
  /** What it reads, [1, C, H, W]: for the first stage the picture minus the network's mean. */
  readonly x: Node;
  /** Features of its layers, and of its last. */
  readonly grids: Readonly<Record<string, Node>>;
}

/** @throws GivernyError LAYER_UNKNOWN. */
export function seenBy(
  { first, last, layers }: Stage,
  x: Node,
  network: Network,
  options: Pick<Options, 'pooling' | 'padding'>,
): Seen {
  for (const layer of layers) layerIndex(network, layer);
  return { x, grids: featuresFrom(first, x, network, last === undefined ? [] : [...layers, last], options) };
}

/**
 * What terms see of a tile.
 *
 * @param elsewhere takes the place of what another stage computes, by its shape.
 */
export function viewsOf(
  { x, grids }: Seen,
  { first, layers }: Stage,
  tile: Tile,
  network: Network,
  elsewhere: (shape: Shape) => Node = nowhere,
): (setting: Pick<Setting, 'areas'>, fed: Fed) => View {
  const { width, height } = tile.picture;
  const core = coreInRegion(tile, 1);
  const isHere = (name: string) => layers.includes(name);
  /** Stands for values of a layer that another stage computes. */
  const away = (name: string, channels: number) => {
    const own = coreOf(tile, layerStride(network, name));
    return elsewhere([1, channels, own.height, own.width]);
  };
  const gridOf = (name: string) => {
    if (isHere(name)) return part(grids[name] as Node, coreInRegion(tile, layerStride(network, name)));
    return away(name, (network.convolutions[layerIndex(network, name)] as Convolution).outputChannels);
  };
  let framed: Node | undefined;
  const pictureWith = (margin: number) => {
    if (first > 0) return elsewhere([1, 3, core.height + 2 * margin, core.width + 2 * margin]);
    if (margin === 0) return part(x, core);
    // One node for all terms: its gradient is folded once.
    framed ??= part(edgePad(x), { ...core, width: core.width + 2, height: core.height + 2 });
    return framed;
  };
  return ({ areas }, fed) => ({
    map: fed.map,
    // Of another stage's layer there are weights even where all positions count alike: what is made from them alone is
    // that stage's to measure.
    weights: (area, name) => {
      if (isHere(name)) return fed.weights(area, name);
      const weights = away(name, 1);
      return reshape(weights, [1, sizeOf(weights.shape)]);
    },
    importance: (name) => (isHere(name) ? fed.importance(name) : away(name, 1)),
    areas,
    pixels: width * height,
    layer: (name) => layerView(network, name, gridOf(name), tile.picture),
    picture: (margin = 0) => pictureWith(margin),
  });
}

function nowhere(): never {
  throw new RangeError("Expected a term to look at its own layers alone but it asked for another's.");
}

/** A rectangle of x [1, C, H, W]. */
export function part(x: Node, { x: left, y: top, width, height }: Rect): Node {
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
