/** From measures of the whole picture to costs, and back. */
import type { Engine } from '../../graph/engine.js';
import { gradients } from '../../graph/gradient.js';
import { type Node, topologicalOrder } from '../../graph/node.js';
import { input } from '../../graph/operations.js';
import { Program } from '../../graph/program.js';
import type { Tensor, Tensors } from '../../graph/tensor.js';
import type { Setting } from '../term.js';
import { type BoundTerm, judged } from './bound.js';
import type { Costs } from './objective.js';
import { numbersOf } from './whole.js';

/** Before the name of a measure: the gradient of the total cost with respect to it. */
const COTANGENT = 'd ';

/** Turns the whole picture's measures into costs and the gradients of the total cost with respect to them. */
export interface Judge {
  /** @returns costs, and gradients with respect to those measures that the total cost depends on. */
  run(measures: Tensors): Promise<{ readonly costs: Costs; readonly cotangents: Tensors }>;
  dispose(): Promise<void>;
}

/** @param like measures of the shapes that it will judge. */
export async function judgeOf(
  engine: Engine,
  bound: readonly BoundTerm[],
  setting: Setting,
  like: Tensors,
): Promise<Judge> {
  const nodes = Object.fromEntries(Object.entries(like).map(([name, { shape }]) => [name, input(name, shape)]));
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
  const cotangents = moving.map(([name], i): [string, Node] => [`${COTANGENT}${name}`, found[i] as Node]);
  const program = await Program.load(engine, { total, ...costs, ...Object.fromEntries(cotangents) });
  return {
    run: async (measures) => {
      const results = await program.run({ ...feeds, ...measures });
      const isCotangent = ([name]: readonly [string, Tensor]) => name.startsWith(COTANGENT);
      const entries = Object.entries(results);
      return {
        costs: numbersOf(Object.fromEntries(entries.filter((entry) => !isCotangent(entry)))),
        cotangents: Object.fromEntries(
          entries.filter(isCotangent).map(([name, value]) => [name.slice(COTANGENT.length), value]),
        ),
      };
    },
    dispose: () => program.dispose(),
  };
}
