/**
 * Planes at another size, and blurred: separable kernels over what is there, so that edges are neither darkened
 * nor repeated. Nothing is clipped: Lanczos overshoots at hard edges, and who shows the values may clip them.
 */
import { type Picture, picture, type Size } from './picture.js';

/**
 * Planes resampled by Lanczos3, which is widened when shrinking, so that fine detail is averaged and not aliased.
 * Pixel centres are at half coordinates, as in PIL and libvips. A constant stays exactly what it is.
 *
 * @param data [P, H, W] row-major, for any number of planes P; not changed.
 * @param from width and height of `data`, in pixels.
 * @param to width and height of the result, in pixels.
 * @returns [P, H', W'], never `data` itself.
 */
export function resamplePlanes(data: Float32Array, from: Size, to: Size): Float32Array {
  return separable(data, from, to, lanczosTaps(from.width, to.width), lanczosTaps(from.height, to.height));
}

/** A picture resampled to width x height pixels; values are not clipped. See resamplePlanes. */
export function resample(source: Picture, width: number, height: number): Picture {
  return picture(width, height, resamplePlanes(source.data, source, { width, height }));
}

/**
 * Planes blurred by a Gaussian, cut off at four deviations.
 *
 * @param data [P, H, W] row-major, for any number of planes P; not changed.
 * @param size width and height, in pixels.
 * @param sigmaPx standard deviation in pixels; 0 leaves all as it is.
 * @returns [P, H, W], never `data` itself.
 */
export function blur(data: Float32Array, size: Size, sigmaPx: number): Float32Array {
  const gaussian = (length: number) =>
    sigmaPx > 0 ? tapsOf(length, length, 4 * sigmaPx, (x) => Math.exp(-0.5 * (x / sigmaPx) ** 2)) : undefined;
  return separable(data, size, size, gaussian(size.width), gaussian(size.height));
}

/** For each element of an axis' result, which elements of the source it is the weighted mean of. */
interface Taps {
  /** First source element of each result element. */
  readonly starts: Int32Array;
  /** [results, count] row-major; a row sums to 1 and ends in zeros where it needs fewer. */
  readonly weights: Float64Array;
  /** No window reaches beyond the source. */
  readonly count: number;
}

/** Undefined where the axis keeps its length. */
function lanczosTaps(from: number, to: number): Taps | undefined {
  if (from === to) return undefined;
  const widening = Math.max(1, from / to);
  return tapsOf(from, to, 3 * widening, (x) => sinc(x / widening) * sinc(x / widening / 3));
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Taps of a kernel of source pixels that vanishes at `reach` and beyond. */
function tapsOf(from: number, to: number, reach: number, kernel: (x: number) => number): Taps {
  const count = Math.min(from, Math.ceil(2 * reach) + 1);
  const starts = new Int32Array(to);
  const weights = new Float64Array(to * count);
  for (let i = 0; i < to; i++) {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const start = Math.min(from - count, Math.max(0, Math.ceil(centre - reach)));
    const row = weights.subarray(i * count, (i + 1) * count);
    for (let k = 0; k < count; k++) {
      const x = start + k - centre;
      row[k] = Math.abs(x) < reach ? kernel(x) : 0;
    }
    const total = row.reduce((sum, weight) => sum + weight, 0);
    for (let k = 0; k < count; k++) row[k] = (row[k] as number) / total;
    starts[i] = start;
  }
  return { starts, weights, count };
}

/** [P, H, W] -> [P, H', W']; an axis without taps stays as it is. */
function separable(data: Float32Array, from: Size, to: Size, across?: Taps, down?: Taps): Float32Array {
  const area = from.width * from.height;
  const planes = data.length / area;
  if (!Number.isInteger(planes)) {
    throw new RangeError(`Planes of ${from.width}x${from.height} cannot have ${data.length} numbers together.`);
  }
  const result = new Float32Array(planes * to.width * to.height);
  // One plane at a time: what lies between the two passes would otherwise be a large picture of its own.
  for (let p = 0; p < planes; p++) {
    const plane = data.subarray(p * area, (p + 1) * area);
    const lowered = down ? alongColumns(plane, from.width, to.height, down) : plane;
    result.set(across ? alongRows(lowered, from.width, to.width, across) : lowered, p * to.width * to.height);
  }
  return result;
}

/**
 * [H, W] -> [H', W]. Whole rows are added up: going down a column would wait for memory at every pixel. Four rows at
 * a time, which is twice as fast as one.
 */
function alongColumns(plane: Float32Array, width: number, toHeight: number, taps: Taps): Float32Array {
  const { starts, weights, count } = taps;
  const result = new Float32Array(toHeight * width);
  const sums = new Float64Array(width);
  for (let i = 0; i < toHeight; i++) {
    const weight = (k: number) => (k < count ? (weights[i * count + k] as number) : 0);
    const row = (k: number) => ((starts[i] as number) + Math.min(k, count - 1)) * width;
    sums.fill(0);
    for (let k = 0; k < count; k += 4) {
      const [wa, wb, wc, wd] = [weight(k), weight(k + 1), weight(k + 2), weight(k + 3)];
      const [a, b, c, d] = [row(k), row(k + 1), row(k + 2), row(k + 3)];
      for (let x = 0; x < width; x++) {
        sums[x] =
          (sums[x] as number) +
          wa * (plane[a + x] as number) +
          wb * (plane[b + x] as number) +
          wc * (plane[c + x] as number) +
          wd * (plane[d + x] as number);
      }
    }
    result.set(sums, i * width);
  }
  return result;
}

/** [H, W] -> [H, W'] */
function alongRows(plane: Float32Array, width: number, toWidth: number, taps: Taps): Float32Array {
  const { starts, weights, count } = taps;
  const height = plane.length / width;
  const result = new Float32Array(height * toWidth);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < toWidth; i++) {
      const first = y * width + (starts[i] as number);
      const row = i * count;
      let sum = 0;
      for (let k = 0; k < count; k++) sum += (weights[row + k] as number) * (plane[first + k] as number);
      result[y * toWidth + i] = sum;
    }
  }
  return result;
}
