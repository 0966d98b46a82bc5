/** How much of a photo's structure a picture keeps. */

import type { Tensor } from '#dist/core/graph/tensor.js';
import type { Picture } from '#dist/core/pictures/picture.js';

/**
 * How differently two pictures resemble themselves, 0 to 1: each place's distances to all others, made to sum to 1,
 * are compared between the pictures. Colours and textures may change, what looks like what may not. The content cost
 * of Kolkin, Salavon & Shakhnarovich, "Style Transfer by Relaxed Optimal Transport and Self-Similarity", CVPR 2019,
 * eq. 4, times n / 2, which makes it the mean total variation of the columns, of any number of places.
 *
 * @param a distances between features at n places of one picture, [n, n].
 * @param b the same of the same places in the other.
 */
export function selfSimilarity(a: Tensor, b: Tensor): number {
  const n = a.shape[0] as number;
  const sumsA = columnSums(a);
  const sumsB = columnSums(b);
  let total = 0;
  for (let i = 0; i < n * n; i++) {
    const shareA = (a.data[i] as number) / (sumsA[i % n] as number);
    total += Math.abs(shareA - (b.data[i] as number) / (sumsB[i % n] as number));
  }
  return total / (2 * n);
}

function columnSums({ shape, data }: Tensor): Float64Array {
  const n = shape[0] as number;
  const sums = new Float64Array(n);
  for (let i = 0; i < data.length; i++) sums[i % n] = (sums[i % n] as number) + (data[i] as number);
  return sums;
}

/** Constants of the paper: an 11x11 Gaussian window of 1.5 pixels, and two small numbers against division by 0. */
const REACH = 5;
const WINDOW = Array.from({ length: 2 * REACH + 1 }, (_, i) => Math.exp(-((i - REACH) ** 2) / (2 * 1.5 ** 2)));
const WHOLE = WINDOW.reduce((total, weight) => total + weight, 0);
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * Structural similarity of two pictures' luminance, 1 for equal ones: Wang, Bovik, Sheikh & Simoncelli, "Image
 * Quality Assessment: From Error Visibility to Structural Similarity", IEEE TIP 13 (2004), eq. 13, mean over all
 * windows. As their program does, pictures are first made smaller by whole factors towards a short side of 256.
 *
 * @throws RangeError where the sizes differ.
 */
export function ssim(a: Picture, b: Picture): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(
      `Expected pictures of one size but received ${a.width}x${a.height} and ${b.width}x${b.height}.`,
    );
  }
  const factor = Math.max(1, Math.round(Math.min(a.width, a.height) / 256));
  const x = shrunk(luminance(a), factor);
  const y = shrunk(luminance(b), factor);
  const times = (p: Plane, q: Plane): Plane => ({
    ...p,
    data: p.data.map((value, i) => value * (q.data[i] as number)),
  });
  const [meanX, meanY] = [blurred(x), blurred(y)];
  const [squareX, squareY, product] = [blurred(times(x, x)), blurred(times(y, y)), blurred(times(x, y))];
  let total = 0;
  for (let i = 0; i < meanX.length; i++) {
    const [mx, my] = [meanX[i] as number, meanY[i] as number];
    const variances = (squareX[i] as number) - mx * mx + (squareY[i] as number) - my * my;
    const covariance = (product[i] as number) - mx * my;
    total += ((2 * mx * my + C1) * (2 * covariance + C2)) / ((mx * mx + my * my + C1) * (variances + C2));
  }
  return total / meanX.length;
}

/** One plane of a picture. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

/** Rec. 601 luma, as the paper's program takes it of colour pictures. */
function luminance({ width, height, data }: Picture): Plane {
  const plane = width * height;
  const value = (i: number, channel: number) => data[channel * plane + i] as number;
  const luma = new Float64Array(plane);
  for (let i = 0; i < plane; i++) luma[i] = 0.299 * value(i, 0) + 0.587 * value(i, 1) + 0.114 * value(i, 2);
  return { width, height, data: luma };
}

/** Means of factor x factor cells; what is left over at the right and at the bottom is dropped. */
function shrunk({ width, height, data }: Plane, factor: number): Plane {
  const [columns, rows] = [Math.floor(width / factor), Math.floor(height / factor)];
  const result = new Float64Array(columns * rows);
  for (let y = 0; y < rows * factor; y++) {
    for (let x = 0; x < columns * factor; x++) {
      const cell = Math.floor(y / factor) * columns + Math.floor(x / factor);
      result[cell] = (result[cell] as number) + (data[y * width + x] as number) / factor ** 2;
    }
  }
  return { width: columns, height: rows, data: result };
}

/** Gaussian means of every window that lies wholly inside. */
function blurred({ width, height, data }: Plane): Float64Array {
  const [columns, rows] = [width - 2 * REACH, height - 2 * REACH];
  const horizontal = new Float64Array(columns * height);
  for (let i = 0; i < horizontal.length; i++) {
    const start = Math.floor(i / columns) * width + (i % columns);
    horizontal[i] = weighted(data, start, 1);
  }
  return Float64Array.from({ length: columns * rows }, (_, i) => weighted(horizontal, i, columns));
}

function weighted(data: Float64Array, start: number, stride: number): number {
  let total = 0;
  for (let k = 0; k < WINDOW.length; k++) total += (WINDOW[k] as number) * (data[start + k * stride] as number);
  return total / WHOLE;
}
