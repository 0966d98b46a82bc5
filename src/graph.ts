/** Builders of expression graphs, their gradients, and programs that run them: for costs of one's own. */

export { gradients } from './core/graph/gradient.js';
export type { Node } from './core/graph/node.js';
export {
  add,
  averagePool,
  constant,
  convolution,
  cumulativeSum,
  detach,
  divide,
  equal,
  expand,
  fixedInput,
  gate,
  gram,
  input,
  lookUp,
  matmul,
  maxPool,
  multiply,
  relu,
  reshape,
  scale,
  sort,
  sortBy,
  squareRoot,
  subtract,
  sum,
  sumPool,
  sumTo,
  transpose,
  upsample,
} from './core/graph/operations.js';
export { Program } from './core/graph/program.js';
export { type Shape, type Tensor, type Tensors, tensor } from './core/graph/tensor.js';
