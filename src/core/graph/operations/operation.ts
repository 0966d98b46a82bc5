/** What each operation must say of itself, and how nodes are made of them. */
import type { Emitter, Value } from '../emitter.js';
import type { Attributes, Node, OperationName } from '../node.js';
import type { Shape } from '../tensor.js';

export interface Operation<A> {
  /**
   * Shape of the output.
   *
   * @param name the operation's own, for messages.
   * @throws RangeError where the inputs do not fit.
   */
  shape(inputs: readonly Shape[], attributes: A, name: string): Shape;
  emit(emitter: Emitter, inputs: readonly Value[], attributes: A, shape: Shape): Value;
  /**
   * What input `index` receives of `dy`, the gradient with respect to the output; undefined where the output does not
   * change with that input (masks). It is made of operations, so that it can be differentiated again.
   */
  gradient(dy: Node, node: Node & { readonly attributes: A }, index: number): Node | undefined;
}

/** Operations by name. */
export type Operations<Name extends OperationName> = { readonly [N in Name]: Operation<Attributes[N]> };

/** A node of one of `operations`, its shape checked. */
export function apply<Name extends OperationName>(
  operations: Operations<Name>,
  operation: Name,
  inputs: readonly Node[],
  attributes: Attributes[Name],
): Node {
  const shapes = inputs.map((node) => node.shape);
  return { operation, inputs, attributes, shape: operations[operation].shape(shapes, attributes, operation) };
}
