/** The builders: one function per operation. Each returns a new node whose shape is checked at once. */
export {
  convolution,
  convolutionInputGradient,
  convolutionWeightGradient,
} from './operations/convolutions.js';
export {
  absolute,
  add,
  clip,
  detach,
  divide,
  equal,
  exponential,
  gate,
  logarithm,
  maximum,
  minimum,
  multiply,
  negate,
  relu,
  scale,
  squareRoot,
  subtract,
} from './operations/elementwise.js';
export { expand, reshape, sum, sumTo, transpose } from './operations/layout.js';
export { constant, fixedInput, input } from './operations/leaves.js';
export { cumulativeSum, lookUp, sort, sortBy, unsortBy } from './operations/ordering.js';
export { concat, edgeFold, edgePad, pad, type Range, slice } from './operations/pieces.js';
export { averagePool, maxPool, sumPool, upsample } from './operations/pooling.js';
export { gemm, gram, matmul } from './operations/products.js';
