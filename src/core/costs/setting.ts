/** What is known of a painting at one scale before anything is computed: its layers, and its areas. */
import { layerSize } from '../networks/measures.js';
import type { Network } from '../networks/network.js';
import type { Picture, Size } from '../pictures/picture.js';
import { areasOf, type Region, type Style } from './areas.js';
import type { Layer, Setting, Term } from './term.js';
import type { CostOptions } from './terms.js';

/** What a painting is made from at one scale. */
export interface Scene {
  readonly network: Network;
  readonly content: Picture;
  /** [H, W] of the content, 0..1: how far each pixel is there to be seen; all of them where left out. */
  readonly opacity?: Float32Array | undefined;
  /** Pictures of any size. */
  readonly styles: readonly Style[];
  /** Parts of the picture, by the names that styles go by. */
  readonly regions?: Readonly<Record<string, Region>> | undefined;
  readonly options: CostOptions;
}

/** @throws GivernyError OPTION_INVALID where styles and regions do not fit together, LAYER_UNKNOWN. */
export function settingOf(scene: Scene, terms: readonly Term[]): Setting {
  const { network, content, options } = scene;
  // The setting outlives the photo, which it need not keep in memory.
  const size = { width: content.width, height: content.height };
  return {
    pixels: size.width * size.height,
    areas: areasOf(scene, network, layersOf(terms), options),
    layer: (name) => layerOf(network, name, size),
  };
}

/** All layers that terms look at. */
export const layersOf = (terms: readonly Term[]) => [...new Set(terms.flatMap((term) => term.layers ?? []))];

/** A layer of the network for a picture of one size. */
export function layerOf(network: Network, name: string, size: Size): Layer {
  const { width, height } = layerSize(network, name, size);
  const own = network.convolutions.find((convolution) => convolution.name === name)?.outputChannels ?? 0;
  const dimensions = network.tensors[`${name}.tap`]?.shape[0] ?? own;
  const channels = network.costChannels?.[name] ?? dimensions;
  return { name, channels, dimensions, width, height, positions: width * height };
}
