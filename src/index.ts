/** Giverny for every environment: pictures in memory, an engine of your choice. */

export type { Region, Style } from './core/costs/areas.js';
export { type Costs, type Evaluation, type Objective, partsOf } from './core/costs/objective/objective.js';
export { tiledObjective } from './core/costs/objective/tiled.js';
export { wholeObjective } from './core/costs/objective/whole.js';
export type { Scene } from './core/costs/setting.js';
export {
  type Breakdown,
  defineTerm,
  type Layer,
  type LayerView,
  type Setting,
  type Sources,
  type Target,
  type TargetMap,
  type Term,
  type View,
} from './core/costs/term.js';
export { termsOf } from './core/costs/terms.js';
export { DEVICES, type Device, type DeviceChoice } from './core/devices.js';
export { type ErrorCode, type ErrorKind, GivernyError } from './core/errors.js';
export type { Engine, EngineTraits, Session } from './core/graph/engine.js';
export { fallingBack } from './core/graph/falling-back.js';
export type { Shape, Tensor, Tensors } from './core/graph/tensor.js';
export { type Convolution, type Network, networkOf, VGG_MEAN, VGG19, vggTable } from './core/networks/network.js';
export { readNetwork } from './core/networks/read-network.js';
export {
  DEFAULTS,
  type Options,
  type OptionsInput,
  optionMeta,
  optionsSchema,
  PRESETS,
  resolveOptions,
} from './core/options/options.js';
export type { Job, Revision, Step, StepEvent, StepReport } from './core/painting/job.js';
export type { Changes, DecodedPicture, Order, OrderedStyle } from './core/painting/order.js';
export { type PaintSettings, paint } from './core/painting/paint.js';
export { Painter, type PainterParts } from './core/painting/painter.js';
export type { PlannedScale } from './core/painting/plan.js';
export { changed, type Prepared } from './core/painting/prepared.js';
export { type Scale, scalesOf } from './core/painting/schedule.js';
export type { PaintState } from './core/painting/state.js';
export {
  type ColorMatch,
  luminanceOnly,
  matchColors,
  matchLuminance,
  withLuminanceOf,
} from './core/pictures/colors.js';
export { type FittedPicture, fitPicture } from './core/pictures/fit.js';
export {
  assertSameAspect,
  type ColorMasks,
  feather,
  fitMasks,
  masksOfColors,
  parseColor,
  type RGB,
} from './core/pictures/flat-colors.js';
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
