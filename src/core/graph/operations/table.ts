/**
 * All operations in one table: for each its shape rule, its ONNX and its gradient rule. The table is total: an
 * operation that lacks one of the three does not compile.
 */
import type { Emitter, Value } from '../emitter.js';
import type { Node, OperationName } from '../node.js';
import { CONVOLUTIONS } from './convolutions.js';
import { ELEMENTWISE } from './elementwise.js';
import { LAYOUT } from './layout.js';
import { LEAVES } from './leaves.js';
import type { Operation, Operations } from './operation.js';
import { ORDERING } from './ordering.js';
import { PIECES } from './pieces.js';
import { POOLING } from './pooling.js';
import { PRODUCTS } from './products.js';

const OPERATIONS: Operations<OperationName> = {
  ...LEAVES,
  ...ELEMENTWISE,
  ...LAYOUT,
  ...PIECES,
  ...PRODUCTS,
  ...CONVOLUTIONS,
  ...POOLING,
  ...ORDERING,
};

/** Names of all operations, for tests that walk the table. */
export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];

/** What input `index` of `node` receives of `dy`; undefined for none. */
export function gradientOf(node: Node, dy: Node, index: number): Node | undefined {
  return (OPERATIONS[node.operation] as Operation<unknown>).gradient(dy, node, index);
}

/** Writes one node through the emitter; its inputs are written already. */
export function emitNode(emitter: Emitter, node: Node, inputs: readonly Value[]): Value {
  return (OPERATIONS[node.operation] as Operation<unknown>).emit(emitter, inputs, node.attributes, node.shape);
}
