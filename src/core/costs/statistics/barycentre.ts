/** The blend of several styles' Gaussians: their barycentre in the 2-Wasserstein distance. */
import { pivotedCholesky } from './cholesky.js';

/** Row-major, in double precision. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** The share of each covariance's trace that its factor may leave out. */
const LEFT_OUT = 1e-4;
/**
 * Steps for three Gaussians and more: as many as this work allows, which keeps 512 channels to about two seconds. On
 * features of four paintings the mean squared distance was at most 1.7e-3 above its least after one step, 4.5e-5 after
 * two.
 */
const MOST_STEPS = 8;
const MOST_WORK = 1e8;

/**
 * The covariance of the Gaussian whose weighted mean squared 2-Wasserstein distance to the given ones is least; its
 * mean is the weighted mean of theirs (Agueh & Carlier, "Barycenters in the Wasserstein Space", 2011).
 *
 * This is the fixed-point iteration of Álvarez-Esteban, del Barrio, Cuesta-Albertos & Matrán, "A fixed-point approach
 * to barycenters in Wasserstein space" (2016), written for factors: with S = F'F and S_i = R_i'R_i, the optimal map
 * takes F to Q_i'R_i, where Q_i is the orthogonal polar factor of R_i F'. The next F is the weighted mean of these
 * images. No covariance is inverted, so any may be singular. Directions of a Gaussian that have no counterpart in F
 * stay independent of F, as in the limit of a ridge that vanishes. For two Gaussians one step is exact.
 *
 * @param covariances each [C, C], row-major, positive semidefinite; at least one.
 * @param weights at least 0, not all 0; of any sum.
 * @param extent C.
 * @returns [C, C], row-major.
 */
export function barycentre(
  covariances: readonly Float64Array[],
  weights: readonly number[],
  extent: number,
): Float64Array {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = covariances
    .map((covariance, i) => ({ covariance, weight: (weights[i] as number) / whole }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map((part) => ({ ...part, factor: factorOf(part.covariance, extent) }));
  let current = parts[0]?.covariance ?? new Float64Array(extent ** 2);
  if (parts.length === 1) return current.slice();
  const work = parts.reduce((sum, { factor }) => sum + factor.rows ** 3, 0);
  const steps = Math.min(MOST_STEPS, Math.max(1, Math.floor(MOST_WORK / work)));
  for (let step = 0; step < (parts.length === 2 ? 1 : steps); step++) {
    const factor = step === 0 ? (parts[0]?.factor as Matrix) : factorOf(current, extent);
    const next = new Float64Array(extent ** 2);
    const mean = new Float64Array(factor.rows * extent);
    for (const { covariance, weight, factor: own } of parts) {
      const image = own === factor ? own : imageOf(factor, own);
      addScaled(mean, image.data, weight);
      // What of this Gaussian has no counterpart.
      addScaled(next, covariance, weight ** 2);
      addScaled(next, gramOf(image), -(weight ** 2));
    }
    addScaled(next, gramOf({ rows: factor.rows, columns: extent, data: mean }), 1);
    current = next;
  }
  return current;
}

/** Q'R, where the optimal map takes F: Q is the polar factor of R F'. */
function imageOf(factor: Matrix, own: Matrix): Matrix {
  const rotation = polar(timesTransposed(own, factor));
  return timesTransposed(transposed(rotation), transposed(own));
}

function factorOf(covariance: Float64Array, extent: number): Matrix {
  const rows = pivotedCholesky(covariance, extent, LEFT_OUT);
  const data = new Float64Array(rows.length * extent);
  rows.forEach((row, i) => {
    data.set(row, i * extent);
  });
  return { rows: rows.length, columns: extent, data };
}

/** Singular values below this share of the largest are not brought up to 1 all the way. */
const LEAST = 1e-5;

/**
 * The orthogonal polar factor: the matrix with its singular values made 1, those that are 0 left 0. By the
 * dynamically weighted Halley iteration (Nakatsukasa, Bai & Gygi, "Optimizing Halley's iteration for computing the
 * matrix polar decomposition", 2010), with a Cholesky decomposition in place of the inverse.
 */
function polar(matrix: Matrix): Matrix {
  if (matrix.rows < matrix.columns) return transposed(polar(transposed(matrix)));
  const extent = matrix.columns;
  // At least the largest singular value, and at most root of `extent` times as much.
  const norm = Math.sqrt(Math.max(...absoluteRowSums(gramOf(matrix), extent)));
  if (!(norm > 0)) return matrix;
  let x: Matrix = { ...matrix, data: matrix.data.map((value) => value / norm) };
  let least = LEAST;
  while (least < 1 - 1e-9) {
    const d = Math.cbrt((4 * (1 - least ** 2)) / least ** 4);
    const a = Math.sqrt(1 + d) + Math.sqrt(8 - 4 * d + (8 * (2 - least ** 2)) / (least ** 2 * Math.sqrt(1 + d))) / 2;
    const b = (a - 1) ** 2 / 4;
    const c = a + b - 1;
    // x (a + b x'x) (1 + c x'x)^-1 = b/c x + (a - b/c) x (1 + c x'x)^-1
    const inner = gramOf(x).map((value) => c * value);
    for (let i = 0; i < extent; i++) inner[i * extent + i] = 1 + (inner[i * extent + i] as number);
    const solved = solvedRows(x, inner);
    x = { ...x, data: x.data.map((value, i) => (b / c) * value + (a - b / c) * (solved[i] as number)) };
    least = Math.min(1, (least * (a + b * least ** 2)) / (1 + c * least ** 2));
  }
  return x;
}

/** X A^-1 for a positive definite A [C, C], of which the lower half is overwritten by its Cholesky factor. */
function solvedRows({ rows, columns: extent, data }: Matrix, a: Float64Array): Float64Array {
  for (let j = 0; j < extent; j++) {
    for (let i = j; i < extent; i++) {
      let sum = a[i * extent + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[i * extent + k] as number) * (a[j * extent + k] as number);
      a[i * extent + j] = i === j ? Math.sqrt(sum) : sum / (a[j * extent + j] as number);
    }
  }
  const upper = transposed({ rows: extent, columns: extent, data: a }).data;
  const result = new Float64Array(rows * extent);
  result.set(data);
  for (let row = 0; row < rows; row += 4) {
    // Rows beyond the last are the last again.
    const [p, q, r, s] = [0, 1, 2, 3].map((n) => Math.min(row + n, rows - 1) * extent) as [
      number,
      number,
      number,
      number,
    ];
    const solve = (factor: Float64Array, i: number, from: number, to: number) => {
      let w = result[p + i] as number;
      let x = result[q + i] as number;
      let y = result[r + i] as number;
      let z = result[s + i] as number;
      for (let k = from, at = i * extent + from; k < to; k++, at++) {
        const value = factor[at] as number;
        w -= value * (result[p + k] as number);
        x -= value * (result[q + k] as number);
        y -= value * (result[r + k] as number);
        z -= value * (result[s + k] as number);
      }
      const pivot = a[i * extent + i] as number;
      result[p + i] = w / pivot;
      result[q + i] = x / pivot;
      result[r + i] = y / pivot;
      result[s + i] = z / pivot;
    };
    for (let i = 0; i < extent; i++) solve(a, i, 0, i);
    for (let i = extent - 1; i >= 0; i--) solve(upper, i, i + 1, extent);
  }
  return result;
}

/** A B'. In blocks of two rows and four, so that each number that is read serves several products. */
function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const inner = a.columns;
  const [x, y] = [a.data, b.data];
  const data = new Float64Array(a.rows * b.rows);
  for (let i = 0; i < a.rows; i += 2) {
    // Rows beyond the last are the last again.
    const i1 = Math.min(i + 1, a.rows - 1);
    // Of a symmetric product the half beyond the diagonal is copied.
    for (let j = 0; j < (a === b ? i1 + 1 : b.rows); j += 4) {
      const last = b.rows - 1;
      const [j1, j2, j3] = [Math.min(j + 1, last), Math.min(j + 2, last), Math.min(j + 3, last)];
      const [y0, y1, y2, y3] = [j * inner, j1 * inner, j2 * inner, j3 * inner];
      const [x0, x1] = [i * inner, i1 * inner];
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let k = 0; k < inner; k++) {
        const u = x[x0 + k] as number;
        const v = x[x1 + k] as number;
        const p = y[y0 + k] as number;
        const q = y[y1 + k] as number;
        const r = y[y2 + k] as number;
        const s = y[y3 + k] as number;
        s00 += u * p;
        s01 += u * q;
        s02 += u * r;
        s03 += u * s;
        s10 += v * p;
        s11 += v * q;
        s12 += v * r;
        s13 += v * s;
      }
      const [to, to1] = [i * b.rows, i1 * b.rows];
      data[to1 + j] = s10;
      data[to1 + j1] = s11;
      data[to1 + j2] = s12;
      data[to1 + j3] = s13;
      data[to + j] = s00;
      data[to + j1] = s01;
      data[to + j2] = s02;
      data[to + j3] = s03;
    }
  }
  if (a === b) {
    for (let i = 0; i < a.rows; i++) {
      for (let j = 0; j < i; j++) data[j * a.rows + i] = data[i * a.rows + j] as number;
    }
  }
  return { rows: a.rows, columns: b.rows, data };
}

/** X'X. */
function gramOf(x: Matrix): Float64Array {
  const across = transposed(x);
  return timesTransposed(across, across).data;
}

function transposed({ rows, columns, data }: Matrix): Matrix {
  const result = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j] as number;
  }
  return { rows: columns, columns: rows, data: result };
}

function addScaled(to: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (values[i] as number);
}

const absoluteRowSums = (matrix: Float64Array, extent: number) =>
  Array.from({ length: extent }, (_, i) =>
    matrix.subarray(i * extent, (i + 1) * extent).reduce((sum, value) => sum + Math.abs(value), 0),
  );
