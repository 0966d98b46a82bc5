/**
 * Turns a graph into ONNX models. Operations emit ONNX nodes through an Emitter; it names values, shares
 * what is written twice, and knows of each value when it can be computed: nodes that depend on fixed inputs
 * alone go to a `prepare` model that runs once, all others to the `step` model.
 */

import { type AttributeValue, encodeModel, type OnnxConstant, type OnnxNode, type OnnxValue } from './onnx.js';
import type { Shape, Tensor } from './tensor.js';

/**
 * Names of constants and of what is computed from fixed inputs: an expression has the same name in every graph,
 * so that what one graph has prepared another need not prepare again.
 */
const lastingNames = new Map<string, string>();

function lastingName(expression: string): string {
  const name = lastingNames.get(expression) ?? `f${lastingNames.size}`;
  lastingNames.set(expression, name);
  return name;
}

/** Of this many numbers, and more, an array is told by which it is and not by what is in it. */
const MANY = 4096;
const identities = new WeakMap<object, number>();
let identitiesGiven = 0;

function content(data: Float32Array | BigInt64Array): string {
  if (data.length < MANY) return data.join();
  const identity = identities.get(data) ?? identitiesGiven++;
  identities.set(data, identity);
  return `#${identity}`;
}

/** Where a value comes from, in order of how late it is known. */
type Stage = 'constant' | 'fixed' | 'varying';

export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly stage: Stage;
}

export interface Models {
  /** Computes, from fixed inputs, what the step model wants of them; absent where that is nothing. */
  readonly prepare?: Uint8Array;
  readonly step: Uint8Array;
  /** Inputs of each model by name, fixed inputs of the step model among them. */
  readonly prepareInputs: readonly string[];
  readonly stepInputs: readonly string[];
  /** Outputs of the prepare model, each an input of the step model. */
  readonly prepared: readonly string[];
}

type Attributes = Readonly<Record<string, AttributeValue>>;

export class Emitter {
  readonly #nodes: (OnnxNode & { readonly value: Value; readonly reads: readonly Value[] })[] = [];
  readonly #constants = new Map<string, OnnxConstant>();
  readonly #inputs = new Map<string, Value>();
  /** Values by what computes them, so that equal expressions are computed once. */
  readonly #known = new Map<string, Value>();

  /** Stands for an optional input that is left out. */
  readonly absent: Value = { name: '', shape: [], stage: 'constant' };

  input(name: string, shape: Shape, fixed: boolean): Value {
    const value: Value = { name, shape, stage: fixed ? 'fixed' : 'varying' };
    const known = this.#inputs.get(name);
    if (known && (String(known.shape) !== String(shape) || known.stage !== value.stage)) {
      throw new RangeError(
        `Input ${name} is declared twice: [${known.shape}] ${known.stage} and [${shape}] ${value.stage}.`,
      );
    }
    this.#inputs.set(name, known ?? value);
    return known ?? value;
  }

  constant({ shape, data }: Tensor): Value {
    return this.#constant(shape, data);
  }

  /** A list of integers, such as a shape or axes. */
  integers(values: readonly number[]): Value {
    return this.#constant([values.length], BigInt64Array.from(values, BigInt));
  }

  #constant(shape: Shape, data: Float32Array | BigInt64Array): Value {
    const key = `${data instanceof Float32Array ? 'f' : 'i'}[${shape}]${content(data)}`;
    const known = this.#known.get(key);
    if (known) return known;
    const value: Value = { name: lastingName(key), shape, stage: 'constant' };
    this.#constants.set(value.name, { name: value.name, shape, data });
    this.#known.set(key, value);
    return value;
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
  ): Value {
    const names = inputs.map((input) => input.name);
    const key = `${operator}(${names})${JSON.stringify(attributes)}`;
    const known = this.#known.get(key);
    if (known) return known;
    const stage: Stage = inputs.some((input) => input.stage === 'varying') ? 'varying' : 'fixed';
    const value: Value = { name: stage === 'fixed' ? lastingName(key) : `v${this.#nodes.length}`, shape, stage };
    this.#nodes.push({ operator, inputs: names, outputs: outputs(value.name), attributes, value, reads: inputs });
    this.#known.set(key, value);
    return value;
  }

  reshape(x: Value, shape: Shape): Value {
    if (String(x.shape) === String(shape)) return x;
    return this.apply('Reshape', [x, this.integers(shape)], shape);
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => x.shape[axis] as number);
    return this.apply('Transpose', [x], shape, { perm: permutation });
  }

  /** Product of the last two axes; leading axes are batches. */
  matmul(a: Value, b: Value): Value {
    const batch = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
    return this.apply('MatMul', [a, b], [...batch, a.shape.at(-2) as number, b.shape.at(-1) as number]);
  }

  /** The part of one axis from `start` up to `end`. */
  slice(x: Value, axis: number, start: number, end: number): Value {
    if (start === 0 && end === x.shape[axis]) return x;
    const shape = x.shape.map((extent, i) => (i === axis ? end - start : extent));
    const [starts, ends, axes] = [start, end, axis].map((i) => this.integers([i])) as [Value, Value, Value];
    return this.apply('Slice', [x, starts, ends, axes], shape);
  }

  /** The first elements along each axis, up to `shape`. */
  crop(x: Value, shape: Shape): Value {
    const axes = shape.map((_, axis) => axis).filter((axis) => x.shape[axis] !== shape[axis]);
    if (axes.length === 0) return x;
    const ends = axes.map((axis) => shape[axis] as number);
    const starts = this.integers(axes.map(() => 0));
    return this.apply('Slice', [x, starts, this.integers(ends), this.integers(axes)], shape);
  }

  /** Zeros before and after each axis. */
  pad(x: Value, before: readonly number[], after: readonly number[]): Value {
    if (![...before, ...after].some((extent) => extent !== 0)) return x;
    const shape = x.shape.map((extent, axis) => extent + (before[axis] as number) + (after[axis] as number));
    return this.apply('Pad', [x, this.integers([...before, ...after])], shape);
  }

  /** The models that compute `outputs`, which take the names given. */
  models(outputs: Readonly<Record<string, Value>>): Models {
    // Outputs get their names by a node of their own, so that one value may be several outputs.
    const named = Object.entries(outputs).map(([name, value]) => ({
      operator: 'Identity',
      inputs: [value.name],
      outputs: [name],
      attributes: {},
      value: { name, shape: value.shape, stage: 'varying' as const },
      reads: [value],
    }));
    const stepNodes = [...this.#nodes.filter(({ value }) => value.stage === 'varying'), ...named];
    const prepareNodes = this.#nodes.filter(({ value }) => value.stage === 'fixed');
    const computed = new Set(prepareNodes.map(({ value }) => value.name));
    const stepReads = uniqueReads(stepNodes);
    const prepared = stepReads.filter(({ name }) => computed.has(name));
    const stepInputs = [...stepReads.filter(({ name }) => this.#inputs.has(name)), ...prepared];
    const step = this.#encode(
      stepNodes,
      stepInputs,
      named.map(({ value }) => value),
    );
    if (prepared.length === 0) {
      return { step, prepareInputs: [], stepInputs: names(stepInputs), prepared: [] };
    }
    const prepareInputs = uniqueReads(prepareNodes).filter(({ name }) => this.#inputs.has(name));
    return {
      prepare: this.#encode(prepareNodes, prepareInputs, prepared),
      step,
      prepareInputs: names(prepareInputs),
      stepInputs: names(stepInputs),
      prepared: names(prepared),
    };
  }

  #encode(
    nodes: readonly (OnnxNode & { readonly reads: readonly Value[] })[],
    inputs: readonly OnnxValue[],
    outputs: readonly OnnxValue[],
  ): Uint8Array {
    const constants = uniqueReads(nodes)
      .map(({ name }) => this.#constants.get(name))
      .filter((constant) => constant !== undefined);
    return encodeModel({ nodes, inputs, outputs, constants });
  }
}

function uniqueReads(nodes: readonly { readonly reads: readonly Value[] }[]): Value[] {
  return [...new Map(nodes.flatMap(({ reads }) => reads).map((value) => [value.name, value])).values()];
}

function names(values: readonly Value[]): string[] {
  return values.map(({ name }) => name);
}
