/**
 * Planes resampled and blurred by separable kernels. Near an edge the weights of what is there are scaled up, so that
 * edges are neither darkened nor repeated. Nothing is clipped: Lanczos overshoots at hard edges, and whoever shows
 * the values may clip them.
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
  return separable(data, from, to);
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

/** [P, H, W] -> [P, H', W'] */
function separable(data: Float32Array, from: Size, to: Size, across?: Taps, down?: Taps): Float32Array {
  const planes = data.length / (from.width * from.height);
  if (!Number.isInteger(planes)) {
    throw new RangeError(`Planes of ${from.width}x${from.height} cannot have ${data.length} numbers together.`);
  }
  const resampler = new StripResampler(from, to, planes, across, down);
  resampler.push(data);
  return resampler.result;
}

/** A row of the result whose source rows have not all come. */
interface PendingRow {
  readonly index: number;
  /** Weighted sum of the source rows so far, of the source's width. */
  readonly sums: Float64Array;
}

/**
 * Resamples planes whose rows come in strips, so that a large picture is shrunk without being in memory whole. The
 * result is that of resamplePlanes, to the bit, however the rows are cut.
 */
export class StripResampler {
  /** [P, H', W'], complete when all rows have come. */
  readonly result: Float32Array;
  readonly #width: number;
  readonly #to: Size;
  readonly #planes: number;
  readonly #across: Taps | undefined;
  readonly #down: Taps | undefined;
  /** By plane. */
  readonly #pending: PendingRow[][];
  /** A row that the kernel of the columns has been applied to. */
  readonly #lowered: Float32Array;
  #rowsSeen = 0;
  /** The first row of the result that no source row has gone into. */
  #nextRow = 0;

  /**
   * @param from width and height of the source, in pixels.
   * @param to width and height of the result, in pixels.
   * @param planes how many planes there are.
   * @param across kernel along the rows, Lanczos3 where left out; an axis of the same length stays as it is.
   * @param down kernel along the columns.
   */
  constructor(
    from: Size,
    to: Size,
    planes: number,
    across = lanczosTaps(from.width, to.width),
    down = lanczosTaps(from.height, to.height),
  ) {
    this.result = new Float32Array(planes * to.width * to.height);
    this.#width = from.width;
    this.#to = to;
    this.#planes = planes;
    this.#across = across;
    this.#down = down;
    this.#pending = Array.from({ length: planes }, () => []);
    this.#lowered = new Float32Array(from.width);
  }

  /** @param strip [P, h, W], the next h rows of every plane; not kept. */
  push(strip: Float32Array): void {
    const area = strip.length / this.#planes;
    const rows = area / this.#width;
    const first = this.#rowsSeen;
    this.#rowsSeen += rows;
    let next = this.#nextRow;
    for (let p = 0; p < this.#planes; p++) {
      const plane = strip.subarray(p * area, (p + 1) * area);
      if (this.#down) {
        next = this.#lower(p, plane, first, this.#down);
      } else {
        for (let y = 0; y < rows; y++) {
          this.#finish(p, first + y, plane.subarray(y * this.#width, (y + 1) * this.#width));
        }
      }
    }
    this.#nextRow = next;
  }

  /** Adds source rows from `first` on to the rows of the result that they go into; says which row comes next. */
  #lower(p: number, plane: Float32Array, first: number, { starts, weights, count }: Taps): number {
    const end = first + plane.length / this.#width;
    const pending = this.#pending[p] as PendingRow[];
    const add = ({ index, sums }: PendingRow): boolean => {
      const start = starts[index] as number;
      const rowWeights = weights.subarray(index * count, (index + 1) * count);
      addRows(sums, plane, rowWeights, Math.max(0, first - start), Math.min(count, end - start), start - first);
      const whole = start + count <= end;
      if (whole) {
        this.#lowered.set(sums);
        this.#finish(p, index, this.#lowered);
      }
      return whole;
    };
    const left = pending.filter((row) => !add(row));
    let spare: Float64Array | undefined;
    let next = this.#nextRow;
    for (; next < this.#to.height && (starts[next] as number) < end; next++) {
      const row = { index: next, sums: spare?.fill(0) ?? new Float64Array(this.#width) };
      spare = undefined;
      if (add(row)) spare = row.sums;
      else left.push(row);
    }
    this.#pending[p] = left;
    return next;
  }

  /** Brings a row of the result's height to the result. */
  #finish(p: number, y: number, row: Float32Array): void {
    const { width, height } = this.#to;
    const into = this.result.subarray((p * height + y) * width, (p * height + y + 1) * width);
    if (this.#across) alongRow(row, into, this.#across);
    else into.set(row);
  }
}

/**
 * Adds the rows k of `from`..`to` - 1, times their weights, to `sums`; row k is row `offset` + k of the plane. Whole
 * rows are added up: going down a column would wait for memory at every pixel. Four rows at a time, which is twice as
 * fast as one; the sums are the same to the bit, however the rows are grouped.
 */
function addRows(
  sums: Float64Array,
  plane: Float32Array,
  weights: Float64Array,
  from: number,
  to: number,
  offset: number,
): void {
  const width = sums.length;
  const weight = (k: number) => (k < to ? (weights[k] as number) : 0);
  const row = (k: number) => (offset + Math.min(k, to - 1)) * width;
  for (let k = from; k < to; k += 4) {
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
}

/** [W] -> [W'] */
function alongRow(row: Float32Array, into: Float32Array, { starts, weights, count }: Taps): void {
  for (let i = 0; i < into.length; i++) {
    const first = starts[i] as number;
    const from = i * count;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += (weights[from + k] as number) * (row[first + k] as number);
    into[i] = sum;
  }
}
