/** A graph made ready on an engine: named inputs in, named outputs out. */

import { Emitter, type Models, type Value } from './emitter.js';
import type { Engine, Session } from './engine.js';
import { type Node, topologicalOrder } from './node.js';
import { emitNode } from './operations.js';
import type { Tensor, Tensors } from './tensor.js';

/** The ONNX models of a graph's outputs. */
function emitModels(outputs: Readonly<Record<string, Node>>): Models {
  const emitter = new Emitter();
  const values = new Map<Node, Value>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map((input) => values.get(input) as Value);
    values.set(node, emitNode(emitter, node, inputs));
  }
  return emitter.models(
    Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, values.get(node) as Value])),
  );
}

/** What was prepared from a set of fixed tensors, by name; as long as those are used. */
const preparations = new WeakMap<Tensors, Map<string, Tensor>>();

export class Program {
  readonly #session: Session;
  readonly #stepInputs: readonly string[];
  #fixed: Tensors;

  private constructor(session: Session, stepInputs: readonly string[], fixed: Tensors) {
    this.#session = session;
    this.#stepInputs = stepInputs;
    this.#fixed = fixed;
  }

  /**
   * Compiles `outputs` for an engine and computes once what depends on fixed inputs alone; programs with the same
   * `fixed` object share what they prepare.
   *
   * @param fixed every fixed input by name; more is allowed.
   */
  static async load(engine: Engine, outputs: Readonly<Record<string, Node>>, fixed: Tensors = {}): Promise<Program> {
    const models = emitModels(outputs);
    const prepared = preparations.get(fixed) ?? new Map<string, Tensor>();
    preparations.set(fixed, prepared);
    if (models.prepare && models.prepared.some((name) => !prepared.has(name))) {
      const session = await engine.load(models.prepare);
      try {
        const results = await session.run(select(fixed, models.prepareInputs));
        for (const [name, value] of Object.entries(results)) if (!prepared.has(name)) prepared.set(name, value);
      } finally {
        await session.dispose();
      }
    }
    const known = { ...fixed, ...Object.fromEntries(prepared) };
    return new Program(
      await engine.load(models.step),
      models.stepInputs,
      select(
        known,
        models.stepInputs.filter((name) => Object.hasOwn(known, name)),
      ),
    );
  }

  /** Runs once; `varying` holds the inputs that are not fixed, and may replace a fixed one for this run. */
  run(varying: Tensors = {}): Promise<Tensors> {
    return this.#session.run(select({ ...this.#fixed, ...varying }, this.#stepInputs));
  }

  async dispose(): Promise<void> {
    this.#fixed = {};
    await this.#session.dispose();
  }
}

function select(tensors: Tensors, names: readonly string[]): Tensors {
  return Object.fromEntries(
    names.map((name) => {
      const tensor = tensors[name];
      if (!tensor) throw new RangeError(`Expected a tensor for input ${name} but received none.`);
      return [name, tensor];
    }),
  );
}
