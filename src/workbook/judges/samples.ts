/** Inputs that learners' functions are tried on. */
import { RandomState } from '../../core/random.js';
import type { Numbers } from '../evaluate.js';
import type { Argument } from '../recorded.js';

const random = new RandomState(3);
export const randomNumbers = (shape: readonly number[]): Numbers => ({
  shape,
  data: Float64Array.from(
    { length: shape.reduce((product, extent) => product * extent, 1) },
    () => 2 * random.randn() + 0.5,
  ),
});

export const tensorArgument = (name: string, { shape }: Numbers): Argument => ({ type: 'tensor', name, shape });
