/** Pictures in memory, and as other programs have them. */
import { expected, GivernyError } from '../errors.js';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture in memory: planar RGB in floating point, so that nothing is lost between steps. */
export interface Picture extends Size {
  /** [3, height, width] row-major, R then G then B, sRGB values in 0..255 (may lie outside while painting). */
  readonly data: Float32Array;
}

/** A picture with its transparency kept apart. */
export interface Layered {
  readonly picture: Picture;
  /** [height, width], 0 transparent to 255 opaque; absent where all is opaque. */
  readonly alpha?: Uint8Array;
}

/**
 * A picture of these numbers, or a black one.
 *
 * @param data [3, height, width], kept and not copied.
 * @throws GivernyError OPTION_INVALID where a side is no whole number above 0, IMAGE_SIZE where `data` has another
 *   length than these sides need.
 */
export function picture(width: number, height: number, data?: Float32Array): Picture {
  checkSides(width, height);
  if (data) checkLength(data, 3, width, height);
  return { width, height, data: data ?? new Float32Array(3 * width * height) };
}

function checkSides(width: number, height: number): void {
  for (const [name, side] of Object.entries({ width, height })) {
    if (!(Number.isSafeInteger(side) && side > 0)) throw expected('a whole number of pixels above 0', name, side);
  }
}

function checkLength(data: ArrayLike<number>, channels: number, width: number, height: number): void {
  if (data.length === channels * width * height) return;
  throw new GivernyError(
    'IMAGE_SIZE',
    `Expected ${channels * width * height} numbers for a picture of ${width}x${height} pixels with ${channels} ${channels === 1 ? 'channel' : 'channels'} but received ${data.length}.`,
  );
}

/**
 * Interleaved 8-bit RGB, [height, width, 3], as image files have it: clipped to 0..255 and truncated (not rounded),
 * as the notebook's save_image does.
 */
export function toBytes(source: Picture): Uint8Array {
  return interleaved(source, new Uint8Array(3 * source.width * source.height), toByte);
}

/** Interleaved RGB, [height, width, 3], as numpy has pictures; nothing is clipped. The inverse of fromBytes. */
export function toFloats(source: Picture): Float32Array {
  return interleaved(source, new Float32Array(3 * source.width * source.height), (value) => value);
}

const toByte = (value: number) => Math.min(255, Math.max(0, value));

function interleaved<T extends Uint8Array | Float32Array>(
  { width, height, data }: Picture,
  into: T,
  convert: (value: number) => number,
): T {
  const plane = width * height;
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) into[3 * i + channel] = convert(data[channel * plane + i] as number);
  }
  return into;
}

/**
 * A picture from interleaved RGB.
 *
 * @param values [height, width, 3] row-major, sRGB in 0..255: bytes, floats or plain numbers.
 * @throws GivernyError IMAGE_SIZE where `values` has another length.
 */
export function fromBytes(width: number, height: number, values: ArrayLike<number>): Picture {
  checkSides(width, height);
  checkLength(values, 3, width, height);
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) data[channel * plane + i] = values[3 * i + channel] as number;
  }
  return { width, height, data };
}

/**
 * A picture from interleaved RGBA. Pixels that nobody can see become white, as the paper under a painting.
 *
 * @param values [height, width, 4] row-major, sRGB and alpha in 0..255, not premultiplied.
 * @throws GivernyError IMAGE_SIZE where `values` has another length.
 */
export function fromRgba(width: number, height: number, values: ArrayLike<number>): Layered {
  checkSides(width, height);
  checkLength(values, 4, width, height);
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  const alpha = new Uint8Array(plane);
  let opaque = true;
  for (let i = 0; i < plane; i++) {
    const a = values[4 * i + 3] as number;
    alpha[i] = a;
    if (a < 255) opaque = false;
    for (let c = 0; c < 3; c++) data[c * plane + i] = a === 0 ? 255 : (values[4 * i + c] as number);
  }
  return { picture: { width, height, data }, ...(opaque ? {} : { alpha }) };
}

/** Interleaved RGBA, as canvases have it; an ImageData is one. */
export interface RgbaImage extends Size {
  /** [height, width, 4] row-major, 0..255, not premultiplied. */
  readonly data: Uint8ClampedArray | Uint8Array;
}

/**
 * A picture from a canvas: `fromImageData(context.getImageData(0, 0, width, height))`.
 *
 * @throws GivernyError IMAGE_SIZE where `data` has another length than its sides need.
 */
export function fromImageData({ width, height, data }: RgbaImage): Layered {
  return fromRgba(width, height, data);
}

/**
 * A picture for a canvas, clipped and truncated as by toBytes: `new ImageData(data, width, height)` takes it.
 *
 * @throws GivernyError IMAGE_SIZE where `alpha` has another length than the picture has pixels.
 */
export function toImageData({
  picture: source,
  alpha,
}: Layered): RgbaImage & { readonly data: Uint8ClampedArray<ArrayBuffer> } {
  const { width, height } = source;
  if (alpha) checkLength(alpha, 1, width, height);
  const plane = width * height;
  const data = new Uint8ClampedArray(4 * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) data[4 * i + c] = Math.floor(toByte(source.data[c * plane + i] as number));
    data[4 * i + 3] = alpha?.[i] ?? 255;
  }
  return { width, height, data };
}
