/** Products of matrices. */
import type { Emitter, Value } from '../emitter.js';
import type { Node } from '../node.js';
import type { Shape } from '../tensor.js';
import { add, scale } from './elementwise.js';
import { transpose } from './layout.js';
import { apply, type Operations } from './operation.js';
import { atLeast, mismatch, same } from './shape-rules.js';

export const PRODUCTS: Operations<'matmul' | 'gram' | 'gemm'> = {
  matmul: {
    shape: ([a, b], { transposeA, transposeB }, name) => {
      const [m, k] = lastTwo(atLeast(2, a as Shape, name), transposeA);
      const [k2, n] = lastTwo(atLeast(2, b as Shape, name), transposeB);
      const batch = (a as Shape).slice(0, -2);
      if (k !== k2 || String(batch) !== String((b as Shape).slice(0, -2))) {
        const sides = `${transposeA ? 'a transposed' : 'a'} [..., M, K] and ${transposeB ? 'b transposed' : 'b'} [..., K, N]`;
        throw mismatch(sides, name, a as Shape, b as Shape);
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

  // A matmul whose two gradients are taken in one product.
  gram: {
    shape: ([a], _, name) => {
      if ((a as Shape).length !== 2) throw mismatch('a matrix [C, N]', name, a as Shape);
      return [(a as Shape)[0] as number, (a as Shape)[0] as number];
    },
    emit: (emitter, [a]) => emitter.matmul(a as Value, swapLastTwo(emitter, a as Value)),
    gradient: (dy, { inputs }) => matmul(add(dy, transpose(dy, [1, 0])), inputs[0] as Node),
  },

  // Its own node, as the sum takes no pass over the matrices of its own.
  gemm: {
    shape: ([a, b, c], _, name) => {
      const [m, k] = a as Shape;
      const [k2, n] = b as Shape;
      const isFitting = [a, b].every((side) => side?.length === 2) && k === k2;
      if (!isFitting) throw mismatch('a [M, K] and b [K, N]', name, a as Shape, b as Shape);
      return same([m as number, n as number], c as Shape, name);
    },
    emit: (emitter, inputs, { alpha, beta }, shape) =>
      emitter.apply('Gemm', inputs, shape, { alpha: { float: alpha }, beta: { float: beta } }),
    gradient: (dy, { inputs, attributes: { alpha, beta } }, index) => {
      const [a, b] = inputs as [Node, Node];
      if (index === 0) return scale(matmul(dy, b, { transposeB: true }), alpha);
      return index === 1 ? scale(matmul(a, dy, { transposeA: true }), alpha) : scale(dy, beta);
    },
  },
};

/**
 * Product of the last two axes, with equal leading axes: [..., M, K] x [..., K, N] -> [..., M, N]. The flags transpose
 * the last two axes of a side first.
 */
export const matmul = (a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node =>
  apply(PRODUCTS, 'matmul', [a, b], { transposeA, transposeB });

/** A A' of a matrix A [C, N]: [C, C]. */
export const gram = (a: Node): Node => apply(PRODUCTS, 'gram', [a], {});

/** alpha A B + beta C of matrices A [M, K], B [K, N] and C [M, N], which may be one of the two others (BLAS' gemm). */
export const gemm = (a: Node, b: Node, c: Node, { alpha = 1, beta = 1 } = {}): Node =>
  apply(PRODUCTS, 'gemm', [a, b, c], { alpha, beta });

function lastTwo(shape: Shape, swap: boolean): [number, number] {
  const [a, b] = shape.slice(-2) as [number, number];
  return swap ? [b, a] : [a, b];
}

function swapLastTwo(emitter: Emitter, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return emitter.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
