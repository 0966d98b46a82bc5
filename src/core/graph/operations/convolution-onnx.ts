/** How the three convolution operations are written in ONNX: Winograd where it pays, else plain. */

import type { Emitter, Value } from '../emitter.js';
import type { Shape } from '../tensor.js';
import {
  kernelTransform,
  kernelTransformAdjoint,
  POINTS,
  TILE,
  type Transforms,
  turned,
  upright,
  WINDOW,
} from './winograd.js';

/** Below this many channels on either side a tile's transforms cost more than its products save. */
const FEWEST_CHANNELS = 96;

type Four = readonly [number, number, number, number];

/** y [N, K, H', W'] of x [N, C, H, W], w [K, C, kH, kW] and bias [K]; `shape` is y's. */
export function emitConvolution(
  e: Emitter,
  x: Value,
  w: Value,
  bias: Value | undefined,
  padding: number,
  shape: Shape,
): Value {
  if (winogradFits(e, x.shape, w.shape, padding)) {
    const y = filter(e, x, kernelPoints(e, w), upright, shape);
    return bias ? e.apply('Add', [y, e.reshape(bias, [shape[1] as number, 1, 1])], shape) : y;
  }
  // The runtime adds the bias in place, and a ReLU that follows too.
  return e.apply('Conv', bias ? [x, w, bias] : [x, w], shape, { pads: [padding, padding, padding, padding] });
}

/** x [N, C, H, W] of y [N, K, H', W'] and w [K, C, kH, kW]; `shape` is x's. */
export function emitConvolutionInputGradient(e: Emitter, y: Value, w: Value, padding: number, shape: Shape): Value {
  if (winogradFits(e, y.shape, w.shape, padding)) {
    return filter(e, y, e.transposedInPlace(kernelPoints(e, w)), turned, shape);
  }
  const [, channels, kernelHeight, kernelWidth] = w.shape as Four;
  // For few output channels (the picture's three) the transposed convolution is three times as fast.
  if (channels < 16) {
    return e.apply('ConvTranspose', [y, w], shape, { pads: [padding, padding, padding, padding] });
  }
  const vertical = kernelHeight - 1 - padding;
  const horizontal = kernelWidth - 1 - padding;
  return e.apply('Conv', [y, turn(e, w)], shape, { pads: [vertical, horizontal, vertical, horizontal] });
}

/** w [K, C, kH, kW] of x [N, C, H, W] and y [N, K, H', W']; `shape` is w's. */
export function emitConvolutionWeightGradient(e: Emitter, x: Value, y: Value, padding: number, shape: Shape): Value {
  if (winogradFits(e, x.shape, shape, padding)) return kernelGradient(e, x, y, shape);
  const [k, c, kernelHeight, kernelWidth] = shape as Four;
  const byChannel = e.transpose(x, [1, 0, 2, 3]);
  const asKernel = e.transpose(y, [1, 0, 2, 3]);
  const pads = [padding, padding, padding, padding];
  const result = e.apply('Conv', [byChannel, asKernel], [c, k, kernelHeight, kernelWidth], { pads });
  return e.transpose(result, [1, 0, 2, 3]);
}

/** The kernel turned by 180 degrees with its channel axes exchanged: [C, K, kH, kW]. */
function turn(e: Emitter, w: Value): Value {
  const swapped = e.transpose(w, [1, 0, 2, 3]);
  const backwards = e.integers([-1, -1]);
  const past = e.integers([-(2 ** 31), -(2 ** 31)]);
  return e.apply('Slice', [swapped, backwards, past, e.integers([2, 3]), backwards], swapped.shape);
}

function winogradFits({ traits }: Emitter, features: Shape, kernel: Shape, padding: number): boolean {
  const [k, c, height, width] = kernel as Four;
  if (!traits.winograd) return false;
  return features[0] === 1 && height === 3 && width === 3 && padding === 1 && Math.min(k, c) >= FEWEST_CHANNELS;
}

/** Transform of w [K, C, 3, 3]: [36, K, C]. */
function kernelPoints(e: Emitter, w: Value): Value {
  const [k, c] = w.shape as Four;
  const columns = e.transpose(e.reshape(w, [k * c, 9]), [1, 0]);
  return e.reshape(e.matmul(e.constant(kernelTransform), columns), [POINTS, k, c]);
}

/** Rows and columns of tiles that cover features [1, C, H, W]. */
function tiles([, , height, width]: Shape): [number, number] {
  return [Math.ceil((height as number) / TILE), Math.ceil((width as number) / TILE)];
}

/**
 * The 6x6 windows of rows of tiles of x [1, C, H, W], zero-padded by 1 and at stride 4, at their 36 points:
 * [36, C, T].
 */
function windowPoints(e: Emitter, x: Value, transforms: Transforms, first = 0, count = tiles(x.shape)[0]): Value {
  const [, c, height, width] = x.shape as Four;
  const [, columns] = tiles(x.shape);
  // The rows that these tiles see; the padding supplies what lies outside of x.
  const from = Math.max(0, first * TILE - 1);
  const to = Math.min(height, (first + count) * TILE + 1);
  const rows = e.sliceAxis(x, 2, from, to);
  // The channels are the batch of a convolution with one input channel and 36 output channels.
  const kernel = e.reshape(e.constant(transforms.window), [POINTS, 1, WINDOW, WINDOW]);
  const points = e.apply('Conv', [e.reshape(rows, [c, 1, to - from, width]), kernel], [c, POINTS, count, columns], {
    strides: [TILE, TILE],
    pads: [from - (first * TILE - 1), 1, (first + count) * TILE + 1 - to, columns * TILE + 1 - width],
  });
  return e.transpose(e.reshape(points, [c, POINTS, count * columns]), [1, 0, 2]);
}

/**
 * x [1, C, H, W] filtered by a kernel given at its points [36, K, C]: [1, K, H, W]. Large features are filtered in
 * strips of rows, so that their points fit in the engine's workspace.
 */
function filter(e: Emitter, x: Value, kernel: Value, transforms: Transforms, shape: Shape): Value {
  const [, k, , width] = shape as Four;
  const [, c] = x.shape as Four;
  const source = e.passing(x);
  const [rows, columns] = tiles(shape);
  const pointBytes = 4 * POINTS * Math.max(c, k) * rows * columns;
  const perStrip = Math.ceil(rows / Math.ceil(pointBytes / e.traits.workspaceBytes));
  const strips: Value[] = [];
  for (let first = 0; first < rows; first += perStrip) {
    const count = Math.min(perStrip, rows - first);
    const products = e.matmul(kernel, windowPoints(e, source, transforms, first, count));
    // Tiles do not overlap, so that one plane of all channels' tiles, each 36 points deep, becomes their pixels in place.
    const points = e.reshape(products, [1, POINTS, k * count, columns]);
    const inverse = e.reshape(e.constant(transforms.inverse), [POINTS, 1, TILE, TILE]);
    const planes = e.apply('ConvTranspose', [points, inverse], [1, 1, k * count * TILE, columns * TILE], {
      strides: [TILE, TILE],
    });
    const full = e.reshape(planes, [1, k, count * TILE, columns * TILE]);
    const height = Math.min(count * TILE, (shape[2] as number) - first * TILE);
    strips.push(e.crop(full, [1, k, height, width]));
  }
  return e.staying(e.concat(strips, 2, shape));
}

/** Gradient with respect to the kernel, the adjoint of `filter` in its second argument. */
function kernelGradient(e: Emitter, x: Value, y: Value, shape: Shape): Value {
  const [k, c] = shape as Four;
  const [, , height, width] = y.shape as Four;
  const [rows, columns] = tiles(y.shape);
  const whole = e.pad(y, [0, 0, 0, 0], [0, 0, rows * TILE - height, columns * TILE - width]);
  const planes = e.apply('SpaceToDepth', [whole], [1, TILE * TILE * k, rows, columns], { blocksize: TILE });
  const outputs = e.reshape(planes, [TILE * TILE, k * rows * columns]);
  const products = e.reshape(e.matmul(e.constant(upright.inverse), outputs), [POINTS, k, rows * columns]);
  const windows = e.transpose(windowPoints(e, x, upright), [0, 2, 1]);
  const kernels = e.reshape(e.matmul(products, windows), [POINTS, k * c]);
  return e.reshape(e.transpose(e.matmul(e.constant(kernelTransformAdjoint), kernels), [1, 0]), shape);
}
