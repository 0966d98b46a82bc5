import type { Node } from '../../graph/node.js';
import {
  add,
  constant,
  detach,
  divide,
  matmul,
  multiply,
  scale,
  squareRoot,
  subtract,
  sum,
} from '../../graph/operations.js';
import { scalar, type Tensor, tensor } from '../../graph/tensor.js';
import { mean, secondMoment } from './moments.js';
import { blended, type Statistic } from './statistic.js';

/** Of the style's variance, the share that may lie outside of the directions that are compared. */
const LEFT_OUT = 1e-4;
/** Of Newton-Schulz: eigenvalues below about 1e-5 of the largest stay a little short of their roots, never above. */
const ITERATIONS = 18;

/**
 * Squared 2-Wasserstein distance between Gaussians with the means and covariances of both pictures' features
 * (Olkin & Pukelsheim 1982), per channel:
 *
 *     |mS - mG|^2 + tr S + tr G - 2 tr (S^1/2 G S^1/2)^1/2
 *
 * The trace of that root is the same for B G B' with any B such that B'B = S. A pivoted Cholesky decomposition of
 * the style's covariance S gives one with as many rows as S has directions that matter, often far fewer than
 * channels.
 */
export const wassersteinStatistic: Statistic<'mean' | 'moment', 'mean' | 'factor' | 'variance'> = {
  join: 'sum',
  measure: (sampled) => ({ mean: mean(sampled), moment: secondMoment(sampled) }),
  target: (samples, { channels }) => {
    const [average, moment] = [blended(samples, 'mean'), blended(samples, 'moment')];
    const count = average.data.length;
    const covariance = moment.data.map((value, i) => {
      const [row, column] = [Math.floor(i / count), i % count];
      return value - (average.data[row] as number) * (average.data[column] as number);
    });
    const factor = pivotedCholesky(covariance, count);
    let variance = 0;
    for (let i = 0; i < count; i++) variance += covariance[i * count + i] as number;
    const size = average.data.reduce((total, value) => total + value * value, variance) / channels;
    return { tensors: { mean: average, factor, variance: scalar(variance) }, size };
  },
  cost: (measures, target, { channels }) => {
    const { mean: average, moment } = measures;
    const covariance = subtract(moment, matmul(average, average, { transposeB: true }));
    const { factor } = target;
    const product = matmul(factor, matmul(covariance, factor, { transposeB: true }));
    const difference = subtract(average, target.mean);
    const variances = add(target.variance, trace(covariance));
    const distance = add(
      sum(multiply(difference, difference)),
      subtract(variances, scale(traceOfSquareRoot(product), 2)),
    );
    return scale(distance, 1 / channels);
  },
};

const identities = new Map<number, Tensor>();

/** The same object for the same extent: what is constant is told apart by that. */
function identity(extent: number): Node {
  const known = identities.get(extent) ?? tensor([extent, extent]);
  for (let i = 0; i < extent; i++) known.data[i * extent + i] = 1;
  identities.set(extent, known);
  return constant(known);
}

const trace = (x: Node) => sum(multiply(x, identity(x.shape[0] as number)));

/**
 * tr X^1/2 of a positive semidefinite X, by the coupled Newton-Schulz iteration for X^1/2 and X^-1/2 (Higham,
 * "Functions of Matrices", eq. 6.35). The gradient is known, X^-1/2 / 2, so none is taken through the iteration.
 */
function traceOfSquareRoot(x: Node): Node {
  const extent = x.shape[0] as number;
  const one = identity(extent);
  const norm = squareRoot(sum(multiply(x, x)));
  const size = detach(add(norm, constant(scalar(1e-30))));
  let root = divide(detach(x), size);
  let inverse: Node = one;
  for (let i = 0; i < ITERATIONS; i++) {
    const step = subtract(scale(one, 1.5), scale(matmul(inverse, root), 0.5));
    root = matmul(root, step);
    inverse = matmul(step, inverse);
  }
  // tr X^1/2 = <X^-1/2, X>: half of it moves with X, which gives the right gradient, half stays.
  const scaled = divide(detach(inverse), squareRoot(size));
  const moving = sum(multiply(scaled, x));
  const still = multiply(trace(detach(root)), squareRoot(size));
  return add(scale(moving, 0.5), scale(still, 0.5));
}

/**
 * B [rank, C] with B'B close to a positive semidefinite matrix [C, C]: the columns of the Cholesky decomposition
 * with diagonal pivoting (Higham, "Accuracy and Stability of Numerical Algorithms", section 10.3), ended where the
 * rest of the trace is negligible.
 */
function pivotedCholesky(matrix: Float32Array, extent: number): Tensor {
  const diagonal = Float64Array.from({ length: extent }, (_, i) => matrix[i * extent + i] as number);
  const whole = diagonal.reduce((total, value) => total + value, 0);
  const rows: Float64Array[] = [];
  while (rows.length < extent && diagonal.reduce((total, value) => total + value, 0) > LEFT_OUT * whole) {
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
  if (rows.length === 0) rows.push(new Float64Array(extent));
  const result = tensor([rows.length, extent]);
  rows.forEach((row, i) => {
    result.data.set(row, i * extent);
  });
  return result;
}
