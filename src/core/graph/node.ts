/**
 * The expression graph: immutable nodes that know their shape. Nodes are made by the builders of operations.ts; a graph
 * is all nodes that its outputs reach.
 */
import type { Shape, Tensor } from './tensor.js';

/** Every operation with its attributes. For each line here operations/ must say how it computes and differentiates. */
export interface Attributes {
  /** A tensor fed by name. `fixed`: fed once, before the first run; what depends only on fixed inputs is computed once. */
  input: { readonly name: string; readonly shape: Shape; readonly fixed: boolean };
  constant: { readonly value: Tensor };
  add: None;
  subtract: None;
  multiply: None;
  divide: None;
  maximum: None;
  squareRoot: None;
  exponential: None;
  logarithm: None;
  absolute: None;
  relu: None;
  gate: None;
  equal: None;
  sumTo: { readonly shape: Shape };
  expand: { readonly shape: Shape };
  reshape: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  slice: { readonly start: readonly number[]; readonly end: readonly number[] };
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  concat: { readonly axis: number };
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  gram: None;
  gemm: { readonly alpha: number; readonly beta: number };
  convolution: { readonly padding: number };
  convolutionInputGradient: { readonly padding: number };
  convolutionWeightGradient: { readonly padding: number };
  sumPool: None;
  averagePool: None;
  maxPool: None;
  edgePad: None;
  edgeFold: None;
  detach: None;
  sortBy: None;
  unsortBy: None;
  cumulativeSum: { readonly reverse: boolean };
  lookUp: None;
  upsample: { readonly height: number; readonly width: number };
}

type None = Readonly<Record<never, never>>;

export type OperationName = keyof Attributes;

export interface Node<Name extends OperationName = OperationName> {
  readonly operation: Name;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes[Name];
  readonly shape: Shape;
}

/** All nodes that the outputs reach, inputs before users. */
export function topologicalOrder(outputs: readonly Node[]): Node[] {
  const order = new Set<Node>();
  // An explicit stack: graphs may be deeper than the call stack.
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1] as Node;
    const missing = order.has(node) ? [] : node.inputs.filter((input) => !order.has(input));
    if (missing.length > 0) {
      stack.push(...missing.reverse());
    } else {
      order.add(node);
      stack.pop();
    }
  }
  return [...order];
}
