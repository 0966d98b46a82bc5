/** Small dense linear algebra on float64 matrices, row-major, for the teacher initialisation and the export. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function matrix(
  rows: number,
  columns: number,
  data: ArrayLike<number> = new Float64Array(rows * columns),
): Matrix {
  if (data.length !== rows * columns) throw new RangeError(`A ${rows}x${columns} matrix does not hold ${data.length}.`);
  return { rows, columns, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** One element; 0 outside. */
export function at({ columns, data }: Matrix, row: number, column: number): number {
  return data[row * columns + column] ?? 0;
}

export function transposed(a: Matrix): Matrix {
  const result = matrix(a.columns, a.rows);
  for (let i = 0; i < a.rows; i++) for (let j = 0; j < a.columns; j++) result.data[j * a.rows + i] = at(a, i, j);
  return result;
}

/** A B. */
export function product(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) throw new RangeError(`Cannot multiply ${a.rows}x${a.columns} by ${b.rows}x${b.columns}.`);
  const result = matrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    const row = result.data.subarray(i * b.columns, (i + 1) * b.columns);
    for (let k = 0; k < a.columns; k++)
      addScaled(row, b.data.subarray(k * b.columns, (k + 1) * b.columns), at(a, i, k));
  }
  return result;
}

/** y += factor x. */
export function addScaled(y: Float64Array, x: Float64Array, factor: number): void {
  if (factor === 0) return;
  for (let i = 0; i < y.length; i++) y[i] = (y[i] as number) + factor * (x[i] as number);
}

export function trace(a: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += at(a, i, i);
  return sum;
}

/** The symmetric a with `share` of its mean diagonal added to the diagonal, so that it can be inverted. */
export function regularised(a: Matrix, share: number): Matrix {
  const result = matrix(a.rows, a.columns, a.data.slice());
  const ridge = (share * trace(a)) / a.rows;
  for (let i = 0; i < a.rows; i++) result.data[i * a.rows + i] = at(a, i, i) + ridge;
  return result;
}

/**
 * The lower triangular L with L L' = a.
 *
 * @throws RangeError where a is not positive definite.
 */
export function cholesky(a: Matrix): Matrix {
  const n = a.rows;
  const l = matrix(n, n);
  for (let i = 0; i < n; i++) {
    const rowI = l.data.subarray(i * n, (i + 1) * n);
    for (let j = 0; j <= i; j++) {
      const rowJ = l.data.subarray(j * n, (j + 1) * n);
      let rest = at(a, i, j);
      for (let k = 0; k < j; k++) rest -= (rowI[k] as number) * (rowJ[k] as number);
      if (i === j) {
        if (!(rest > 0)) throw new RangeError(`Expected a positive definite matrix but pivot ${i} is ${rest}.`);
        rowI[i] = Math.sqrt(rest);
      } else {
        rowI[j] = rest / (rowJ[j] as number);
      }
    }
  }
  return l;
}

/** X with L L' X = b, given L. */
export function solveCholesky(l: Matrix, b: Matrix): Matrix {
  const x = matrix(b.rows, b.columns, b.data.slice());
  const row = (i: number) => x.data.subarray(i * b.columns, (i + 1) * b.columns);
  const divide = (target: Float64Array, divisor: number) => {
    for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) / divisor;
  };
  for (let i = 0; i < l.rows; i++) {
    for (let k = 0; k < i; k++) addScaled(row(i), row(k), -at(l, i, k));
    divide(row(i), at(l, i, i));
  }
  for (let i = l.rows - 1; i >= 0; i--) {
    for (let k = i + 1; k < l.rows; k++) addScaled(row(i), row(k), -at(l, k, i));
    divide(row(i), at(l, i, i));
  }
  return x;
}
