/**
 * The graph builders, for costs of your own: expressions of named inputs, their gradients, and programs that compute
 * both on an engine. Everything that Giverny paints with is written in them.
 */
export { checkGradient, type GradientCheckOptions } from './core/graph/check-gradient.js';
export type { Engine, EngineTraits, Session } from './core/graph/engine.js';
export { gradients } from './core/graph/gradient.js';
export type { Attributes, Node, OperationName } from './core/graph/node.js';
export * from './core/graph/operations.js';
export { Program } from './core/graph/program.js';
export { type Shape, scalar, sizeOf, type Tensor, type Tensors, tensor } from './core/graph/tensor.js';
