/** Nodes without inputs. */
import type { Node } from '../node.js';
import { type Shape, scalar, type Tensor } from '../tensor.js';
import { apply, type Operations } from './operation.js';
import { positive } from './shape-rules.js';

const leaf = {
  gradient: () => {
    throw new RangeError('Expected a node with inputs to differentiate but received a leaf.');
  },
};

export const LEAVES: Operations<'input' | 'constant'> = {
  input: {
    ...leaf,
    shape: (_, { shape }, name) => positive(shape, name),
    emit: (emitter, _, { name, fixed }, shape) => emitter.input(name, shape, fixed),
  },

  constant: {
    ...leaf,
    shape: (_, { value }) => value.shape,
    emit: (emitter, _, { value }) => emitter.constant(value),
  },
};

/**
 * A tensor that is fed under this name on every run.
 *
 * @param name any text.
 * @param shape such as [1, 3, H, W]; [] for a number.
 */
export const input = (name: string, shape: Shape): Node => apply(LEAVES, 'input', [], { name, shape, fixed: false });

/** A tensor that is fed under this name once, when a Program is loaded: a weight, a target. */
export const fixedInput = (name: string, shape: Shape): Node =>
  apply(LEAVES, 'input', [], { name, shape, fixed: true });

/** A small tensor, or a number, that is part of the model. */
export const constant = (value: Tensor | number): Node =>
  apply(LEAVES, 'constant', [], { value: typeof value === 'number' ? scalar(value) : value });
