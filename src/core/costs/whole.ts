/** The whole picture's costs and gradient in one graph. */
import { expected, GivernyError } from '../errors.js';
import type { Engine } from '../graph/engine.js';
import { gradients } from '../graph/gradient.js';
import type { Node } from '../graph/node.js';
import { input, multiply } from '../graph/operations.js';
import { Program } from '../graph/program.js';
import { scalar, type Tensor, tensor } from '../graph/tensor.js';
import type { Costs, Objective } from './objective.js';
import { type Scene, settingOf } from './setting.js';
import { type Keep, sourcesOf } from './sources.js';
import type { Breakdown, Target, Term } from './term.js';
import { termsOf } from './terms.js';
import { viewsOf } from './view.js';
import { total } from './weights.js';

/**
 * Takes the targets of all terms and compiles their costs for pictures of the content's size. Targets are fed on
 * every run: nothing of them is compiled in.
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
  checkNames(terms);
  const { network, content, options } = scene;
  const setting = settingOf(scene, terms);
  const sources = sourcesOf(engine, scene, setting, keep);
  const { areas } = setting;
  const feeds: Record<string, Tensor> = {};
  const fed = (name: string, value: Tensor) => {
    feeds[name] = value;
    return input(name, value.shape);
  };

  const shape = [1, 3, content.height, content.width];
  const picture = input('picture', shape);
  const layers = [...new Set(terms.flatMap((term) => term.layers ?? []))];
  const views = viewsOf(picture, network, layers, options);
  const outputs: Record<string, Node> = {};
  const weighted: Node[] = [];
  for (const term of terms) {
    const { tensors = {}, maps = {} }: Target = (await term.target?.(sources)) ?? {};
    const view = views(setting, {
      map: (name) => fed(`${term.name}/${name}`, (maps[name] as { tensor: Tensor }).tensor),
      weights: (area, layer) => {
        const value = areas.list[area]?.weights(layer);
        return value && fed(`area ${area}/${layer}`, value);
      },
      importance: (layer) => {
        const { height, width } = setting.layer(layer);
        const value = areas.importance(layer, [1, 1, height, width]);
        return value && fed(`importance/${layer}`, value);
      },
    });
    const target = Object.fromEntries(
      Object.entries(tensors).map(([name, value]) => [name, fed(`${term.name}/target/${name}`, value)]),
    );
    const { cost, parts } = breakdown(term.cost(term.measure(view), target, setting));
    if (cost.shape.length > 0) throw expected('a scalar cost, shape [],', `the term ${term.name}`, cost.shape);
    outputs[term.name] = cost;
    for (const [name, part] of Object.entries(parts)) outputs[`${term.name}.${name}`] = part;
    const weight = typeof term.weight === 'number' ? term.weight : term.weight(setting);
    if (weight !== 0) weighted.push(multiply(fed(`weight/${term.name}`, scalar(weight)), cost));
  }
  const cost = total(weighted);
  const names = ['total', ...Object.keys(outputs)];
  const gradient = gradientOf(cost, picture);
  const program = await Program.load(engine, { total: cost, ...outputs, gradient }, network.tensors);
  return {
    evaluate: async (pixels) => {
      const results = await program.run({ ...feeds, picture: tensor(shape, pixels) });
      const costs = names.map((name) => [name, (results[name] as Tensor).data[0] as number]);
      return {
        costs: Object.fromEntries(costs) as Costs,
        gradient: (results.gradient as Tensor).data,
      };
    },
    dispose: () => program.dispose(),
  };
}

function gradientOf(cost: Node, picture: Node): Node {
  try {
    return gradients(cost, [picture])[0] as Node;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new GivernyError(
      'OPTION_INVALID',
      'Expected costs of some weight that depend on the picture but all weights are 0.',
      { cause },
    );
  }
}

const breakdown = (cost: Node | Breakdown): Breakdown => ('parts' in cost ? cost : { cost, parts: {} });

/** @throws GivernyError OPTION_INVALID where two terms have one name, or one has a name of the objective's own. */
function checkNames(terms: readonly Term[]): void {
  const names = terms.map(({ name }) => name);
  const taken = names.find((name, i) => ['', 'total', 'gradient'].includes(name) || names.indexOf(name) !== i);
  if (taken !== undefined) throw expected('terms of different names, none of them total or gradient,', 'terms', taken);
}
