/**
 * Costs and gradient of a picture in tiles, for pictures that do not fit into memory whole. Measures add up, so that
 * J(x) = f(sum over tiles of m(tile)) exactly: a first pass takes the measures of every tile, a small graph turns
 * their sum into the costs and dJ/dm, and a second pass takes the gradient of <m(tile), dJ/dm> with respect to every
 * tile's pixels. Nothing is approximated: there are no seams, and the gradient is the whole graph's to rounding.
 */
import type { Engine } from '../../graph/engine.js';
import { gradients } from '../../graph/gradient.js';
import { type Node, topologicalOrder } from '../../graph/node.js';
import { input } from '../../graph/operations.js';
import { Program } from '../../graph/program.js';
import type { Shape, Tensor, Tensors } from '../../graph/tensor.js';
import type { Network } from '../../networks/network.js';
import type { Size } from '../../pictures/picture.js';
import { layersOf, type Scene, settingOf } from '../setting.js';
import type { Join, Setting, Term } from '../term.js';
import { termsOf } from '../terms.js';
import { type BoundTerm, boundTerms, fedOf, judged } from './bound.js';
import { columnsOf, Joined, joinsBy } from './join.js';
import type { Costs, Objective } from './objective.js';
import { byShape, type TileGraph, TileRunner } from './runner.js';
import { type Keep, sourcesOf } from './sources.js';
import { addAt, haloOf, tilesOf } from './tiles.js';
import { viewsOf } from './view.js';
import { numbersOf } from './whole.js';

/**
 * How many times as long as in the second pass the sides of a tile with its halo are in the first, which holds half of
 * the memory for each pixel: so both passes take the same. Larger tiles waste less on halos.
 */
const FORWARD_SIDES = 1.4;

/** The most that a tile of the first pass may measure along each axis without its halo, as coreSidePx in the second. */
export function forwardSidePx(network: Network, layers: readonly string[], coreSidePx: number): number {
  const { near, far } = haloOf(network, layers);
  return FORWARD_SIDES * (coreSidePx + near + far) - near - far;
}

/**
 * As wholeObjective, in tiles.
 *
 * @param coreSidePx the most that a tile of the second pass may measure along each axis, without its halo.
 * @throws GivernyError as wholeObjective.
 */
export async function tiledObjective(
  engine: Engine,
  scene: Scene,
  coreSidePx: number,
  terms: readonly Term[] = termsOf(scene.options),
  keep?: Keep,
): Promise<Objective> {
  const { network, options } = scene;
  const setting = settingOf(scene, terms);
  const layers = layersOf(terms);
  // Measures that stand side by side must come in the same order from both passes.
  const isSummed = terms.every(({ join = 'sum' }) => join === 'sum');
  const largerPx = forwardSidePx(network, layers, coreSidePx);
  const sources = sourcesOf(engine, scene, setting, { keep, coreSidePx: largerPx });
  const bound = await boundTerms(terms, setting, sources);
  // The photo itself is not needed any more: of a large painting it is a tenth of the memory.
  const size: Size = { width: scene.content.width, height: scene.content.height };
  const forwardTiles = byShape(tilesOf(size, network, layers, isSummed ? largerPx : coreSidePx));
  const tiles = byShape(tilesOf(size, network, layers, coreSidePx));
  const joinOf = (measure: string): Join => {
    const term = terms.find(({ name }) => measure.startsWith(`${name}/`));
    return joinsBy(term?.join)(measure.slice((term?.name.length ?? 0) + 1));
  };

  /** Measures of a tile by `<term>/<measure>`. */
  const measuresOf = (of: readonly BoundTerm[], ...[picture, tile, positional]: Parameters<TileGraph>) => {
    const views = viewsOf(picture, tile, network, layers, options);
    const all = of.flatMap((one) =>
      Object.entries(one.term.measure(views(setting, fedOf(one, setting, positional)))).map(
        ([name, node]): [string, Node] => [`${one.term.name}/${name}`, node],
      ),
    );
    return Object.fromEntries(all);
  };
  const forward = new TileRunner(engine, network, (...at) => measuresOf(bound, ...at));
  let judge: Judge | undefined;
  const backward = new TileRunner(engine, network, (picture, ...at) => {
    const weighted = bound.filter(({ weight }) => weight !== 0);
    const measures = Object.entries(measuresOf(weighted, picture, ...at)).filter(([name]) => judge?.moves.has(name));
    const outputs = measures.map(([, node]) => node);
    const cotangents = measures.map(([name, { shape }]) => input(cotangentOf(name), shape));
    return { gradient: gradients(outputs, [picture], cotangents)[0] as Node };
  });

  return {
    evaluate: async (pixels) => {
      const joined = new Joined(joinOf);
      // How many columns each tile gave, for measures that stand side by side.
      const counts: Readonly<Record<string, number>>[] = [];
      for (const tile of forwardTiles) {
        const measures = await forward.run(pixels, tile);
        joined.add(measures);
        counts.push(mapValues(measures, ({ shape }) => shape.at(-1) ?? 1));
      }
      // Only one pass holds memory at a time.
      await forward.dispose();
      const measures = joined.measures();
      judge ??= await judgeOf(
        engine,
        bound,
        setting,
        mapValues(measures, ({ shape }) => shape),
      );
      const { costs, cotangents } = await judge.run(measures);
      const gradient = new Float32Array(pixels.length);
      const next = new Map<string, number>();
      for (const [i, tile] of tiles.entries()) {
        const feeds = Object.entries(cotangents).map(([name, whole]): [string, Tensor] => {
          if (joinOf(name) === 'sum') return [cotangentOf(name), whole];
          const start = next.get(name) ?? 0;
          const count = counts[i]?.[name] as number;
          next.set(name, start + count);
          return [cotangentOf(name), columnsOf(whole, start, count)];
        });
        const own = (await backward.run(pixels, tile, Object.fromEntries(feeds))).gradient as Tensor;
        addAt(gradient, size, own.data, tile.region);
      }
      await backward.dispose();
      return { costs, gradient };
    },
    dispose: async () => {
      await forward.dispose();
      await backward.dispose();
      await judge?.dispose();
    },
  };
}

/** What loading each shape of tile adds to a step, measured at 1536x1024 with tiles of 512 and 1024 pixels. */
const LOADING = 1.38;

/**
 * How many times the whole graph's time a step in tiles takes: the network runs forward twice and backward once, over
 * tiles with their halos.
 */
export function tiledShare(size: Size, network: Network, layers: readonly string[], coreSidePx: number): number {
  if (coreSidePx === Number.POSITIVE_INFINITY) return 1;
  const areaOf = (side: number) =>
    tilesOf(size, network, layers, side).reduce((sum, { region }) => sum + region.width * region.height, 0);
  const forward = areaOf(forwardSidePx(network, layers, coreSidePx));
  const backward = areaOf(coreSidePx);
  return (LOADING * (forward + 2 * backward)) / (2 * size.width * size.height);
}

const cotangentOf = (measure: string) => `d ${measure}`;

const mapValues = <T>(tensors: Tensors, of: (value: Tensor) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, of(value)]));

/** Turns the whole picture's measures into costs and the gradients of the total cost with respect to them. */
interface Judge {
  /** The measures that the total cost depends on. */
  readonly moves: ReadonlySet<string>;
  run(measures: Tensors): Promise<{ readonly costs: Costs; readonly cotangents: Tensors }>;
  dispose(): Promise<void>;
}

async function judgeOf(
  engine: Engine,
  bound: readonly BoundTerm[],
  setting: Setting,
  shapes: Readonly<Record<string, Shape>>,
): Promise<Judge> {
  const nodes = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)]));
  const { costs, total, feeds } = judged(bound, setting, ({ term }) =>
    Object.fromEntries(
      Object.entries(nodes)
        .filter(([name]) => name.startsWith(`${term.name}/`))
        .map(([name, node]) => [name.slice(term.name.length + 1), node]),
    ),
  );
  const reached = new Set(topologicalOrder([total]));
  const moving = Object.entries(nodes).filter(([, node]) => reached.has(node));
  const found = gradients(
    total,
    moving.map(([, node]) => node),
  );
  const cotangents = moving.map(([name], i): [string, Node] => [cotangentOf(name), found[i] as Node]);
  const program = await Program.load(engine, { total, ...costs, ...Object.fromEntries(cotangents) });
  return {
    moves: new Set(moving.map(([name]) => name)),
    run: async (measures) => {
      const results = await program.run({ ...feeds, ...measures });
      const isCotangent = ([name]: readonly [string, Tensor]) => name.startsWith('d ');
      const entries = Object.entries(results);
      return {
        costs: numbersOf(Object.fromEntries(entries.filter((entry) => !isCotangent(entry)))),
        cotangents: Object.fromEntries(entries.filter(isCotangent).map(([name, value]) => [name.slice(2), value])),
      };
    },
    dispose: () => program.dispose(),
  };
}
