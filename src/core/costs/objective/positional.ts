/** What is fed to a view with a value at each position: maps of targets, weights of areas, importance. */
import type { Node } from '../../graph/node.js';
import { input, reshape } from '../../graph/operations.js';
import { type Tensor, type Tensors, tensor } from '../../graph/tensor.js';
import { layerStride } from '../../networks/measures.js';
import type { Network } from '../../networks/network.js';
import { coreOf, cut, type Tile } from './tiles.js';

/** Inputs with positions, of which a tile is fed its own part. */
export class Positional {
  readonly #maps = new Map<string, { readonly stride: number; readonly whole: Tensor }>();

  constructor(
    readonly network: Network,
    readonly tile: Tile,
  ) {}

  /**
   * A map at the positions of the tile, [1, C, h, w].
   *
   * @param whole [1, C, H', W'] of the layer.
   */
  map(name: string, layer: string, whole: Tensor): Node {
    const stride = layerStride(this.network, layer);
    this.#maps.set(name, { stride, whole });
    const { width, height } = coreOf(this.tile, stride);
    return input(name, [1, whole.shape[1] as number, height, width]);
  }

  /**
   * One number per position as a row, [1, n].
   *
   * @param whole [1, N] of the layer, row by row.
   */
  row(name: string, layer: string, whole: Tensor): Node {
    const stride = layerStride(this.network, layer);
    const [width, height] = [this.tile.picture.width, this.tile.picture.height].map((side) => Math.ceil(side / stride));
    const map = this.map(name, layer, tensor([1, 1, height as number, width as number], whole.data));
    return reshape(map, [1, (map.shape[2] as number) * (map.shape[3] as number)]);
  }

  /** What a tile of the same shape is fed. */
  feeds(tile: Tile): Tensors {
    return Object.fromEntries(
      [...this.#maps].map(([name, { stride, whole }]) => {
        const [, channels, height, width] = whole.shape as readonly [number, number, number, number];
        const rect = coreOf(tile, stride);
        const data = cut(whole.data, { width, height }, rect);
        return [name, data === whole.data ? whole : tensor([1, channels, rect.height, rect.width], data)];
      }),
    );
  }
}
