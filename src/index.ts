/** Giverny for every environment: pictures in memory, an engine of your choice. */
export {
  type ColorMatch,
  luminanceOnly,
  matchColors,
  matchLuminance,
  withLuminanceOf,
} from './core/colors.js';
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
export { type Job, paint, type Region, type Revision, type Step, type Style } from './core/paint.js';
export { fromBytes, type Picture, picture, type Size, toBytes } from './core/picture.js';
export { assertSameAspect, feather, fitMasks, masksOf, parseColor, type RGB } from './core/regions.js';
export { resample } from './core/resample.js';
export { type Scale, scalesOf } from './core/schedule.js';
export type { Shape, Tensor, Tensors } from './core/tensor.js';
