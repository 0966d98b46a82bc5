/** A graph made ready on an engine: named inputs in, named outputs out. */

import { Emitter, type Models, type Port, type Value } from './emitter.js';
import type { Engine, EngineTraits, Session } from './engine.js';
import { type Node, topologicalOrder } from './node.js';
import { emitNode } from './operations/table.js';
import { Prepared } from './prepared.js';
import { showShape, sizeOf, type Tensor, type Tensors } from './tensor.js';

/** The ONNX models of a graph's outputs. */
function emitModels(outputs: Readonly<Record<string, Node>>, traits: EngineTraits): Models {
  const emitter = new Emitter(traits);
  const values = new Map<Node, Value>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map((input) => values.get(input) as Value);
    values.set(node, emitNode(emitter, node, inputs));
  }
  return emitter.models(
    Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, values.get(node) as Value])),
  );
}

/** What is prepared of each object of fixed tensors, for as long as that object is used. */
const preparations = new WeakMap<Tensors, Prepared>();

export class Program {
  readonly #session: Session;
  readonly #inputs: readonly Port[];
  readonly #outputs: readonly Port[];
  /** Fixed feeds of every run, by their names in the model. */
  #fixed: Tensors;

  private constructor(session: Session, { inputs, outputs }: Models, fixed: Tensors) {
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#fixed = fixed;
  }

  /**
   * Compiles `outputs` for an engine and computes once what depends on fixed inputs alone. Programs with the same
   * `fixed` object share what they prepare, so its tensors must stay as they are.
   *
   * @param outputs nodes by any names; one node may be several outputs.
   * @param fixed every fixed input by name; more is allowed.
   * @throws RangeError if a fixed input is missing or has another shape; GivernyError ENGINE_FAILED, OUT_OF_MEMORY.
   */
  static async load(engine: Engine, outputs: Readonly<Record<string, Node>>, fixed: Tensors = {}): Promise<Program> {
    const models = emitModels(outputs, engine.traits);
    const feeds: Record<string, Tensor> = feedsOf(models.fixedInputs, fixed);
    const { prepare } = models;
    if (prepare) {
      const prepared = preparations.get(fixed) ?? new Prepared();
      preparations.set(fixed, prepared);
      const names = prepare.values.map(({ name }) => name);
      Object.assign(feeds, await prepared.take(names, (missing) => preparedNow(engine, prepare, missing, fixed)));
    }
    const inModel = engine.traits.weightsInModel;
    return new Program(await engine.load(models.step(inModel ? feeds : {})), models, inModel ? {} : feeds);
  }

  /**
   * Runs once.
   *
   * @param varying every input that is not fixed, by name; more is allowed.
   * @returns every output by name.
   * @throws RangeError if an input is missing or has another shape; GivernyError ENGINE_FAILED, OUT_OF_MEMORY.
   */
  async run(varying: Tensors = {}): Promise<Tensors> {
    const results = await this.#session.run({ ...this.#fixed, ...feedsOf(this.#inputs, varying) });
    return Object.fromEntries(this.#outputs.map(({ name, userName }) => [userName, results[name] as Tensor]));
  }

  async dispose(): Promise<void> {
    this.#fixed = {};
    await this.#session.dispose();
  }
}

/** Bytes that are prepared at once: the runtime holds them beside the copies that it gives. */
const PREPARED_AT_ONCE = 32 * 2 ** 20;

async function preparedNow(
  engine: Engine,
  { values, model }: NonNullable<Models['prepare']>,
  names: readonly string[],
  fixed: Tensors,
): Promise<Tensors> {
  const groups: string[][] = [];
  let room = 0;
  const missing = values
    .filter(({ name }) => names.includes(name))
    .map(({ name, shape }) => ({ name, bytes: 4 * sizeOf(shape) }));
  for (const { name, bytes } of missing.sort((a, b) => a.bytes - b.bytes)) {
    if (bytes > room) {
      groups.push([]);
      room = PREPARED_AT_ONCE;
    }
    groups.at(-1)?.push(name);
    room -= bytes;
  }
  const found: Record<string, Tensor> = {};
  for (const group of groups) {
    const { model: bytes, inputs } = model(group);
    Object.assign(found, await runOnce(engine, bytes, feedsOf(inputs, fixed)));
  }
  return found;
}

async function runOnce(engine: Engine, model: Uint8Array, feeds: Tensors): Promise<Tensors> {
  const session = await engine.load(model);
  try {
    return await session.run(feeds);
  } finally {
    await session.dispose();
  }
}

/** What a model is fed with, by its names there. */
function feedsOf(ports: readonly Port[], tensors: Tensors): Record<string, Tensor> {
  return Object.fromEntries(
    ports.map(({ name, userName, shape }) => {
      const tensor = Object.hasOwn(tensors, userName) ? tensors[userName] : undefined;
      if (!tensor) throw new RangeError(`Expected a tensor for input ${userName} but received none.`);
      if (String(tensor.shape) !== String(shape)) {
        throw new RangeError(
          `Expected shape ${showShape(shape)} for input ${userName} but received shape ${showShape(tensor.shape)}.`,
        );
      }
      return [name, tensor];
    }),
  );
}
