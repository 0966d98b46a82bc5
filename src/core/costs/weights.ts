/** Weighted sums of costs. */
import type { Node } from '../graph/node.js';
import { add, constant, multiply } from '../graph/operations.js';
import { scalar, type Tensor } from '../graph/tensor.js';

/** Layers whose weight is not 0. */
export function layersOf(weights: Readonly<Record<string, number>>): string[] {
  return Object.keys(weights).filter((layer) => (weights[layer] as number) > 0);
}

/** A weight by which a cost counts relative to `size`; 0 where there is nothing to be relative to. */
export const share = (weight = 0, size: number): Tensor => scalar(size > 0 ? weight / size : 0);

/** A cost times a weight that is fed. */
export const byWeight = (cost: Node, weight: Node | undefined): Node => multiply(cost, weight as Node);

/** The sum of costs, each of shape []; 0 of none. */
export const total = ([first, ...others]: readonly Node[]): Node => others.reduce(add, first ?? constant(scalar(0)));
