import type { Node } from '../../graph/node.js';
import {
  add,
  constant,
  detach,
  divide,
  gemm,
  matmul,
  multiply,
  scale,
  squareRoot,
  subtract,
  sum,
} from '../../graph/operations.js';
import { scalar, type Tensor, tensor } from '../../graph/tensor.js';
import { squared } from '../equations.js';
import { barycentre } from './barycentre.js';
import { pivotedCholesky } from './cholesky.js';
import { type Centred, centredMoments, type Gaussian, gaussianOf, meanAndCovariance, mixture } from './moments.js';
import type { Statistic } from './statistic.js';

/** Of the style's variance, the share that may lie outside of the directions that are compared. */
const LEFT_OUT = 1e-4;
/**
 * Odd polynomials a x + b x^3 + c x^5 that one after another take 1e-3..1 to 1 within 4e-9: each is the nearest to 1 on
 * the interval that the one before it leaves (Amsel et al., "The Polar Express", 2025, by Remez' algorithm). Applied to
 * square roots of eigenvalues, they leave those below about 1e-6 of the largest short of 1, never above.
 */
const POLYNOMIALS = [
  [8.470329, -25.108075, 18.629276],
  [4.182834, -3.108701, 0.580607],
  [3.961857, -2.954064, 0.562976],
  [3.286586, -2.46472, 0.507358],
  [2.27375, -1.64466, 0.416191],
  [1.888716, -1.265157, 0.376519],
  [1.875, -1.25, 0.375],
] as const;
/** Share of the features' mean square under which a variance counts as none: features are rounded to that. */
const LEAST_VARIANCE = 1e-9;
/** Rounding of a product of matrices, relative to the product of their norms. */
const ROUNDING = 3e-8;

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
export const wassersteinStatistic: Statistic<Centred, 'mean' | 'factor' | 'variance'> = {
  join: { share: 'concat', total: 'concat', scatter: 'sum' },
  measure: centredMoments,
  target: (samples, { channels, styleMix }) => {
    const gaussians = samples.map(({ measures, weight }) => ({ ...gaussianOf(measures), weight }));
    const { mean, covariance } = styleMix === 'blend' ? blendOf(gaussians) : mixture(gaussians);
    const extent = mean.length;
    const square = mean.reduce((total, value) => total + value * value, 0);
    let variance = 0;
    for (let i = 0; i < extent; i++) variance += covariance[i * extent + i] as number;
    const size = (square + variance) / channels;
    const factor =
      variance > LEAST_VARIANCE * square ? rowsOf(pivotedCholesky(covariance, extent, LEFT_OUT)) : tensor([1, extent]);
    const column = tensor([extent, 1], Float32Array.from(mean));
    return { tensors: { mean: column, factor, variance: scalar(variance) }, size };
  },
  cost: (measures, target, { channels }) => {
    const { mean, covariance } = meanAndCovariance(measures);
    const { factor } = target;
    const product = matmul(factor, matmul(covariance, factor, { transposeB: true }));
    const least = add(scale(norm(covariance), ROUNDING), scale(sum(squared(mean)), LEAST_VARIANCE));
    const root = traceOfSquareRoot(product, detach(multiply(least, sum(squared(factor)))));
    const variances = add(target.variance, trace(covariance));
    const distance = add(sum(squared(subtract(mean, target.mean))), subtract(variances, scale(root, 2)));
    return scale(distance, 1 / channels);
  },
};

/** The Gaussian between the styles' own: no variance comes from the distance of their means. */
function blendOf(gaussians: readonly (Gaussian & { readonly weight: number })[]): Gaussian {
  const counted = gaussians.filter(({ weight }) => weight > 0);
  if (counted.length === 1) return counted[0] as Gaussian;
  const { mean } = mixture(counted);
  const weights = counted.map(({ weight }) => weight);
  const covariances = counted.map(({ covariance }) => covariance);
  return { mean, covariance: barycentre(covariances, weights, mean.length) };
}

/** A multiple of the identity matrix. */
function identity(extent: number, multiple = 1): Node {
  const result = tensor([extent, extent]);
  for (let i = 0; i < extent; i++) result.data[i * extent + i] = multiple;
  return constant(result);
}

const trace = (x: Node) => sum(multiply(x, identity(x.shape[0] as number)));
const norm = (x: Node) => squareRoot(sum(squared(x)));

/**
 * tr X^1/2 of a positive semidefinite X, by the coupled iteration for X^1/2 and X^-1/2 (Higham, "Functions of
 * Matrices", eq. 6.35) with the polynomials above in place of Newton and Schulz's (3 x - x^3) / 2, which takes twice as
 * many products. The gradient is known, X^-1/2 / 2, so none is taken through the iteration.
 *
 * @param least added to all eigenvalues before the inverse root is taken, shape []: the iteration does not converge
 *   where rounding has made one of them negative. The trace, <X, (X + least)^-1/2>, is never too large for it.
 */
function traceOfSquareRoot(x: Node, least: Node): Node {
  const extent = x.shape[0] as number;
  const one = identity(extent);
  const raised = add(detach(x), multiply(one, least));
  const size = add(norm(raised), constant(scalar(1e-30)));
  let root = divide(raised, size);
  let inverse: Node | undefined;
  for (const [a, b, c] of POLYNOMIALS) {
    // a + b P + c P^2 of the product P of both, as c (P + b / 2c)^2 + a - b^2 / 4c.
    const shift = b / (2 * c);
    const shifted = inverse ? gemm(inverse, root, one, { beta: shift }) : add(root, identity(extent, shift));
    const step = gemm(shifted, shifted, one, { alpha: c, beta: a - c * shift ** 2 });
    root = matmul(root, step);
    inverse = inverse ? matmul(step, inverse) : step;
  }
  const scaled = detach(divide(inverse as Node, squareRoot(size)));
  // Half of the trace moves with X, which gives the right gradient, half stays.
  return scale(add(sum(multiply(scaled, x)), sum(multiply(scaled, detach(x)))), 0.5);
}

function rowsOf(rows: readonly [Float64Array, ...Float64Array[]]): Tensor {
  const result = tensor([rows.length, rows[0].length]);
  rows.forEach((row, i) => {
    result.data.set(row, i * row.length);
  });
  return result;
}
