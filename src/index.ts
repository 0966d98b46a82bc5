/** Giverny for every environment: pictures in memory, an engine of your choice. */
export type { Engine, Session } from './core/engine.js';
export { type ErrorCode, type ErrorKind, GivernyError } from './core/errors.js';
export { type Convolution, type Network, networkOf, VGG_MEAN, VGG19, vggTable } from './core/network.js';
export { type Costs, Objective } from './core/objective.js';
export {
  DEFAULTS,
  type Options,
  type OptionsInput,
  optionMeta,
  optionsSchema,
  PRESETS,
  resolveOptions,
} from './core/options.js';
export { type Job, paint, type Step } from './core/paint.js';
export { fromBytes, type Picture, picture, type Size, toBytes } from './core/picture.js';
export { resample } from './core/resample.js';
export type { Shape, Tensor, Tensors } from './core/tensor.js';
