/** Runs a graph of a tile over the tiles of a picture. */
import type { Engine } from '../../graph/engine.js';
import type { Node } from '../../graph/node.js';
import { input } from '../../graph/operations.js';
import { Program } from '../../graph/program.js';
import { type Tensors, tensor } from '../../graph/tensor.js';
import type { Network } from '../../networks/network.js';
import { Positional } from './positional.js';
import { cut, shapeOf, type Tile } from './tiles.js';

/** @returns outputs of the graph of a tile, whose region is `picture`, [1, 3, H, W] minus the network's mean. */
export type TileGraph = (picture: Node, tile: Tile, positional: Positional) => Readonly<Record<string, Node>>;

interface Loaded {
  readonly shape: string;
  readonly program: Program;
  readonly positional: Positional;
}

/** Keeps the program of one shape of tiles at a time, as each holds memory: run tiles of one shape in a row. */
export class TileRunner {
  #loaded: Loaded | undefined;

  constructor(
    readonly engine: Engine,
    readonly network: Network,
    readonly graph: TileGraph,
  ) {}

  /**
   * @param pixels of the whole picture, [3, H, W].
   * @param feeds inputs without positions.
   */
  async run(pixels: Float32Array, tile: Tile, feeds: Tensors = {}): Promise<Tensors> {
    const { program, positional } = await this.load(tile);
    const { region } = tile;
    const picture = tensor([1, 3, region.height, region.width], cut(pixels, tile.picture, region));
    return program.run({ ...feeds, ...positional.feeds(tile), picture });
  }

  /** Makes ready to run a tile. */
  async load(tile: Tile): Promise<Loaded> {
    const shape = shapeOf(tile);
    if (this.#loaded?.shape === shape) return this.#loaded;
    await this.dispose();
    const { region } = tile;
    const positional = new Positional(this.network, tile);
    const outputs = this.graph(input('picture', [1, 3, region.height, region.width]), tile, positional);
    const program = await Program.load(this.engine, outputs, this.network.tensors);
    this.#loaded = { shape, program, positional };
    return this.#loaded;
  }

  async dispose(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.program.dispose();
  }
}

/** Tiles with those of one shape in a row. */
export function byShape(tiles: readonly Tile[]): Tile[] {
  const shapes = new Map<string, Tile[]>();
  for (const tile of tiles) {
    const shape = shapeOf(tile);
    shapes.set(shape, [...(shapes.get(shape) ?? []), tile]);
  }
  return [...shapes.values()].flat();
}
