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
import { barycentre } from './barycentre.js';
import { pivotedCholesky } from './cholesky.js';
import { mean, secondMoment } from './moments.js';
import { blended, type Sample, type Statistic } from './statistic.js';

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
  target: (samples, { channels, styleMix }) => {
    const average = blended(samples, 'mean');
    const count = average.data.length;
    const covariance =
      styleMix === 'blend' ? blendOf(samples, count) : covarianceOf(average, blended(samples, 'moment'));
    const factor = tensorOf(pivotedCholesky(covariance, count, LEFT_OUT));
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

/** E[f f'] - E[f] E[f]', [C, C]. */
function covarianceOf({ data: mean }: Tensor, { data: moment }: Tensor): Float32Array {
  const count = mean.length;
  return moment.map((value, i) => value - (mean[Math.floor(i / count)] as number) * (mean[i % count] as number));
}

/** The covariance between the styles' own: no variance comes from the distance of their means. */
function blendOf(samples: readonly Sample[], extent: number): Float32Array {
  const counted = samples.filter(({ weight }) => weight > 0);
  const covariances = counted.map(({ measures: { mean, moment } }) => covarianceOf(mean as Tensor, moment as Tensor));
  if (covariances.length === 1) return covariances[0] as Float32Array;
  const weights = counted.map(({ weight }) => weight);
  return Float32Array.from(
    barycentre(
      covariances.map((values) => Float64Array.from(values)),
      weights,
      extent,
    ),
  );
}

function tensorOf(rows: readonly [Float64Array, ...Float64Array[]]): Tensor {
  const result = tensor([rows.length, rows[0].length]);
  rows.forEach((row, i) => {
    result.data.set(row, i * row.length);
  });
  return result;
}

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
