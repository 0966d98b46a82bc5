/**
 * How a network is cut for tiles. Halos of a tile must be as wide as its features see: 70 pixels for conv5_1, most of
 * them for the deep layers, most of the work for the shallow ones. So pictures go in tiles through the shallow layers
 * alone, with halos of 22 pixels; the features that these leave to the deep layers are small enough to be held of the
 * whole picture, and go in larger tiles of their own through the rest.
 */
import { featuresPerPixel, haloPx, layerStride } from '../../networks/measures.js';
import type { Network } from '../../networks/network.js';
import type { Size } from '../../pictures/picture.js';
import { type Halo, positionsOf, type Rect, type Tile, tilesOf } from './tiles.js';

/** A run of convolutions that goes over a picture in tiles of its own. */
export interface Stage {
  /** Index of its first convolution. */
  readonly first: number;
  /** Name of its last; undefined where it has none. */
  readonly last: string | undefined;
  /** Those of the layers looked at that it computes. */
  readonly layers: readonly string[];
  /** Channels of what it reads, and pixels from one position of it to the next: 3 and 1 where that is the picture. */
  readonly channels: number;
  readonly stride: number;
  readonly halo: Halo;
}

/** All layers in one stage. */
export function wholeStage(network: Network, layers: readonly string[]): Stage {
  const last = deepestOf(network, layers);
  return { first: 0, last, layers, channels: 3, stride: 1, halo: haloOf(network, layers, last, 0) };
}

/** The features that are held of the whole picture have a position for so many pixels along each axis. */
const CUT_STRIDE = 8;

/** Two stages, the second of which reads what the first leaves; or one where no layer is deep. */
export function stagesOf(network: Network, layers: readonly string[]): readonly Stage[] {
  const { convolutions } = network;
  const isDeep = (layer: string) => layerStride(network, layer) >= CUT_STRIDE;
  const first = convolutions.findIndex(({ name }) => isDeep(name));
  const deep = layers.filter(isDeep);
  const [before, behind] = [convolutions[first - 1], convolutions[first]];
  if (deep.length === 0 || !before || !behind) return [wholeStage(network, layers)];
  const last = deepestOf(network, deep);
  const shallow = { ...wholeStage(network, layers), last: before.name, layers: layers.filter((name) => !isDeep(name)) };
  return [
    { ...shallow, halo: haloOf(network, layers, before.name, 0) },
    {
      first,
      last,
      layers: deep,
      channels: behind.inputChannels,
      stride: layerStride(network, behind.name),
      halo: haloOf(network, layers, last, first),
    },
  ];
}

const deepestOf = ({ convolutions }: Network, layers: readonly string[]) =>
  convolutions.findLast(({ name }) => layers.includes(name))?.name;

/** @param all layers that any stage looks at: cores of all stages hold whole positions of each. */
function haloOf(network: Network, all: readonly string[], last: string | undefined, first: number): Halo {
  const deepest = last === undefined ? 1 : layerStride(network, last);
  // Total variation looks at one pixel more, even without layers.
  const reach = Math.max(1, last === undefined ? 0 : haloPx(network, last, first));
  const stride = Math.max(1, ...all.map((layer) => layerStride(network, layer)));
  return { stride, px: deepest * Math.ceil(reach / deepest) };
}

/** Tiles of each stage, so large that those of all stages take about the same memory. */
export function tilesByStage(
  picture: Size,
  network: Network,
  stages: readonly Stage[],
  coreSidePx: number,
): readonly { readonly stage: Stage; readonly tiles: readonly Tile[] }[] {
  const featuresOf = ({ last, first }: Stage) => featuresPerPixel(network, last, first);
  return stages.map((stage) => {
    const larger = stage.first === 0 ? 1 : Math.sqrt(featuresOf(stages[0] as Stage) / featuresOf(stage));
    return { stage, tiles: tilesOf(picture, stage.halo, larger * coreSidePx) };
  });
}

/** What a stage reads of a tile's region, and the whole of it, in positions. */
export function readBy({ stride }: Pick<Stage, 'stride'>, { region, picture }: Tile): { region: Rect; size: Size } {
  return { region: positionsOf(region, picture, stride), size: readOf(picture, stride) };
}

/** Positions along each axis of what a stage reads. */
export const readOf = ({ width, height }: Size, stride: number): Size => ({
  width: Math.ceil(width / stride),
  height: Math.ceil(height / stride),
});
