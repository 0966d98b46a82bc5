/**
 * The operations: for each its shape rule, its ONNX and its gradient rule side by side. The table is total:
 * an operation without a gradient rule does not compile. Gradients are made of the same operations, so
 * they can be differentiated again.
 */

import { emitConvolution, emitConvolutionInputGradient, emitConvolutionWeightGradient } from './convolution.js';
import type { Emitter, Value } from './emitter.js';
import type { Attributes, Node, OperationName } from './node.js';
import { INT64 } from './onnx.js';
import { type Shape, sizeOf, type Tensor, tensor } from './tensor.js';

interface Operation<A> {
  /** Shape of the output; throws RangeError where the inputs do not fit. */
  shape(inputs: readonly Shape[], attributes: A): Shape;
  emit(emitter: Emitter, inputs: readonly Value[], attributes: A, shape: Shape): Value;
  /**
   * What input `index` receives of `dy`, the gradient with respect to the output; undefined where the
   * output does not change with that input (masks).
   */
  gradient(dy: Node, node: Node & { readonly attributes: A }, index: number): Node | undefined;
}

/** An elementwise operation of two inputs, broadcast as numpy does. */
function elementwise(
  operator: string,
  rules: readonly ((dy: Node, a: Node, b: Node) => Node)[],
): Operation<Attributes['add']> {
  return {
    shape: ([a, b]) => broadcast(a as Shape, b as Shape),
    emit: (emitter, inputs, _, shape) => emitter.apply(operator, inputs, shape),
    gradient: (dy, { inputs }, index) => {
      const [a, b] = inputs as [Node, Node];
      return sumTo((rules[index] as (typeof rules)[number])(dy, a, b), (inputs[index] as Node).shape);
    },
  };
}

const leaf = {
  gradient: () => {
    throw new RangeError('A leaf has no inputs.');
  },
};

const OPERATIONS: { readonly [Name in OperationName]: Operation<Attributes[Name]> } = {
  input: {
    ...leaf,
    shape: () => {
      throw new RangeError('An input brings its shape.');
    },
    emit: (emitter, _, { name, fixed }, shape) => emitter.input(name, shape, fixed),
  },

  constant: {
    ...leaf,
    shape: (_, { value }) => value.shape,
    emit: (emitter, _, { value }) => emitter.constant(value),
  },

  add: elementwise('Add', [(dy) => dy, (dy) => dy]),
  subtract: elementwise('Sub', [(dy) => dy, (dy) => negate(dy)]),
  multiply: elementwise('Mul', [(dy, _, b) => multiply(dy, b), (dy, a) => multiply(dy, a)]),
  divide: elementwise('Div', [
    (dy, _, b) => divide(dy, b),
    (dy, a, b) => negate(divide(multiply(dy, a), multiply(b, b))),
  ]),

  squareRoot: {
    shape: ([x]) => x as Shape,
    emit: (emitter, inputs, _, shape) => emitter.apply('Sqrt', inputs, shape),
    gradient: (dy, node) => divide(multiply(dy, constantOf(0.5)), node),
  },

  relu: {
    shape: ([x]) => x as Shape,
    emit: (emitter, inputs, _, shape) => emitter.apply('Relu', inputs, shape),
    gradient: (dy, node) => gate(node, dy),
  },

  // (mask, x): x where mask > 0, else 0.
  gate: {
    shape: ([mask, x]) => same(mask as Shape, x as Shape),
    emit: (emitter, [mask, x], _, shape) => {
      // 1 where mask > 0, else 0: min(1, max(0, alpha * mask)) runs on all cores, where Greater and Where do not.
      const open = emitter.apply('HardSigmoid', [mask as Value], shape, { alpha: { float: 1e30 }, beta: { float: 0 } });
      return emitter.apply('Mul', [x as Value, open], shape);
    },
    gradient: (dy, { inputs }, index) => (index === 1 ? gate(inputs[0] as Node, dy) : undefined),
  },

  // (a, b): 1 where they are equal, else 0. No gradient flows through it.
  equal: {
    shape: ([a, b]) => same(a as Shape, b as Shape),
    emit: (emitter, inputs, _, shape) => {
      // As in gate: Equal and Where run on one core.
      const apart = emitter.apply('Abs', [emitter.apply('Sub', inputs, shape)], shape);
      return emitter.apply('HardSigmoid', [apart], shape, { alpha: { float: -1e30 }, beta: { float: 1 } });
    },
    gradient: () => undefined,
  },

  // Adjoint of expand: sums over the axes that `shape` lacks or has at 1.
  sumTo: {
    shape: ([x], { shape }) => {
      broadcastsTo(shape, x as Shape);
      return shape;
    },
    emit: (emitter, [input], _, shape) => {
      const x = input as Value;
      const missing = x.shape.length - shape.length;
      // One axis after the other: an engine adds up all axes that it is given in one long row.
      const result = x.shape.reduceRight((value, extent, axis) => {
        const isKept = extent === 1 || (axis >= missing && shape[axis - missing] === extent);
        return isKept ? value : sumAxis(emitter, value, axis);
      }, x);
      return emitter.reshape(result, shape);
    },
    gradient: (dy, { inputs }) => expand(dy, (inputs[0] as Node).shape),
  },

  // Repeats along axes that x lacks or has at 1.
  expand: {
    shape: ([x], { shape }) => {
      broadcastsTo(x as Shape, shape);
      return shape;
    },
    emit: (emitter, [x], _, shape) => emitter.apply('Expand', [x as Value, emitter.integers(shape)], shape),
    gradient: (dy, { inputs }) => sumTo(dy, (inputs[0] as Node).shape),
  },

  reshape: {
    shape: ([x], { shape }) => {
      if (sizeOf(x as Shape) !== sizeOf(shape)) throw new RangeError(`Cannot reshape [${x}] to [${shape}].`);
      return shape;
    },
    emit: (emitter, [x], _, shape) => emitter.reshape(x as Value, shape),
    gradient: (dy, { inputs }) => reshape(dy, (inputs[0] as Node).shape),
  },

  transpose: {
    shape: ([x], { permutation }) => permutation.map((axis) => (x as Shape)[axis] as number),
    emit: (emitter, [x], { permutation }) => emitter.transpose(x as Value, permutation),
    gradient: (dy, { attributes: { permutation } }) =>
      transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  },

  // [..., M, K] x [..., K, N] -> [..., M, N], each side optionally transposed in its last two axes.
  matmul: {
    shape: ([a, b], { transposeA, transposeB }) => {
      const [m, k] = lastTwo(a as Shape, transposeA);
      const [k2, n] = lastTwo(b as Shape, transposeB);
      const batch = (a as Shape).slice(0, -2);
      if (k !== k2 || String(batch) !== String((b as Shape).slice(0, -2))) {
        throw new RangeError(`Cannot multiply [${a}] by [${b}].`);
      }
      return [...batch, m, n];
    },
    emit: (emitter, [a, b], { transposeA, transposeB }) =>
      emitter.matmul(
        transposeA ? swapLastTwo(emitter, a as Value) : (a as Value),
        transposeB ? swapLastTwo(emitter, b as Value) : (b as Value),
      ),
    gradient: (dy, { inputs, attributes: { transposeA, transposeB } }, index) => {
      const [a, b] = inputs as [Node, Node];
      if (index === 0) {
        return transposeA
          ? matmul(b, dy, { transposeA: transposeB, transposeB: true })
          : matmul(dy, b, { transposeB: !transposeB });
      }
      return transposeB
        ? matmul(dy, a, { transposeA: true, transposeB: transposeA })
        : matmul(a, dy, { transposeA: !transposeA });
    },
  },

  // A A' of [C, N]: a matmul whose two gradients are taken in one product.
  gram: {
    shape: ([a]) => [(a as Shape)[0] as number, (a as Shape)[0] as number],
    emit: (emitter, [a]) => emitter.matmul(a as Value, swapLastTwo(emitter, a as Value)),
    gradient: (dy, { inputs }) => matmul(add(dy, transpose(dy, [1, 0])), inputs[0] as Node),
  },

  // The three faces of one trilinear form T(x, w, y) = <convolution(x, w), y>: each is T's derivative with
  // respect to one argument, and so each one's gradients are the other two.
  // x [N, C, H, W], w [K, C, kH, kW], optional bias [K] -> y [N, K, H', W'], stride 1.
  convolution: {
    shape: ([x, w], { padding }) => {
      const [n, c, height, width] = four(x as Shape);
      const [k, c2, kernelHeight, kernelWidth] = four(w as Shape);
      if (c !== c2) throw new RangeError(`A kernel [${w}] does not fit features [${x}].`);
      return [n, k, height + 2 * padding - kernelHeight + 1, width + 2 * padding - kernelWidth + 1];
    },
    emit: (emitter, [x, w, bias], { padding }, shape) =>
      emitConvolution(emitter, x as Value, w as Value, bias, padding, shape),
    gradient: (dy, { inputs, attributes: { padding } }, index) => {
      const [x, w, bias] = inputs as [Node, Node, Node?];
      if (index === 0) return convolutionInputGradient(dy, w, padding);
      if (index === 1) return convolutionWeightGradient(x, dy, padding);
      return reshape(sumTo(dy, [1, w.shape[0] as number, 1, 1]), (bias as Node).shape);
    },
  },

  // y [N, K, H', W'], w [K, C, kH, kW] -> x [N, C, H, W].
  convolutionInputGradient: {
    shape: ([y, w], { padding }) => {
      const [n, k, height, width] = four(y as Shape);
      const [k2, c, kernelHeight, kernelWidth] = four(w as Shape);
      if (k !== k2) throw new RangeError(`A kernel [${w}] does not fit gradients [${y}].`);
      return [n, c, height - 2 * padding + kernelHeight - 1, width - 2 * padding + kernelWidth - 1];
    },
    emit: (emitter, [y, w], { padding }, shape) =>
      emitConvolutionInputGradient(emitter, y as Value, w as Value, padding, shape),
    gradient: (dx, { inputs, attributes: { padding } }, index) => {
      const [y, w] = inputs as [Node, Node];
      return index === 0 ? convolution(dx, w, padding) : convolutionWeightGradient(dx, y, padding);
    },
  },

  // x [N, C, H, W], y [N, K, H', W'] -> w [K, C, kH, kW].
  convolutionWeightGradient: {
    shape: ([x, y], { padding }) => {
      const [n, c, height, width] = four(x as Shape);
      const [n2, k, outHeight, outWidth] = four(y as Shape);
      if (n !== n2) throw new RangeError(`Gradients [${y}] do not fit features [${x}].`);
      return [k, c, height + 2 * padding - outHeight + 1, width + 2 * padding - outWidth + 1];
    },
    emit: (emitter, [x, y], { padding }, shape) =>
      emitConvolutionWeightGradient(emitter, x as Value, y as Value, padding, shape),
    gradient: (dw, { inputs, attributes: { padding } }, index) => {
      const [x, y] = inputs as [Node, Node];
      return index === 0 ? convolutionInputGradient(y, dw, padding) : convolution(x, dw, padding);
    },
  },

  // Sums of 2x2 cells; an odd last row or column is a cell of its own.
  sumPool: {
    shape: ([x]) => pooled(x as Shape),
    emit: (emitter, [x], _, shape) => {
      const mean = emitter.apply('AveragePool', [x as Value], shape, {
        ...poolAttributes(x as Value),
        count_include_pad: 1,
      });
      return emitter.apply('Mul', [mean, emitter.constant(tensor([], Float32Array.of(4)))], shape);
    },
    gradient: (dy, { inputs }) => upsample(dy, (inputs[0] as Node).shape),
  },

  // Means of 2x2 cells, over the elements that are really there.
  averagePool: {
    shape: ([x]) => pooled(x as Shape),
    emit: (emitter, [x], _, shape) => emitter.apply('AveragePool', [x as Value], shape, poolAttributes(x as Value)),
    gradient: (dy, { inputs }) => {
      const [x] = inputs as [Node];
      return upsample(multiply(dy, constant(cellShares(x.shape))), x.shape);
    },
  },

  // Maxima of 2x2 cells. Where several elements of a cell are the largest, they share the gradient: otherwise flat
  // areas would count up to four times.
  maxPool: {
    shape: ([x]) => pooled(x as Shape),
    emit: (emitter, [x], _, shape) => emitter.apply('MaxPool', [x as Value], shape, poolAttributes(x as Value)),
    gradient: (dy, node) => {
      const [x] = node.inputs as [Node];
      const largest = equal(x, upsample(node, x.shape));
      const each = divide(multiply(dy, constant(cellShares(x.shape))), averagePool(largest));
      return multiply(largest, upsample(each, x.shape));
    },
  },

  // x [N, C, H, W] with its outermost rows and columns repeated once: [N, C, H + 2, W + 2].
  edgePad: {
    shape: ([x]) => {
      const [n, c, height, width] = four(x as Shape);
      return [n, c, height + 2, width + 2];
    },
    emit: (emitter, [x], _, shape) =>
      emitter.apply('Pad', [x as Value, emitter.integers([0, 0, 1, 1, 0, 0, 1, 1])], shape, { mode: 'edge' }),
    gradient: (dy) => edgeFold(dy),
  },

  // Adjoint of edgePad: the outermost rows and columns are added to their neighbours.
  edgeFold: {
    shape: ([y]) => {
      const [n, c, height, width] = four(y as Shape);
      return [n, c, height - 2, width - 2];
    },
    emit: (emitter, [y]) => foldEdges(emitter, foldEdges(emitter, y as Value, 2), 3),
    gradient: (dx) => edgePad(dx),
  },

  // x as a constant: no gradient flows through it.
  detach: {
    shape: ([x]) => x as Shape,
    emit: (_, [x]) => x as Value,
    gradient: () => undefined,
  },

  // (key, x): the elements of x's last axis in the order in which those of key ascend.
  sortBy: {
    shape: ([key, x]) => same(key as Shape, x as Shape),
    emit: (emitter, [key, x], _, shape) =>
      emitter.apply('GatherElements', [x as Value, emitter.order(key as Value)], shape, { axis: -1 }),
    gradient: (dy, { inputs }, index) => (index === 1 ? unsortBy(inputs[0] as Node, dy) : undefined),
  },

  // (key, y): inverse of sortBy.
  unsortBy: {
    shape: ([key, y]) => same(key as Shape, y as Shape),
    emit: (emitter, [key, y], _, shape) =>
      emitter.apply('ScatterElements', [y as Value, emitter.order(key as Value), y as Value], shape, { axis: -1 }),
    gradient: (dx, { inputs }, index) => (index === 1 ? sortBy(inputs[0] as Node, dx) : undefined),
  },

  // Sums along the last axis up to and with each element, or from it on.
  cumulativeSum: {
    shape: ([x]) => x as Shape,
    emit: (emitter, [x], { reverse }, shape) =>
      emitter.apply('CumSum', [x as Value, emitter.integers([-1])], shape, { reverse: reverse ? 1 : 0 }),
    gradient: (dy, { attributes: { reverse } }) => cumulativeSum(dy, { reverse: !reverse }),
  },

  // (table [..., K], at [..., N] from 0 to 1): each row of the table, whose elements stand at the middles of K equal
  // parts, read at these places, linearly in between. Tables are targets, and places are where sorting puts
  // something: no gradient flows to either.
  lookUp: {
    shape: ([table, at]) => {
      same((table as Shape).slice(0, -1), (at as Shape).slice(0, -1));
      return at as Shape;
    },
    emit: (emitter, inputs, _, shape) => {
      const [table, at] = inputs as [Value, Value];
      const count = table.shape.at(-1) as number;
      const number = (value: number) => emitter.constant(tensor([], Float32Array.of(value)));
      const compute = (operator: string, ...of: readonly Value[]) => emitter.apply(operator, of, shape, {});
      const element = (place: Value) =>
        emitter.apply('GatherElements', [table, emitter.apply('Cast', [place], shape, { to: INT64 })], shape, {
          axis: -1,
        });
      const past = compute('Max', compute('Sub', compute('Mul', at, number(count)), number(0.5)), number(0));
      const place = compute('Min', past, number(count - 1));
      const below = compute('Floor', place);
      const above = compute('Min', compute('Add', below, number(1)), number(count - 1));
      const rise = compute('Sub', element(above), element(below));
      return compute('Add', element(below), compute('Mul', rise, compute('Sub', place, below)));
    },
    gradient: () => undefined,
  },

  // Adjoint of sumPool: every element repeated over its 2x2 cell, cropped to height x width.
  upsample: {
    shape: ([x], { height, width }) => {
      const shape = [...(x as Shape).slice(0, 2), height, width];
      same(pooled(shape), x as Shape);
      return shape;
    },
    emit: (emitter, [input], _, shape) => {
      const x = input as Value;
      const [n, c, h, w] = four(x.shape);
      const scales = emitter.constant(tensor([4], Float32Array.of(1, 1, 2, 2)));
      // The second input, a region of interest, is left out.
      const repeated = emitter.apply('Resize', [x, emitter.absent, scales], [n, c, 2 * h, 2 * w], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      });
      return emitter.crop(repeated, shape);
    },
    gradient: (dy) => sumPool(dy),
  },
};

/** Names of all operations, for tests that walk the table. */
export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];

/** Applies an operation after checking shapes. */
function apply<Name extends OperationName>(
  operation: Name,
  inputs: readonly Node[],
  attributes: Attributes[Name],
): Node<Name> {
  const shape = OPERATIONS[operation].shape(
    inputs.map((node) => node.shape),
    attributes,
  );
  return { operation, inputs, attributes, shape };
}

/** What input `index` of `node` receives of `dy`; undefined for none. */
export function gradientOf(node: Node, dy: Node, index: number): Node | undefined {
  return (OPERATIONS[node.operation] as Operation<unknown>).gradient(dy, node, index);
}

/** Writes one node through the emitter; its inputs are written already. */
export function emitNode(emitter: Emitter, node: Node, inputs: readonly Value[]): Value {
  return (OPERATIONS[node.operation] as Operation<unknown>).emit(emitter, inputs, node.attributes, node.shape);
}

// The builder: one function per operation.

/** A tensor fed by name on every run. */
export function input(name: string, shape: Shape): Node {
  return { operation: 'input', inputs: [], attributes: { name, fixed: false }, shape };
}

/** A tensor fed by name once, before the first run: weights, targets. */
export function fixedInput(name: string, shape: Shape): Node {
  return { operation: 'input', inputs: [], attributes: { name, fixed: true }, shape };
}

/** A small tensor that is part of the model. */
export const constant = (value: Tensor): Node => apply('constant', [], { value });
const constantOf = (value: number) => constant(tensor([], Float32Array.of(value)));

/** Elementwise, broadcast as numpy does. */
export const add = (a: Node, b: Node): Node => apply('add', [a, b], {});
export const subtract = (a: Node, b: Node): Node => apply('subtract', [a, b], {});
export const multiply = (a: Node, b: Node): Node => apply('multiply', [a, b], {});
export const divide = (a: Node, b: Node): Node => apply('divide', [a, b], {});
export const squareRoot = (x: Node): Node => apply('squareRoot', [x], {});
/** x times a number known when the graph is built. */
export const scale = (x: Node, factor: number): Node => multiply(x, constantOf(factor));
const negate = (x: Node) => scale(x, -1);

export const relu = (x: Node): Node => apply('relu', [x], {});
/** x where mask > 0, else 0. */
export const gate = (mask: Node, x: Node): Node => apply('gate', [mask, x], {});
/** 1 where a equals b, else 0; nothing flows back through it. */
export const equal = (a: Node, b: Node): Node => apply('equal', [a, b], {});

/** Sums over the axes that `shape` lacks or has at 1. */
export const sumTo = (x: Node, shape: Shape): Node =>
  String(x.shape) === String(shape) ? x : apply('sumTo', [x], { shape });
/** Sum of all elements, shape []. */
export const sum = (x: Node): Node => sumTo(x, []);
/** Repeats along axes that x lacks or has at 1. */
export const expand = (x: Node, shape: Shape): Node =>
  String(x.shape) === String(shape) ? x : apply('expand', [x], { shape });
export const reshape = (x: Node, shape: Shape): Node => apply('reshape', [x], { shape });
export const transpose = (x: Node, permutation: readonly number[]): Node => apply('transpose', [x], { permutation });

/** [..., M, K] x [..., K, N] -> [..., M, N]; the flags transpose a side's last two axes first. */
export const matmul = (a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node =>
  apply('matmul', [a, b], { transposeA, transposeB });
/** A A' of [C, N]: [C, C]. */
export const gram = (a: Node): Node => apply('gram', [a], {});

/** Stride-1 cross-correlation: x [N, C, H, W], w [K, C, kH, kW], bias [K] -> [N, K, H', W']. */
export const convolution = (x: Node, w: Node, padding: number, bias?: Node): Node =>
  apply('convolution', bias ? [x, w, bias] : [x, w], { padding });
/** Gradient of convolution with respect to x: y [N, K, H', W'], w [K, C, kH, kW] -> [N, C, H, W]. */
export const convolutionInputGradient = (y: Node, w: Node, padding: number): Node =>
  apply('convolutionInputGradient', [y, w], { padding });
/** Gradient of convolution with respect to w: x [N, C, H, W], y [N, K, H', W'] -> [K, C, kH, kW]. */
export const convolutionWeightGradient = (x: Node, y: Node, padding: number): Node =>
  apply('convolutionWeightGradient', [x, y], { padding });

/** 2x2 pools, stride 2: [N, C, H, W] -> [N, C, ceil(H/2), ceil(W/2)]. */
export const sumPool = (x: Node): Node => apply('sumPool', [x], {});
export const averagePool = (x: Node): Node => apply('averagePool', [x], {});
export const maxPool = (x: Node): Node => apply('maxPool', [x], {});
/** Repeats the outermost rows and columns once: [N, C, H, W] -> [N, C, H + 2, W + 2]. */
export const edgePad = (x: Node): Node => apply('edgePad', [x], {});
/** Adjoint of edgePad: [N, C, H, W] -> [N, C, H - 2, W - 2]. */
export const edgeFold = (y: Node): Node => apply('edgeFold', [y], {});
/** x, through which no gradient flows. */
export const detach = (x: Node): Node => apply('detach', [x], {});
/** The elements of x's last axis in the order in which those of `key` ascend. */
export const sortBy = (key: Node, x: Node): Node => apply('sortBy', [key, x], {});
/** Inverse of sortBy. */
export const unsortBy = (key: Node, y: Node): Node => apply('unsortBy', [key, y], {});
/** The elements of the last axis, ascending. */
export const sort = (x: Node): Node => sortBy(x, x);
/** Sums along the last axis up to and with each element; with `reverse`, from each element on. */
export const cumulativeSum = (x: Node, { reverse = false } = {}): Node => apply('cumulativeSum', [x], { reverse });
/**
 * Each row of `table` [..., K] read at shares of its length, `at` [..., N] from 0 to 1, linearly between the middles
 * of its K parts: [..., N]. No gradient flows through it.
 */
export const lookUp = (table: Node, at: Node): Node => apply('lookUp', [table, at], {});
/** Repeats every element over its 2x2 cell, cropped to the last two extents of `shape`. */
export const upsample = (x: Node, shape: Shape): Node =>
  apply('upsample', [x], { height: shape[2] as number, width: shape[3] as number });

// Shapes.

function four(shape: Shape): [number, number, number, number] {
  if (shape.length !== 4) throw new RangeError(`Expected four axes but received [${shape}].`);
  return shape as unknown as [number, number, number, number];
}

function same(a: Shape, b: Shape): Shape {
  if (String(a) !== String(b)) throw new RangeError(`Expected equal shapes but received [${a}] and [${b}].`);
  return a;
}

function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw new RangeError(`Shapes [${a}] and [${b}] cannot be broadcast.`);
    return Math.max(m, n);
  });
}

function broadcastsTo(small: Shape, large: Shape): void {
  if (String(broadcast(small, large)) !== String(large)) {
    throw new RangeError(`Shape [${small}] cannot be broadcast to [${large}].`);
  }
}

function lastTwo(shape: Shape, swap: boolean): [number, number] {
  const [a, b] = shape.slice(-2) as [number, number];
  return swap ? [b, a] : [a, b];
}

function swapLastTwo(emitter: Emitter, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return emitter.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** Along one axis: the first element added to the second, the last to the last but one, both then left out. */
function foldEdges(emitter: Emitter, y: Value, axis: number): Value {
  const inner = (y.shape[axis] as number) - 2;
  const core = emitter.slice(y, axis, 1, inner + 1);
  const padded = (edge: Value, before: number, after: number) =>
    emitter.pad(
      edge,
      y.shape.map((_, i) => (i === axis ? before : 0)),
      y.shape.map((_, i) => (i === axis ? after : 0)),
    );
  const first = padded(emitter.slice(y, axis, 0, 1), 0, inner - 1);
  const last = padded(emitter.slice(y, axis, inner + 1, inner + 2), inner - 1, 0);
  return emitter.apply('Add', [emitter.apply('Add', [core, first], core.shape), last], core.shape);
}

/** Sums of more numbers than this are taken in two steps. */
const LONG_SUM = 512;

/**
 * Sum along one axis, whose extent becomes 1. Single precision loses 1e-3 of a sum of a million numbers that are
 * added one after the other, 1e-6 of a sum of a thousand sums.
 */
function sumAxis(emitter: Emitter, x: Value, axis: number): Value {
  const extent = x.shape[axis] as number;
  const before = x.shape.slice(0, axis);
  const after = x.shape.slice(axis + 1);
  const reduce = (value: Value, of: number, shape: Shape) =>
    emitter.apply('ReduceSum', [value, emitter.integers([of])], shape);
  const rows = extent > LONG_SUM ? divisorNearRoot(extent) : 1;
  if (rows === 1) return reduce(x, axis, [...before, 1, ...after]);
  const sums = reduce(emitter.reshape(x, [...before, rows, extent / rows, ...after]), axis + 1, [
    ...before,
    rows,
    1,
    ...after,
  ]);
  return reduce(emitter.reshape(sums, [...before, rows, ...after]), axis, [...before, 1, ...after]);
}

/** The largest divisor of n that is at most its square root. */
function divisorNearRoot(n: number): number {
  let divisor = Math.floor(Math.sqrt(n));
  while (n % divisor !== 0) divisor--;
  return divisor;
}

function pooled(shape: Shape): Shape {
  const [n, c, height, width] = four(shape);
  return [n, c, Math.ceil(height / 2), Math.ceil(width / 2)];
}

function poolAttributes(x: Value) {
  const [, , height, width] = four(x.shape);
  return { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, height % 2, width % 2] };
}

/** [1, 1, H', W']: one over the number of elements in each 2x2 cell. */
function cellShares(shape: Shape): Tensor {
  const [, , height, width] = four(shape);
  const [, , rows, columns] = four(pooled(shape));
  const data = Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    const column = i % columns;
    return 1 / (Math.min(2, height - 2 * row) * Math.min(2, width - 2 * column));
  });
  return tensor([1, 1, rows, columns], data);
}
