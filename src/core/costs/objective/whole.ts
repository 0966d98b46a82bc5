/** The whole picture's costs and gradient in one graph. */
import { GivernyError } from '../../errors.js';
import type { Engine } from '../../graph/engine.js';
import { gradients } from '../../graph/gradient.js';
import type { Node } from '../../graph/node.js';
import type { Tensor, Tensors } from '../../graph/tensor.js';
import { layersOf, type Scene, settingOf } from '../setting.js';
import type { Term } from '../term.js';
import { termsOf } from '../terms.js';
import { boundTerms, fedOf, judged } from './bound.js';
import type { Costs, Objective } from './objective.js';
import { TileRunner } from './runner.js';
import { type Keep, sourcesOf } from './sources.js';
import { wholeStage } from './stages.js';
import { wholeTile } from './tiles.js';
import { seenBy, viewsOf } from './view.js';

/**
 * Takes the targets of all terms and compiles their costs for pictures of the content's size.
 *
 * @param terms those of the scene's options where left out.
 * @throws GivernyError LAYER_UNKNOWN, OPTION_INVALID, OUT_OF_MEMORY, ENGINE_FAILED.
 */
export async function wholeObjective(
  engine: Engine,
  scene: Scene,
  terms: readonly Term[] = termsOf(scene.options),
  keep?: Keep,
): Promise<Objective> {
  const { network, content, options } = scene;
  const setting = settingOf(scene, terms);
  const bound = await boundTerms(terms, setting, sourcesOf(engine, scene, setting, { keep }));
  let feeds: Tensors = {};
  const stage = wholeStage(network, layersOf(terms));
  const runner = new TileRunner(engine, network, stage, (picture, tile, positional) => {
    const views = viewsOf(seenBy(stage, picture, network, options), stage, tile, network);
    const { costs, total, ...rest } = judged(bound, setting, (of) =>
      of.term.measure(views(setting, fedOf(of, setting, positional))),
    );
    feeds = rest.feeds;
    return { total, ...costs, gradient: gradientOf(total, picture) };
  });
  const tile = wholeTile(content);
  await runner.load(tile);
  return {
    evaluate: async (pixels) => {
      const { gradient, ...costs } = await runner.run(pixels, tile, feeds);
      return { costs: numbersOf(costs), gradient: (gradient as Tensor).data };
    },
    dispose: () => runner.dispose(),
  };
}

/** Scalars as numbers. */
export const numbersOf = (costs: Tensors): Costs =>
  Object.fromEntries(Object.entries(costs).map(([name, { data }]) => [name, data[0] as number])) as Costs;

function gradientOf(cost: Node, picture: Node): Node {
  try {
    return gradients(cost, [picture])[0] as Node;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new GivernyError(
      'OPTION_INVALID',
      'Expected costs of some weight that depend on the picture but those with a weight do not.',
      { cause },
    );
  }
}
