/** Operations that sum, repeat or rearrange whole axes. */
import type { Emitter, Value } from '../emitter.js';
import type { Node } from '../node.js';
import { type Shape, showShape, sizeOf } from '../tensor.js';
import { apply, type Operations } from './operation.js';
import { broadcastsTo, mismatch, positive } from './shape-rules.js';

export const LAYOUT: Operations<'sumTo' | 'expand' | 'reshape' | 'transpose'> = {
  // Adjoint of expand.
  sumTo: {
    shape: ([x], { shape }, name) => {
      broadcastsTo(shape, x as Shape, name);
      return shape;
    },
    emit: (emitter, [input], _, shape) => {
      const x = input as NonNullable<typeof input>;
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

  expand: {
    shape: ([x], { shape }, name) => {
      broadcastsTo(x as Shape, positive(shape, name), name);
      return shape;
    },
    emit: (emitter, inputs, _, shape) => emitter.apply('Expand', [...inputs, emitter.integers(shape)], shape),
    gradient: (dy, { inputs }) => sumTo(dy, (inputs[0] as Node).shape),
  },

  reshape: {
    shape: ([x], { shape }, name) => {
      if (sizeOf(x as Shape) !== sizeOf(positive(shape, name))) {
        throw mismatch(`a shape of ${sizeOf(shape)} elements to become ${showShape(shape)}`, name, x as Shape);
      }
      return shape;
    },
    emit: (emitter, [x], _, shape) => emitter.reshape(x as NonNullable<typeof x>, shape),
    gradient: (dy, { inputs }) => reshape(dy, (inputs[0] as Node).shape),
  },

  transpose: {
    shape: ([x], { permutation }, name) => {
      const axes = (x as Shape).map((_, axis) => axis);
      if (String([...permutation].sort((a, b) => a - b)) !== String(axes)) {
        throw mismatch(`a shape with the axes that [${permutation.join(', ')}] permutes`, name, x as Shape);
      }
      return permutation.map((axis) => (x as Shape)[axis] as number);
    },
    emit: (emitter, [x], { permutation }) => emitter.transpose(x as NonNullable<typeof x>, permutation),
    gradient: (dy, { attributes: { permutation } }) =>
      transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  },
};

/**
 * Sums over the axes that `shape` lacks or has at 1. Of [2, 3, 4], `sumTo(x, [3, 1])` sums over the first and the last
 * axis.
 */
export const sumTo = (x: Node, shape: Shape): Node =>
  String(x.shape) === String(shape) ? x : apply(LAYOUT, 'sumTo', [x], { shape });

/** Sum of all elements, of shape []. */
export const sum = (x: Node): Node => sumTo(x, []);

/** Repeats x along axes that it lacks or has at 1, as numpy broadcasts: [3, 1] to [2, 3, 4]. */
export const expand = (x: Node, shape: Shape): Node =>
  String(x.shape) === String(shape) ? x : apply(LAYOUT, 'expand', [x], { shape });

/** The same elements in the same row-major order under another shape: [1, C, H, W] to [C, H * W]. */
export const reshape = (x: Node, shape: Shape): Node => apply(LAYOUT, 'reshape', [x], { shape });

/** Axes in another order, as in numpy: axis i of the result is axis `permutation[i]` of x. */
export const transpose = (x: Node, permutation: readonly number[]): Node =>
  apply(LAYOUT, 'transpose', [x], { permutation });

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
  const split = emitter.reshape(x, [...before, rows, extent / rows, ...after]);
  const sums = reduce(split, axis + 1, [...before, rows, 1, ...after]);
  return reduce(emitter.reshape(sums, [...before, rows, ...after]), axis, [...before, 1, ...after]);
}

/** The largest divisor of n that is at most its square root. */
function divisorNearRoot(n: number): number {
  let divisor = Math.floor(Math.sqrt(n));
  while (n % divisor !== 0) divisor--;
  return divisor;
}
