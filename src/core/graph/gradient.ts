/** The reverse walk: gradients as new nodes of the same kind, so that they can be differentiated again. */

import type { Node } from './node.js';
import { topologicalOrder } from './node.js';
import { gradientOf } from './operations/table.js';
import { add, constant } from './operations.js';
import { showShape } from './tensor.js';

/**
 * Gradients of the scalar `cost` with respect to each of `wanted` (Linnainmaa's reverse accumulation). Only nodes on a
 * path from a wanted node to the cost are visited: fixed weights get no gradient, and cost nothing.
 *
 * @param cost a scalar, shape [].
 * @param wanted any nodes that cost depends on.
 * @returns one node per wanted node, of its shape.
 * @throws RangeError if cost is no scalar or does not depend on a wanted node.
 */
export function gradients(cost: Node, wanted: readonly Node[]): Node[];
/**
 * Gradients of the sum over i of <outputs[i], cotangents[i]>, which is never computed itself. They carry a gradient on
 * from a cost that another graph computes of these outputs: cotangents then are its gradients with respect to them.
 *
 * @param outputs nodes of any shapes.
 * @param wanted any nodes that the outputs depend on.
 * @param cotangents one node per output, of its shape.
 * @returns one node per wanted node, of its shape.
 * @throws RangeError if a cotangent does not fit its output or no output depends on a wanted node.
 */
export function gradients(outputs: readonly Node[], wanted: readonly Node[], cotangents: readonly Node[]): Node[];
export function gradients(
  of: Node | readonly Node[],
  wanted: readonly Node[],
  cotangents: readonly Node[] = [constant(1)],
): Node[] {
  const outputs = 'operation' in of ? [of] : of;
  const upstream = new Map<Node, Node>();
  const receive = (node: Node, contribution: Node) => {
    const before = upstream.get(node);
    upstream.set(node, before ? add(before, contribution) : contribution);
  };
  if (outputs.length !== cotangents.length) {
    throw new RangeError(`Expected ${outputs.length} cotangents for gradients but received ${cotangents.length}.`);
  }
  outputs.forEach((output, i) => {
    const cotangent = cotangents[i] as Node;
    if (String(cotangent.shape) !== String(output.shape)) throw unfit(output, cotangent, 'operation' in of);
    receive(output, cotangent);
  });

  const order = topologicalOrder(outputs);
  const onPath = new Set<Node>(wanted);
  for (const node of order) {
    if (node.inputs.some((input) => onPath.has(input))) onPath.add(node);
  }
  for (const node of order.reverse()) {
    const dy = upstream.get(node);
    if (!dy || !onPath.has(node)) continue;
    node.inputs.forEach((input, index) => {
      if (!onPath.has(input)) return;
      const contribution = gradientOf(node, dy, index);
      if (contribution) receive(input, contribution);
    });
  }
  return wanted.map((node) => {
    const gradient = upstream.get(node);
    if (!gradient) {
      throw new RangeError(
        `Expected a cost that depends on every wanted node but it does not depend on one of shape ${showShape(node.shape)}.`,
      );
    }
    return gradient;
  });
}

function unfit(output: Node, cotangent: Node, scalar: boolean): RangeError {
  return new RangeError(
    scalar
      ? `Expected a scalar cost for gradients but received shape ${showShape(output.shape)}.`
      : `Expected a cotangent of shape ${showShape(output.shape)} for gradients but received shape ` +
          `${showShape(cotangent.shape)}.`,
  );
}
