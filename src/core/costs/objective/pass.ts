/** A stage's two passes over its tiles: measures and what the next stage reads, then the gradient. */
import type { Engine } from '../../graph/engine.js';
import { gradients } from '../../graph/gradient.js';
import type { Node } from '../../graph/node.js';
import { input } from '../../graph/operations.js';
import { type Shape, type Tensor, type Tensors, tensor } from '../../graph/tensor.js';
import { entering } from '../../networks/features.js';
import { layerStride } from '../../networks/measures.js';
import type { Scene } from '../setting.js';
import type { Join, Measures, Setting } from '../term.js';
import { type BoundTerm, fedOf } from './bound.js';
import { columnsOf, type Joined } from './join.js';
import type { Positional } from './positional.js';
import { TileRunner } from './runner.js';
import { readBy, readOf, type Stage } from './stages.js';
import { addAt, coreInRegion, coreOf, cut, paste, type Tile } from './tiles.js';
import { part, seenBy, viewsOf } from './view.js';

/** What the passes of all stages have in common. */
export interface Passed extends Pick<Scene, 'network' | 'options'> {
  readonly engine: Engine;
  readonly setting: Setting;
  readonly bound: readonly BoundTerm[];
  readonly joinOf: (measure: string) => Join;
}

/** A stage with its tiles. */
export interface Staged {
  readonly stage: Stage;
  readonly tiles: readonly Tile[];
  /** Its measures, as `<term>/<measure>`. */
  readonly own: ReadonlySet<string>;
  /** The stage that reads what it leaves. */
  readonly next: Stage | undefined;
}

/** Measures of a tile by `<term>/<measure>`. */
export function measuresOf(
  bound: readonly BoundTerm[],
  views: ReturnType<typeof viewsOf>,
  setting: Setting,
  positional: Positional,
): Measures {
  const all = bound.flatMap((one) =>
    Object.entries(one.term.measure(views(setting, fedOf(one, setting, positional)))).map(
      ([name, node]): [string, Node] => [`${one.term.name}/${name}`, node],
    ),
  );
  return Object.fromEntries(all);
}

/** Names of what a stage leaves to the next, and of gradients with respect to outputs. */
const LEFT = 'left';
const cotangentOf = (output: string) => `d ${output}`;

export class StagePass {
  readonly #forward: TileRunner;
  readonly #backward: TileRunner;
  /** The measures that the total cost depends on. */
  #moving: ReadonlySet<string> = new Set();
  /** How many columns each tile gave, for measures that stand side by side. */
  #counts: Readonly<Record<string, number>>[] = [];

  constructor(
    readonly passed: Passed,
    readonly staged: Staged,
  ) {
    const { engine, network } = passed;
    const { stage, own } = staged;
    this.#forward = new TileRunner(engine, network, stage, (...at) => this.#outputs(own, ...at));
    this.#backward = new TileRunner(engine, network, stage, (x, ...at) => {
      const outputs = Object.entries(this.#outputs(this.#moving, x, ...at));
      const cotangents = outputs.map(([name, { shape }]) => input(cotangentOf(name), shape));
      const nodes = outputs.map(([, node]) => node);
      return { gradient: gradients(nodes, [x], cotangents)[0] as Node };
    });
  }

  /** Some of the measures of a tile, and what it leaves. */
  #outputs(wanted: ReadonlySet<string>, x: Node, tile: Tile, positional: Positional): Measures {
    const { network, options, setting, bound } = this.passed;
    const { stage, next } = this.staged;
    const seen = seenBy(stage, x, network, options);
    const measures = measuresOf(bound, viewsOf(seen, stage, tile, network, elsewhere), setting, positional);
    const outputs = Object.fromEntries(Object.entries(measures).filter(([name]) => wanted.has(name)));
    if (!next) return outputs;
    const last = stage.last as string;
    const core = part(seen.grids[last] as Node, coreInRegion(tile, layerStride(network, last)));
    return { ...outputs, [LEFT]: entering(next.first, core, network, options.pooling) };
  }

  /**
   * The first pass.
   *
   * @param whole what the stage reads of the whole picture, [C, H, W].
   * @param joined takes the measures of its tiles.
   * @returns what it leaves to the next stage, [C', H', W']; of the last stage nothing.
   */
  async forward(whole: Float32Array, joined: Joined): Promise<Float32Array> {
    const { tiles, next } = this.staged;
    const size = readOf((tiles[0] as Tile).picture, next?.stride ?? 1);
    const left = new Float32Array(next ? next.channels * size.width * size.height : 0);
    this.#counts = [];
    for (const tile of tiles) {
      const { [LEFT]: own, ...measures } = await this.#forward.run(whole, tile);
      joined.add(measures);
      const counts = Object.entries(measures).map(([name, { shape }]) => [name, shape.at(-1) ?? 1] as const);
      this.#counts.push(Object.fromEntries(counts));
      if (own && next) paste(left, size, own.data, coreOf(tile, next.stride));
    }
    // Only one pass holds memory at a time.
    await this.#forward.dispose();
    return left;
  }

  /**
   * The second pass.
   *
   * @param whole as in the first.
   * @param cotangents gradients of the total cost with respect to the whole picture's measures.
   * @param ofLeft its gradient with respect to what the stage leaves, [C', H', W'].
   * @returns its gradient with respect to `whole`.
   */
  async backward(whole: Float32Array, cotangents: Tensors, ofLeft: Float32Array): Promise<Float32Array> {
    const { stage, tiles, own, next } = this.staged;
    const gradient = new Float32Array(whole.length);
    this.#moving = new Set([...own].filter((name) => cotangents[name]));
    if (this.#moving.size === 0 && !next) return gradient;
    const starts = new Map<string, number>();
    for (const [i, tile] of tiles.entries()) {
      const feeds = [...this.#moving].map((name): [string, Tensor] => {
        const all = cotangents[name] as Tensor;
        if (this.passed.joinOf(name) === 'sum') return [cotangentOf(name), all];
        const start = starts.get(name) ?? 0;
        const count = this.#counts[i]?.[name] as number;
        starts.set(name, start + count);
        return [cotangentOf(name), columnsOf(all, start, count)];
      });
      if (next) {
        const core = coreOf(tile, next.stride);
        const data = cut(ofLeft, readOf(tile.picture, next.stride), core);
        feeds.push([cotangentOf(LEFT), tensor([1, next.channels, core.height, core.width], data)]);
      }
      const { gradient: part } = await this.#backward.run(whole, tile, Object.fromEntries(feeds));
      const { region, size } = readBy(stage, tile);
      addAt(gradient, size, (part as Tensor).data, region);
    }
    await this.#backward.dispose();
    return gradient;
  }

  async dispose(): Promise<void> {
    await this.#forward.dispose();
    await this.#backward.dispose();
  }
}

/** Stands for what another stage computes, in measures that are not this one's. */
const elsewhere = (shape: Shape): Node => input('elsewhere', shape);
