/**
 * Costs and gradient of a picture in tiles, for pictures that do not fit into memory whole. Measures add up, so that
 * J(x) = f(sum over tiles of m(tile)) exactly: a first pass takes the measures of every tile, a small graph turns
 * their sum into the costs and dJ/dm, and a second pass takes the gradient of <m(tile), dJ/dm> with respect to every
 * tile's pixels. Both passes go through the network in stages, the first from its first to its last, the second back:
 * what a stage leaves to the next is held of the whole picture, and so is the gradient with respect to it. Nothing is
 * approximated: there are no seams, and the gradient is the whole graph's to rounding.
 */
import type { Engine } from '../../graph/engine.js';
import { workPerPixel } from '../../networks/measures.js';
import type { Network } from '../../networks/network.js';
import type { Size } from '../../pictures/picture.js';
import { layersOf, type Scene, settingOf } from '../setting.js';
import type { Term } from '../term.js';
import { termsOf } from '../terms.js';
import { boundTerms } from './bound.js';
import { stagedBy } from './cut.js';
import { Joined, joinsBy } from './join.js';
import { type Judge, judgeOf } from './judge.js';
import type { Objective } from './objective.js';
import { type Passed, StagePass } from './pass.js';
import { type Keep, sourcesOf } from './sources.js';
import { stagesOf, tilesByStage } from './stages.js';

/**
 * As wholeObjective, in tiles.
 *
 * @param coreSidePx the most that a tile of the first stage may measure along each axis, without its halo.
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
  const bound = await boundTerms(terms, setting, sourcesOf(engine, scene, setting, { keep, coreSidePx }));
  const joinOf: Passed['joinOf'] = (measure) => {
    const term = terms.find(({ name }) => measure.startsWith(`${name}/`));
    return joinsBy(term?.join)(measure.slice((term?.name.length ?? 0) + 1));
  };
  const passed = { engine, network, options, setting, bound, joinOf };
  // The photo itself is not needed any more: of a large painting it is a tenth of the memory.
  const size: Size = { width: scene.content.width, height: scene.content.height };
  const passes = stagedBy(passed, size, layersOf(terms), coreSidePx).map((staged) => new StagePass(passed, staged));
  let judge: Judge | undefined;
  return {
    evaluate: async (pixels) => {
      const joined = new Joined(joinOf);
      let left = pixels;
      /** What each stage reads. */
      const read: Float32Array[] = [];
      for (const pass of passes) {
        read.push(left);
        left = await pass.forward(left, joined);
      }
      const measures = joined.measures();
      judge ??= await judgeOf(engine, bound, setting, measures);
      const { costs, cotangents } = await judge.run(measures);
      let gradient = left;
      for (const pass of passes.toReversed()) {
        gradient = await pass.backward(read.pop() as Float32Array, cotangents, gradient);
      }
      return { costs, gradient };
    },
    dispose: async () => {
      for (const pass of passes) await pass.dispose();
      await judge?.dispose();
    },
  };
}

/**
 * How many times the whole graph's time a step in tiles takes: the network runs forward twice and backward once, over
 * tiles with their halos. Loading each shape of tile adds a hundredth or two, which docs/large.md has measured.
 */
export function tiledShare(size: Size, network: Network, layers: readonly string[], coreSidePx: number): number {
  if (coreSidePx === Number.POSITIVE_INFINITY) return 1;
  const stages = tilesByStage(size, network, stagesOf(network, layers), coreSidePx).map(({ stage, tiles }) => {
    const pixels = tiles.reduce((sum, { region }) => sum + region.width * region.height, 0);
    const perPixel = workPerPixel(network, stage.last, stage.first);
    return { whole: size.width * size.height * perPixel, tiled: pixels * perPixel };
  });
  const sum = (of: (stage: { readonly whole: number; readonly tiled: number }) => number) =>
    stages.reduce((total, stage) => total + of(stage), 0);
  return (1.5 * sum(({ tiled }) => tiled)) / sum(({ whole }) => whole);
}
