/** A sense of scale for optimisers of pictures. */
import type { Size } from '../pictures/picture.js';
import type { Precondition } from './optimizer.js';

/** Share of the gradient that goes on as it is; the rest goes on smoothed. */
const FINE = 0.1;
/** Half the width of the box that smooths, of the long side of a picture. */
const RADIUS = 1 / 16;

/**
 * Enlarges what large areas of a picture have in common, about ten times against its finest detail: costs of
 * convolutions are flat along smooth changes, such as of colour, and steep along grain, so that a bare gradient
 * paints grain first. As an inverse Hessian to begin with it is symmetric and positive definite: 0.1 I + 0.9 B B with
 * B the mean over a box, the picture mirrored at its border (a Sobolev gradient in spirit: Neuberger, "Sobolev
 * Gradients and Differential Equations", 1997).
 *
 * @returns maps [3, H, W] to [3, H, W].
 */
export function coarseFirst({ width, height }: Size): Precondition {
  const radius = Math.max(1, Math.round(RADIUS * Math.max(width, height)));
  const size = width * height;
  const [columns, rows] = [mirrored(width, radius), mirrored(height, radius)];
  return (gradient) => {
    const result = new Float32Array(gradient.length);
    const across = new Float32Array(size);
    const smooth = new Float32Array(size);
    for (let begin = 0; begin < gradient.length; begin += size) {
      smooth.set(gradient.subarray(begin, begin + size));
      for (let time = 0; time < 2; time++) {
        rowMeans(smooth, across, columns, radius, width);
        columnMeans(across, smooth, rows, radius, width);
      }
      for (let i = 0; i < size; i++) {
        result[begin + i] = FINE * (gradient[begin + i] as number) + (1 - FINE) * (smooth[i] as number);
      }
    }
    return result;
  };
}

/** Which of `length` neighbours stands at -radius ... length + radius, where they are mirrored at both ends. */
function mirrored(length: number, radius: number): Int32Array {
  const period = 2 * length;
  return Int32Array.from({ length: length + 2 * radius + 1 }, (_, i) => {
    const round = (((i - radius) % period) + period) % period;
    return Math.min(round, period - 1 - round);
  });
}

/** Means of 2 radius + 1 neighbours along every row of `width` numbers. */
function rowMeans(from: Float32Array, to: Float32Array, places: Int32Array, radius: number, width: number): void {
  const box = 2 * radius + 1;
  for (let begin = 0; begin < from.length; begin += width) {
    let sum = 0;
    for (let i = 0; i < box; i++) sum += from[begin + (places[i] as number)] as number;
    for (let i = 0; i < width; i++) {
      to[begin + i] = sum / box;
      sum += (from[begin + (places[i + box] as number)] as number) - (from[begin + (places[i] as number)] as number);
    }
  }
}

/** The same along every column. */
function columnMeans(from: Float32Array, to: Float32Array, places: Int32Array, radius: number, width: number): void {
  const box = 2 * radius + 1;
  const sums = new Float64Array(width);
  const rowAt = (i: number) => width * (places[i] as number);
  for (let i = 0; i < box; i++) {
    for (let x = 0, next = rowAt(i); x < width; x++) sums[x] = (sums[x] as number) + (from[next + x] as number);
  }
  for (let i = 0; i + box < places.length; i++) {
    const [here, next, last] = [width * i, rowAt(i + box), rowAt(i)];
    for (let x = 0; x < width; x++) {
      const sum = sums[x] as number;
      to[here + x] = sum / box;
      sums[x] = sum + (from[next + x] as number) - (from[last + x] as number);
    }
  }
}
