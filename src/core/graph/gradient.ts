/** The reverse walk: gradients of a scalar as new nodes of the same kind, so that they can be differentiated again. */

import type { Node } from './node.js';
import { topologicalOrder } from './node.js';
import { add, constant, gradientOf } from './operations.js';
import { scalar } from './tensor.js';

/**
 * Gradients of `cost` with respect to each of `wanted` (Linnainmaa's reverse accumulation). Only nodes on
 * a path from a wanted node to the cost are visited: fixed weights get no gradient, and cost nothing.
 *
 * @param cost a scalar, shape [].
 * @param wanted any nodes that cost depends on.
 * @returns one node per wanted node, of its shape.
 * @throws RangeError if cost is no scalar or does not depend on a wanted node.
 */
export function gradients(cost: Node, wanted: readonly Node[]): Node[] {
  if (cost.shape.length > 0) throw new RangeError(`Expected a scalar cost but received shape [${cost.shape}].`);
  const order = topologicalOrder([cost]);
  const onPath = new Set<Node>(wanted);
  for (const node of order) {
    if (node.inputs.some((input) => onPath.has(input))) onPath.add(node);
  }
  const upstream = new Map<Node, Node>([[cost, constant(scalar(1))]]);
  for (const node of order.reverse()) {
    const dy = upstream.get(node);
    if (!dy || !onPath.has(node)) continue;
    node.inputs.forEach((input, index) => {
      if (!onPath.has(input)) return;
      const contribution = gradientOf(node, dy, index);
      if (!contribution) return;
      const before = upstream.get(input);
      upstream.set(input, before ? add(before, contribution) : contribution);
    });
  }
  return wanted.map((node) => {
    const gradient = upstream.get(node);
    if (!gradient) throw new RangeError('The cost does not depend on a node whose gradient is wanted.');
    return gradient;
  });
}
