/** The little linear algebra that three colour channels need. */

/** 3x3, row-major. */
export type Matrix = readonly number[];

function matrix(element: (row: number, column: number) => number): Matrix {
  return Array.from({ length: 9 }, (_, i) => element(Math.floor(i / 3), i % 3));
}

const at = (m: Matrix, row: number, column: number) => m[3 * row + column] as number;

const identity = matrix((i, j) => (i === j ? 1 : 0));
const transpose = (m: Matrix) => matrix((i, j) => at(m, j, i));

/** The product of all, from left to right. */
export function product(first: Matrix, ...others: readonly Matrix[]): Matrix {
  return others.reduce(
    (a, b) => matrix((i, j) => at(a, i, 0) * at(b, 0, j) + at(a, i, 1) * at(b, 1, j) + at(a, i, 2) * at(b, 2, j)),
    first,
  );
}

/** V f(D) V' of a symmetric V D V': its square root, for example. */
export function ofEigenvalues(symmetric: Matrix, f: (eigenvalue: number) => number): Matrix {
  const { values, vectors } = eigen(symmetric);
  const scaled = matrix((i, j) => at(vectors, i, j) * f(values[j] as number));
  return product(scaled, transpose(vectors));
}

/** Eigenvalues, and eigenvectors as columns, of a symmetric matrix, by Jacobi's rotations. */
function eigen(symmetric: Matrix): { values: readonly number[]; vectors: Matrix } {
  let a = symmetric;
  let vectors = identity;
  // Converges quadratically: four or five sweeps do.
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      if (at(a, p, q) === 0) continue;
      const theta = (at(a, q, q) - at(a, p, p)) / (2 * at(a, p, q));
      const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
      const cosine = 1 / Math.hypot(tangent, 1);
      const rotation = matrix((i, j) => {
        if (i === j) return i === p || i === q ? cosine : 1;
        if (i === p && j === q) return tangent * cosine;
        return i === q && j === p ? -tangent * cosine : 0;
      });
      a = product(transpose(rotation), a, rotation);
      vectors = product(vectors, rotation);
    }
  }
  return { values: [at(a, 0, 0), at(a, 1, 1), at(a, 2, 2)], vectors };
}

/** Lower L with L L' = m, also where m is only positive semidefinite: L then has columns of zeros. */
export function cholesky(m: Matrix): Matrix {
  const lower = new Array<number>(9).fill(0);
  const negligible = 1e-12 * (at(m, 0, 0) + at(m, 1, 1) + at(m, 2, 2));
  for (let j = 0; j < 3; j++) {
    for (let i = j; i < 3; i++) {
      let rest = at(m, i, j);
      for (let k = 0; k < j; k++) rest -= at(lower, i, k) * at(lower, j, k);
      const pivot = at(lower, j, j);
      if (i === j) lower[4 * j] = rest > negligible ? Math.sqrt(rest) : 0;
      else lower[3 * i + j] = pivot > 0 ? rest / pivot : 0;
    }
  }
  return lower;
}

/** The inverse of a lower triangular matrix without zeros on its diagonal. */
export function lowerInverse(lower: Matrix): Matrix {
  const inverse = new Array<number>(9).fill(0);
  for (let j = 0; j < 3; j++) {
    for (let i = j; i < 3; i++) {
      let rest = i === j ? 1 : 0;
      for (let k = j; k < i; k++) rest -= at(lower, i, k) * at(inverse, k, j);
      inverse[3 * i + j] = rest / at(lower, i, i);
    }
  }
  return inverse;
}
