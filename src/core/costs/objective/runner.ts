/** Runs a graph of a tile over the tiles of a picture. */
import type { Engine } from '../../graph/engine.js';
import type { Node } from '../../graph/node.js';
import { input } from '../../graph/operations.js';
import { Program } from '../../graph/program.js';
import { type Shape, type Tensors, tensor } from '../../graph/tensor.js';
import type { Network } from '../../networks/network.js';
import { Positional } from './positional.js';
import { readBy, type Stage } from './stages.js';
import { cut, shapeOf, type Tile } from './tiles.js';

/** @returns outputs of the graph of a tile; x [1, C, H, W] is what its stage reads of its region. */
export type TileGraph = (x: Node, tile: Tile, positional: Positional) => Readonly<Record<string, Node>>;

/** The name of the input x. */
const READ = 'read';

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
    readonly reads: Pick<Stage, 'stride' | 'channels'>,
    readonly graph: TileGraph,
  ) {}

  /**
   * @param whole what the stage reads of the whole picture, [C, H, W]: the picture's pixels, or features.
   * @param feeds inputs without positions.
   */
  async run(whole: Float32Array, tile: Tile, feeds: Tensors = {}): Promise<Tensors> {
    const { program, positional } = await this.load(tile);
    const { region, size } = readBy(this.reads, tile);
    const x = tensor(this.#shape(tile), cut(whole, size, region));
    return program.run({ ...feeds, ...positional.feeds(tile), [READ]: x });
  }

  #shape(tile: Tile): Shape {
    const { width, height } = readBy(this.reads, tile).region;
    return [1, this.reads.channels, height, width];
  }

  /** Makes ready to run a tile. */
  async load(tile: Tile): Promise<Loaded> {
    const shape = shapeOf(tile);
    if (this.#loaded?.shape === shape) return this.#loaded;
    await this.dispose();
    const positional = new Positional(this.network, tile);
    const outputs = this.graph(input(READ, this.#shape(tile)), tile, positional);
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
