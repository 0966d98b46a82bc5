/** Factors of covariances. */

/**
 * Rows R [rank, C] with R'R close to a positive semidefinite matrix [C, C]: the Cholesky decomposition with diagonal
 * pivoting (Higham, "Accuracy and Stability of Numerical Algorithms", section 10.3), ended where the rest of the trace
 * is negligible.
 *
 * @param matrix row-major, symmetric.
 * @param leftOut the share of the trace that may be left out.
 * @returns at least one row, of zeros where the matrix is zero.
 */
export function pivotedCholesky(
  matrix: Float32Array | Float64Array,
  extent: number,
  leftOut: number,
): [Float64Array, ...Float64Array[]] {
  const diagonal = new Float64Array(extent);
  for (let i = 0; i < extent; i++) diagonal[i] = matrix[i * extent + i] as number;
  const whole = total(diagonal);
  const rows: Float64Array[] = [];
  while (rows.length < extent && total(diagonal) > leftOut * whole) {
    const pivot = indexOfLargest(diagonal);
    const root = Math.sqrt(diagonal[pivot] as number);
    if (!(root > 0)) break;
    const row = new Float64Array(extent);
    for (let i = 0; i < extent; i++) row[i] = (matrix[pivot * extent + i] as number) / root;
    // Four at a time, in one pass over the row.
    const fours = rows.length - (rows.length % 4);
    for (let j = 0; j < fours; j += 4) {
      subtractFour(row, rows[j] as Row, rows[j + 1] as Row, rows[j + 2] as Row, rows[j + 3] as Row, pivot, root);
    }
    for (let j = fours; j < rows.length; j++) subtract(row, rows[j] as Row, pivot, root);
    for (let i = 0; i < extent; i++) diagonal[i] = Math.max(0, (diagonal[i] as number) - (row[i] as number) ** 2);
    diagonal[pivot] = 0;
    rows.push(row);
  }
  const [first = new Float64Array(extent), ...others] = rows;
  return [first, ...others];
}

type Row = Float64Array;

function total(values: Row): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

function indexOfLargest(values: Row): number {
  let largest = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[largest] as number)) largest = i;
  return largest;
}

/** Takes an earlier row from `row`, as often as it has of the pivot. */
function subtract(row: Row, earlier: Row, pivot: number, root: number): void {
  const share = (earlier[pivot] as number) / root;
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) - share * (earlier[i] as number);
}

function subtractFour(row: Row, a: Row, b: Row, c: Row, d: Row, pivot: number, root: number): void {
  const sa = (a[pivot] as number) / root;
  const sb = (b[pivot] as number) / root;
  const sc = (c[pivot] as number) / root;
  const sd = (d[pivot] as number) / root;
  for (let i = 0; i < row.length; i++) {
    const ab = (row[i] as number) - sa * (a[i] as number) - sb * (b[i] as number);
    row[i] = ab - sc * (c[i] as number) - sd * (d[i] as number);
  }
}
