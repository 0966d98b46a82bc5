/**
 * Turns a graph into ONNX models. Operations emit ONNX nodes through an Emitter. It names values, computes equal
 * expressions once, and knows when each value can be computed: nodes that depend on fixed inputs alone go to a
 * `prepare` model that runs once, all others to the `step` model.
 *
 * All names in a model are the emitter's own, so that names of inputs and outputs, which users choose, cannot collide
 * with them:
 *
 *     i<number>   a varying input             o<number>   an output
 *     w<hash>     a fixed input               c<hash>     a constant
 *     f<hash>     computed from these two     v<number>   computed from a varying input
 *     d<shape>    a shape that is not told before a run
 *
 * Names with a hash follow from what the value is: an expression has the same name in every graph, so that what one
 * program has prepared another need not prepare again.
 */

import type { EngineTraits } from './engine.js';
import { hashOf, hashOfText } from './hash.js';
import { type AttributeValue, encodeModel, type OnnxConstant, type OnnxNode, type OnnxValue } from './onnx.js';
import { deepestLast } from './order.js';
import { type Shape, showShape, type Tensor, type Tensors } from './tensor.js';

/** Where a value comes from, in order of how late it is known. */
type Stage = 'constant' | 'fixed' | 'varying';

export interface Value extends OnnxValue {
  readonly stage: Stage;
  /** Whether the runtime does not know its shape before a run: see `passing`. */
  readonly isPassing?: boolean;
}

/** An input or output of a graph: the name that its user chose beside the one in the models. */
export interface Port extends OnnxValue {
  readonly userName: string;
}

export interface Models {
  /** Computes, from fixed inputs, the values that the step model reads of them; absent where it reads none. */
  readonly prepare?: {
    /** All that the step model reads of it. */
    readonly values: readonly OnnxValue[];
    /** A model that computes some of them, by their names, which are those of its outputs. */
    model(names: readonly string[]): { readonly model: Uint8Array; readonly inputs: readonly Port[] };
  };
  /** The inputs of the step model that vary, and those that are fixed. What is prepared it reads besides. */
  readonly inputs: readonly Port[];
  readonly fixedInputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * The step model.
   *
   * @param initialisers fixed inputs and prepared values to write into the model, by their names there; those left out
   *   are inputs of the model.
   */
  step(initialisers: Tensors): Uint8Array;
}

type Attributes = Readonly<Record<string, AttributeValue>>;
type EmittedNode = OnnxNode & { readonly value: Value; readonly reads: readonly Value[] };

export class Emitter {
  readonly #nodes: EmittedNode[] = [];
  readonly #constants = new Map<string, OnnxConstant>();
  /** By the name that the user chose. */
  readonly #inputs = new Map<string, Value & Port>();
  /** Values by what computes them, so that equal expressions are computed once. */
  readonly #known = new Map<string, Value>();

  /** Stands for an optional input that is left out. */
  readonly absent: Value = { name: '', shape: [], stage: 'constant' };

  constructor(readonly traits: Pick<EngineTraits, 'winograd' | 'workspaceBytes'>) {}

  input(userName: string, shape: Shape, fixed: boolean): Value {
    const stage: Stage = fixed ? 'fixed' : 'varying';
    const known = this.#inputs.get(userName);
    if (known && (String(known.shape) !== String(shape) || known.stage !== stage)) {
      throw new RangeError(
        `Expected one declaration of input ${userName} but received two: ` +
          `${known.stage} of shape ${showShape(known.shape)} and ${stage} of shape ${showShape(shape)}.`,
      );
    }
    const name = fixed ? `w${hashOfText(`[${shape}]${userName}`)}` : `i${this.#inputs.size}`;
    const value = known ?? { name, userName, shape, stage };
    this.#inputs.set(userName, value);
    return value;
  }

  constant({ shape, data }: Tensor): Value {
    return this.#constant(shape, data);
  }

  /** A list of integers, such as a shape or axes. */
  integers(values: readonly number[]): Value {
    return this.#constant([values.length], BigInt64Array.from(values, BigInt));
  }

  #constant(shape: Shape, data: Float32Array | BigInt64Array): Value {
    const kind = data instanceof Float32Array ? 'float' : 'integer';
    const name = `c${hashOfText(`${kind}[${shape}]${hashOf(data)}`)}`;
    if (!this.#constants.has(name)) this.#constants.set(name, { name, shape, data });
    return { name, shape, stage: 'constant' };
  }

  /** One ONNX node; `shape` is that of its output. */
  apply(operator: string, inputs: readonly Value[], shape: Shape, attributes: Attributes = {}): Value {
    return this.#apply(operator, inputs, shape, attributes, (name) => [name]);
  }

  /** Where each element of the last axis comes from in ascending order, as integers. */
  order(x: Value): Value {
    const count = this.integers([x.shape.at(-1) as number]);
    // The first output is the sorted elements, which cost a pass of their own to use: nobody asks for them.
    return this.#apply('TopK', [x, count], x.shape, { axis: -1, largest: 0 }, (name) => [`${name}.sorted`, name]);
  }

  #apply(
    operator: string,
    inputs: readonly Value[],
    shape: Shape,
    attributes: Attributes,
    outputs: (name: string) => string[],
    stage: Stage = inputs.some((input) => input.stage === 'varying') ? 'varying' : 'fixed',
  ): Value {
    const names = inputs.map((input) => input.name);
    const key = `${stage} ${operator}(${names})${JSON.stringify(attributes)}`;
    const known = this.#known.get(key);
    if (known) return known;
    const name = stage === 'fixed' ? `f${hashOfText(key)}` : `v${this.#nodes.length}`;
    // Of a reshaped value its new shape alone counts.
    const isPassing = (operator === 'Reshape' ? inputs.slice(1) : inputs).some((input) => input.isPassing);
    const value: Value = { name, shape, stage, isPassing };
    this.#nodes.push({ operator, inputs: names, outputs: outputs(name), attributes, value, reads: inputs });
    this.#known.set(key, value);
    return value;
  }

  reshape(x: Value, shape: Shape): Value {
    if (String(x.shape) === String(shape)) return x;
    return this.apply('Reshape', [x, x.isPassing ? this.#untold(shape) : this.integers(shape)], shape);
  }

  /**
   * x, as the beginning of work whose values are freed as soon as they are read. Before it runs, ONNX Runtime plans
   * which values share a buffer: one that is new takes the buffer of an earlier one of the same shape, and that buffer
   * is held from the first to the last of them. So the workspace of a layer's forward pass would be held until its
   * backward pass, with all deeper layers between. It can't plan for values of unknown shape. They are not computed in
   * place either, so features are told again, with `staying`.
   */
  passing(x: Value): Value {
    return this.apply('Reshape', [x, this.#untold(x.shape)], x.shape);
  }

  /** x with its shape told: ends what `passing` began. */
  staying(x: Value): Value {
    return x.isPassing ? this.apply('Reshape', [x, this.integers(x.shape)], x.shape) : x;
  }

  /** A shape that a run could be fed with, so that the runtime may not count on it. */
  #untold(shape: Shape): Value {
    const name = `d${shape.join('x')}`;
    const data = BigInt64Array.from(shape, BigInt);
    this.#constants.set(name, { name, shape: [shape.length], data, isDefault: true });
    return { name, shape: [shape.length], stage: 'constant', isPassing: true };
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => x.shape[axis] as number);
    return this.apply('Transpose', [x], shape, { perm: permutation });
  }

  /**
   * The last two of three axes exchanged, in every run even where `x` is fixed: a matrix product reads either order, so
   * that no second copy is prepared and held.
   */
  transposedInPlace(x: Value): Value {
    const [batch, rows, columns] = x.shape as [number, number, number];
    const attributes = { perm: [0, 2, 1] };
    return this.#apply('Transpose', [x], [batch, columns, rows], attributes, (name) => [name], 'varying');
  }

  /** Product of the last two axes; leading axes are batches. */
  matmul(a: Value, b: Value): Value {
    const batch = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
    return this.apply('MatMul', [a, b], [...batch, a.shape.at(-2) as number, b.shape.at(-1) as number]);
  }

  /** The elements of each axis from `start` up to `end`. */
  slice(x: Value, start: readonly number[], end: readonly number[]): Value {
    const axes = x.shape.map((_, axis) => axis).filter((axis) => start[axis] !== 0 || end[axis] !== x.shape[axis]);
    if (axes.length === 0) return x;
    const of = (numbers: readonly number[]) => this.integers(axes.map((axis) => numbers[axis] as number));
    const shape = x.shape.map((_, axis) => (end[axis] as number) - (start[axis] as number));
    return this.apply('Slice', [x, of(start), of(end), this.integers(axes)], shape);
  }

  /** The elements of one axis from `start` up to `end`. */
  sliceAxis(x: Value, axis: number, start: number, end: number): Value {
    return this.slice(
      x,
      x.shape.map((_, i) => (i === axis ? start : 0)),
      x.shape.map((extent, i) => (i === axis ? end : extent)),
    );
  }

  /** The first elements along each axis, up to `shape`. */
  crop(x: Value, shape: Shape): Value {
    return this.slice(
      x,
      shape.map(() => 0),
      shape,
    );
  }

  /** Zeros before and after each axis. */
  pad(x: Value, before: readonly number[], after: readonly number[]): Value {
    if (![...before, ...after].some((extent) => extent !== 0)) return x;
    const shape = x.shape.map((extent, axis) => extent + (before[axis] as number) + (after[axis] as number));
    return this.apply('Pad', [x, this.integers([...before, ...after])], shape);
  }

  /** The parts one after the other along an axis. */
  concat(parts: readonly Value[], axis: number, shape: Shape): Value {
    return parts.length === 1 ? (parts[0] as Value) : this.apply('Concat', parts, shape, { axis });
  }

  /** The models that compute `outputs`, by the names that their user chose. */
  models(outputs: Readonly<Record<string, Value>>): Models {
    // Each output is a node of its own, so that one value may be several outputs.
    const named = Object.entries(outputs).map(([userName, value], index) => {
      const port = { name: `o${index}`, shape: value.shape, userName };
      const node = { operator: 'Identity', inputs: [value.name], outputs: [port.name], attributes: {}, reads: [value] };
      return { port, node };
    });
    const stepNodes = deepestLast([
      ...this.#nodes.filter(({ value }) => value.stage === 'varying'),
      ...named.map(({ node }) => node),
    ]);
    const prepareNodes = this.#nodes.filter(({ value }) => value.stage === 'fixed');
    const computed = new Set(prepareNodes.map(({ value }) => value.name));
    const stepReads = uniqueReads(stepNodes);
    const prepared = stepReads.filter(({ name }) => computed.has(name));
    const stepInputs = this.#inputsAmong(stepReads);
    const ports = named.map(({ port }) => port);
    const models = {
      inputs: stepInputs.filter(({ stage }) => stage === 'varying'),
      fixedInputs: stepInputs.filter(({ stage }) => stage === 'fixed'),
      outputs: ports,
      step: (initialisers: Tensors) => this.#encode(stepNodes, [...stepInputs, ...prepared], ports, initialisers),
    };
    if (prepared.length === 0) return models;
    return {
      ...models,
      prepare: {
        values: prepared,
        model: (names) => {
          const wanted = prepared.filter(({ name }) => names.includes(name));
          const nodes = neededFor(wanted, prepareNodes);
          const inputs = this.#inputsAmong(uniqueReads(nodes));
          return { model: this.#encode(nodes, inputs, wanted), inputs };
        },
      },
    };
  }

  #inputsAmong(values: readonly Value[]): (Value & Port)[] {
    const byName = new Map([...this.#inputs.values()].map((value) => [value.name, value]));
    return values.map(({ name }) => byName.get(name)).filter((value) => value !== undefined);
  }

  #encode(
    nodes: readonly (OnnxNode & { readonly reads: readonly Value[] })[],
    inputs: readonly OnnxValue[],
    outputs: readonly OnnxValue[],
    initialisers: Tensors = {},
  ): Uint8Array {
    const constants = uniqueReads(nodes)
      .map(({ name }) => this.#constants.get(name))
      .filter((constant) => constant !== undefined);
    const written = Object.entries(initialisers).map(([name, { shape, data }]) => ({ name, shape, data }));
    return encodeModel({
      nodes,
      inputs: inputs.filter(({ name }) => !Object.hasOwn(initialisers, name)),
      outputs,
      constants: [...constants, ...written],
    });
  }
}

function uniqueReads(nodes: readonly { readonly reads: readonly Value[] }[]): Value[] {
  return [...new Map(nodes.flatMap(({ reads }) => reads).map((value) => [value.name, value])).values()];
}

/** The nodes that some values need, in the same order. */
function neededFor<N extends { readonly value: Value; readonly reads: readonly Value[] }>(
  values: readonly OnnxValue[],
  nodes: readonly N[],
): N[] {
  const needed = new Set(values.map(({ name }) => name));
  const found: N[] = [];
  for (const node of nodes.toReversed()) {
    if (!needed.has(node.value.name)) continue;
    found.push(node);
    for (const { name } of node.reads) needed.add(name);
  }
  return found.reverse();
}
