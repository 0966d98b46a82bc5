/** Operations that sum, repeat or rearrange whole axes. */
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
      const axes = x.shape
        .map((_, axis) => axis)
        .filter((axis) => axis < missing || shape[axis - missing] !== x.shape[axis]);
      if (axes.length === 0) return x;
      const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
      return emitter.reshape(emitter.apply('ReduceSum', [x, emitter.integers(axes)], kept), shape);
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
