/** Products of matrices. */
import type { Emitter, Value } from '../emitter.js';
import type { Node } from '../node.js';
import type { Shape } from '../tensor.js';
import { add } from './elementwise.js';
import { transpose } from './layout.js';
import { apply, type Operations } from './operation.js';
import { atLeast, mismatch } from './shape-rules.js';

export const PRODUCTS: Operations<'matmul' | 'gram'> = {
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
};

/**
 * Product of the last two axes, with equal leading axes: [..., M, K] x [..., K, N] -> [..., M, N]. The flags transpose
 * the last two axes of a side first.
 */
export const matmul = (a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node =>
  apply(PRODUCTS, 'matmul', [a, b], { transposeA, transposeB });

/** A A' of a matrix A [C, N]: [C, C]. */
export const gram = (a: Node): Node => apply(PRODUCTS, 'gram', [a], {});

function lastTwo(shape: Shape, swap: boolean): [number, number] {
  const [a, b] = shape.slice(-2) as [number, number];
  return swap ? [b, a] : [a, b];
}

function swapLastTwo(emitter: Emitter, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return emitter.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
