/** Recorded operations as a graph of Giverny's, which the core can compute, differentiate and paint with. */
import type { Node } from '../core/graph/node.js';
import {
  absolute,
  add,
  concat,
  constant,
  divide,
  expand,
  exponential,
  gram,
  logarithm,
  matmul,
  maximum,
  minimum,
  multiply,
  reshape,
  slice,
  squareRoot,
  subtract,
  sumTo,
  transpose,
} from '../core/graph/operations.js';
import { sizeOf, tensor } from '../core/graph/tensor.js';
import type { RecordedNode } from './recorded.js';

/** Numbers that all results of one function may have together. */
const MOST_NUMBERS = 2 ** 27;

/**
 * The node that a function returned.
 *
 * @param recorded what came out of the sandbox; nothing in it is trusted.
 * @param inputs nodes by the names of inputs.
 * @param known nodes that take the place of recorded ones.
 * @throws RangeError where it is no graph, or too large a one.
 */
export function graphOf(
  recorded: readonly RecordedNode[],
  returned: number,
  inputs: (name: string, shape: readonly number[]) => Node,
  known: ReadonlyMap<number, Node> = new Map(),
): Node {
  let numbers = 0;
  const nodes: Node[] = [];
  const wanted = reached(recorded, returned, known);
  for (const [i, one] of recorded.entries()) {
    const given = known.get(i);
    if (given || !wanted.has(i)) {
      nodes.push(given ?? UNUSED);
      continue;
    }
    const from = one.inputs.map((place) => {
      const node = place < i ? nodes[place] : undefined;
      if (!node) throw new RangeError(`Expected an earlier operation but received ${place} in operation ${i}.`);
      return node;
    });
    const node = built(one, from, inputs);
    numbers += sizeOf(node.shape);
    if (numbers > MOST_NUMBERS) throw new RangeError(`Expected at most ${MOST_NUMBERS} numbers but received more.`);
    nodes.push(node);
  }
  const result = nodes[returned];
  if (!result) throw new RangeError(`Expected an operation but received ${returned}.`);
  return result;
}

/** Stands where an operation is that the result does not depend on. */
const UNUSED: Node = constant(0);

function reached(
  recorded: readonly RecordedNode[],
  from: number,
  known: ReadonlyMap<number, Node> = new Map(),
): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [from];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (found.has(place)) continue;
    found.add(place);
    if (!known.has(place)) open.push(...(recorded[place]?.inputs ?? []));
  }
  return found;
}

/** Names of the inputs that a result depends on. */
export function inputsOf(recorded: readonly RecordedNode[], returned: number): string[] {
  const wanted = reached(recorded, returned);
  return recorded.flatMap(({ operation, name }, i) => (operation === 'input' && wanted.has(i) && name ? [name] : []));
}

/**
 * What depends on one input alone and is used together with others: computed once, it need not be computed again while
 * the others change.
 */
export function settledParts(recorded: readonly RecordedNode[], returned: number, input: string): number[] {
  const wanted = reached(recorded, returned);
  const settled = recorded.map(() => false);
  const open = recorded.map(() => false);
  for (const [i, { operation, inputs, name }] of recorded.entries()) {
    settled[i] = operation === 'input' ? name === input : inputs.some((place) => settled[place]);
    open[i] = operation === 'input' ? name !== input : inputs.some((place) => open[place]);
  }
  const isOnly = (i: number) => settled[i] && !open[i];
  const used = recorded.flatMap(({ inputs }, i) => (wanted.has(i) && !isOnly(i) ? inputs.filter(isOnly) : []));
  return [...new Set(isOnly(returned) ? [...used, returned] : used)];
}

const BINARY = { add, subtract, multiply, divide, maximum, minimum } as const;
const UNARY = { sqrt: squareRoot, abs: absolute, exp: exponential, log: logarithm } as const;

function built(
  { operation, shape, name = '', values = [], axes = [], begin = [], end = [], transposeA, transposeB }: RecordedNode,
  from: readonly Node[],
  inputs: (name: string, shape: readonly number[]) => Node,
): Node {
  const [a, b] = from as [Node, Node];
  switch (operation) {
    case 'input':
      return inputs(name, shape);
    case 'constant':
      return constant(tensor(shape, Float32Array.from(values)));
    case 'sum': {
      const kept = a.shape.map((extent, i) => (axes.includes(i) ? 1 : extent));
      const summed = sumTo(a, kept);
      return String(kept) === String(shape) ? summed : reshape(summed, shape);
    }
    case 'reshape':
      return String(a.shape) === String(shape) ? a : reshape(a, shape);
    case 'transpose':
      return transposed(a, axes);
    case 'expand':
      return expand(a, shape);
    case 'slice':
      return slice(
        a,
        begin.map((start, i) => [start, end[i] as number] as const),
      );
    case 'concat':
      return concat(from, axes[0] as number);
    case 'matMul':
      return product(a, b, transposeA === true, transposeB === true);
    default:
      if (Object.hasOwn(BINARY, operation)) return BINARY[operation as keyof typeof BINARY](a, b);
      if (Object.hasOwn(UNARY, operation)) return UNARY[operation as keyof typeof UNARY](a);
      throw new RangeError(`Expected a known operation but received ${String(operation).slice(0, 40)}.`);
  }
}

/** Axes of channels first to channels last, as features come to a learner's function. */
const CHANNELS_LAST = '0,2,3,1';

/**
 * A transposition. Two that undo each other are none, and features that become [nC, nH nW] are only reshaped: they lie
 * there in that order already.
 */
function transposed(x: Node, axes: readonly number[]): Node {
  const { operation, attributes, inputs, shape } = x;
  const [inner] = inputs as [Node];
  if (operation === 'transpose') {
    const { permutation } = attributes as Node<'transpose'>['attributes'];
    if (axes.every((axis, i) => permutation[axis] === i)) return inner;
  }
  if (operation === 'reshape' && String(axes) === '1,0' && inner.operation === 'transpose') {
    const { permutation } = inner.attributes as Node<'transpose'>['attributes'];
    const [first] = inner.inputs as [Node];
    if (String(permutation) === CHANNELS_LAST && first.shape[0] === 1 && shape[1] === first.shape[1]) {
      return reshape(first, [shape[1] as number, shape[0] as number]);
    }
  }
  return transpose(x, axes);
}

/** A product. That of a matrix with itself transposed is a Gram matrix, whose gradient takes one product. */
function product(a: Node, b: Node, transposeA: boolean, transposeB: boolean): Node {
  if (a.shape.length === 2 && !transposeA) {
    if (transposeB && a === b) return gram(a);
    if (!transposeB && b.operation === 'transpose' && b.inputs[0] === a) {
      const { permutation } = b.attributes as Node<'transpose'>['attributes'];
      if (String(permutation) === '1,0') return gram(a);
    }
  }
  return matmul(a, b, { transposeA, transposeB });
}
