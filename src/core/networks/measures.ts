/** What follows from a network's table: sizes of layers, receptive fields, work. */
import type { Size } from '../pictures/picture.js';
import type { Network } from './network.js';

/** Side in pixels of the square that a feature of a layer sees: 3x3 convolutions, 2x2 pools between some of them. */
export function receptiveFieldPx(network: Network, layer: string): number {
  let side = 1;
  let stride = 1;
  for (const { name, pools } of network.convolutions) {
    if (2 ** pools > stride) {
      side += stride;
      stride = 2 ** pools;
    }
    side += 2 * stride;
    if (name === layer) break;
  }
  return side;
}

/** Pixels from one position of a layer to the next, along each axis: each pool doubles it. */
export function layerStride(network: Network, layer: string): number {
  return 2 ** (network.convolutions.find(({ name }) => name === layer)?.pools ?? 0);
}

/** H' and W' of a layer's features of a picture: each pool halves, odd sides round up. */
export function layerSize(network: Pick<Network, 'convolutions'>, layer: string, { width, height }: Size): Size {
  const pools = network.convolutions.find(({ name }) => name === layer)?.pools ?? 0;
  const halved = (side: number) => Array.from({ length: pools }).reduce<number>((s) => Math.ceil(s / 2), side);
  return { width: halved(width), height: halved(height) };
}

/**
 * Pixels around a rectangle of a layer that its features see, on each side, beginning with what a convolution reads.
 * Pools add nothing where rectangles start at multiples of the layer's stride.
 *
 * @param first index of the convolution to begin with.
 */
export function haloPx(network: Network, layer: string, first = 0): number {
  const last = network.convolutions.findIndex(({ name }) => name === layer);
  return network.convolutions.slice(first, last + 1).reduce((sum, { name }) => sum + layerStride(network, name), 0);
}

/** The last of the layers whose weight is not 0; undefined where the network has none of them. */
export function deepestLayer(network: Network, weights: Readonly<Record<string, number>>): string | undefined {
  return network.convolutions.findLast(({ name }) => (weights[name] ?? 0) > 0)?.name;
}

/** Convolutions of at least this many channels on both sides are computed by Winograd's minimal filtering. */
const WIDE_CHANNELS = 96;
/**
 * The time that these take for each multiplication, relative to others. By it a step of VGG-19 takes 3.2 times the
 * pocket network's; 3.1 times were measured.
 */
const WIDE_SHARE = 0.15;

/**
 * Work per pixel of a picture, up to a layer: multiplications, those of wide convolutions by the time that they take.
 *
 * @param first index of the convolution to begin with.
 */
export function workPerPixel(network: Network, layer: string | undefined, first = 0): number {
  const last = network.convolutions.findIndex(({ name }) => name === layer);
  return network.convolutions.slice(first, last + 1).reduce((sum, { inputChannels, outputChannels, pools }) => {
    const share = Math.min(inputChannels, outputChannels) >= WIDE_CHANNELS ? WIDE_SHARE : 1;
    return sum + (share * 9 * inputChannels * outputChannels) / 4 ** pools;
  }, 0);
}

/**
 * Numbers of all features per pixel of a picture, up to a layer.
 *
 * @param first index of the convolution to begin with.
 */
export function featuresPerPixel(network: Network, layer: string | undefined, first = 0): number {
  const last = network.convolutions.findIndex(({ name }) => name === layer);
  return network.convolutions
    .slice(first, last + 1)
    .reduce((sum, { outputChannels, pools }) => sum + outputChannels / 4 ** pools, 0);
}
