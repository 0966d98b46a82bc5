/** Giverny for every environment: pictures in memory, an engine of your choice. */

export { type Costs, Objective } from './core/costs/objective.js';
export { type ErrorCode, type ErrorKind, GivernyError } from './core/errors.js';
export type { Engine, Session } from './core/graph/engine.js';
export type { Shape, Tensor, Tensors } from './core/graph/tensor.js';
export { type Convolution, type Network, networkOf, VGG_MEAN, VGG19, vggTable } from './core/networks/network.js';
export {
  DEFAULTS,
  type Options,
  type OptionsInput,
  optionMeta,
  optionsSchema,
  PRESETS,
  resolveOptions,
} from './core/options/options.js';
export { type Job, paint, type Region, type Revision, type Step, type Style } from './core/painting/paint.js';
export { type Scale, scalesOf } from './core/painting/schedule.js';
export {
  type ColorMatch,
  luminanceOnly,
  matchColors,
  matchLuminance,
  withLuminanceOf,
} from './core/pictures/colors.js';
export { assertSameAspect, feather, fitMasks, masksOf, parseColor, type RGB } from './core/pictures/flat-colors.js';
export {
  fromBytes,
  fromImageData,
  fromRgba,
  type Layered,
  type Picture,
  picture,
  type RgbaImage,
  type Size,
  toBytes,
  toFloats,
  toImageData,
} from './core/pictures/picture.js';
export { resample } from './core/pictures/resample.js';
