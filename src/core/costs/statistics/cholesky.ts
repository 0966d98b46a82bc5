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
  const diagonal = Float64Array.from({ length: extent }, (_, i) => matrix[i * extent + i] as number);
  const whole = diagonal.reduce((total, value) => total + value, 0);
  const rows: Float64Array[] = [];
  while (rows.length < extent && diagonal.reduce((total, value) => total + value, 0) > leftOut * whole) {
    const pivot = diagonal.indexOf(Math.max(...diagonal));
    const root = Math.sqrt(diagonal[pivot] as number);
    if (!(root > 0)) break;
    const row = Float64Array.from(matrix.subarray(pivot * extent, (pivot + 1) * extent), (value) => value / root);
    for (const earlier of rows) {
      const share = (earlier[pivot] as number) / root;
      for (let i = 0; i < extent; i++) row[i] = (row[i] as number) - share * (earlier[i] as number);
    }
    for (let i = 0; i < extent; i++) diagonal[i] = Math.max(0, (diagonal[i] as number) - (row[i] as number) ** 2);
    diagonal[pivot] = 0;
    rows.push(row);
  }
  const [first = new Float64Array(extent), ...others] = rows;
  return [first, ...others];
}
