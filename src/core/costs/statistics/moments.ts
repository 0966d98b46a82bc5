/** Moments of features: what Gram costs and Wasserstein distances are made from. */
import type { Node } from '../../graph/node.js';
import {
  add,
  constant,
  detach,
  divide,
  gram,
  matmul,
  multiply,
  scale,
  squareRoot,
  subtract,
  sumTo,
} from '../../graph/operations.js';
import { scalar, sizeOf, type Tensor, type Tensors, tensor } from '../../graph/tensor.js';
import type { Measures } from '../term.js';
import type { Sampled } from './statistic.js';

/**
 * Mean of f f' over all positions of a picture, [C", C"]: the Gram matrix divided by their number, which makes pictures
 * of different sizes comparable. A tile gives its share of that mean. Through a tap T it is T G T', which is cheaper
 * than T on the features themselves.
 */
export function secondMoment({ features, tap, weights, positions }: Sampled): Node {
  const moment = weights ? gram(multiply(features, squareRoot(weights))) : scale(gram(features), 1 / positions);
  return tap ? matmul(tap, matmul(moment, tap, { transposeB: true })) : moment;
}

/** What centredMoments measures of a tile; of the whole picture where that is one tile. */
export type Centred = 'share' | 'total' | 'scatter';

/**
 * What mean and covariance of a picture are made from, tile by tile:
 *
 * - `share` [1, 1]: sum of the weights of the tile's positions; 1 for the whole picture. Side by side.
 * - `total` [C", 1]: weighted sum of the tile's features. Side by side.
 * - `scatter` [C", C"]: weighted sum of (f - t)(f - t)', where t is the tile's mean. Added up.
 *
 * E[f f'] - m m' adds up over tiles and needs no t, but is no covariance in single precision where features vary
 * little: it has eigenvalues down to -1e-5 |m|^2. Those of a scatter are wrong by 1e-6 of the largest at most.
 */
export function centredMoments({ features, tap, weights, positions }: Sampled): Measures<Centred> {
  const [channels, count] = features.shape as readonly [number, number];
  const sums = (x: Node) => sumTo(x, [channels, 1]);
  const share = weights ? sumTo(weights, [1, 1]) : constant(tensor([1, 1], Float32Array.of(count / positions)));
  const total = weights ? sums(multiply(features, weights)) : scale(sums(features), 1 / positions);
  // The scatter is least around the mean: it does not change with t, and so needs no gradient through it.
  const apart = subtract(features, detach(divide(total, add(share, TINY))));
  const scatter = weights ? gram(multiply(apart, squareRoot(weights))) : scale(gram(apart), 1 / positions);
  if (!tap) return { share, total, scatter };
  return { share, total: matmul(tap, total), scatter: matmul(tap, matmul(scatter, tap, { transposeB: true })) };
}

/** Mean [C", 1] and covariance [C", C"] of a picture, from what centredMoments measured of its tiles. */
export function meanAndCovariance({ share, total, scatter }: Measures<Centred>): { mean: Node; covariance: Node } {
  const whole = sumTo(share, [1, 1]);
  const mean = divide(sumTo(total, [total.shape[0] as number, 1]), whole);
  // Of one tile there is nothing between tiles.
  if (sizeOf(share.shape) === 1) return { mean, covariance: divide(scatter, whole) };
  const apart = subtract(total, multiply(mean, share));
  const between = gram(divide(apart, squareRoot(add(share, TINY))));
  return { mean, covariance: divide(add(scatter, between), whole) };
}

/** Mean [C] and covariance [C, C], row-major, in double precision. */
export interface Gaussian {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** The Gaussian of one picture, from what centredMoments measured of its tiles. */
export function gaussianOf(measures: Tensors): Gaussian {
  const { share, total, scatter } = measures as Readonly<Record<Centred, Tensor>>;
  const [channels, tiles] = total.shape as readonly [number, number];
  const nothing = new Float64Array(channels ** 2);
  const { mean, covariance } = mixture(
    Array.from(share.data, (weight, tile) => ({
      weight,
      mean: Float64Array.from({ length: channels }, (_, i) => (total.data[i * tiles + tile] as number) / weight),
      covariance: nothing,
    })),
  );
  const whole = share.data.reduce((sum, weight) => sum + weight, 0);
  return { mean, covariance: covariance.map((between, at) => between + (scatter.data[at] as number) / whole) };
}

/** Mean and covariance of several Gaussians together, each in proportion to its weight. */
export function mixture(gaussians: readonly (Gaussian & { readonly weight: number })[]): Gaussian {
  const parts = gaussians.filter(({ weight }) => weight > 0);
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  const channels = parts[0]?.mean.length ?? 0;
  const mean = new Float64Array(channels);
  const covariance = new Float64Array(channels ** 2);
  for (const { weight, mean: own } of parts) addScaled(mean, own, weight / whole);
  for (const { weight, mean: own, covariance: within } of parts) {
    addScaled(covariance, within, weight / whole);
    const apart = own.map((value, i) => value - (mean[i] as number));
    const between = covariance.map(
      (_, at) => (apart[Math.floor(at / channels)] as number) * (apart[at % channels] as number),
    );
    addScaled(covariance, between, weight / whole);
  }
  return { mean, covariance };
}

function addScaled(to: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (values[i] as number);
}

/** In place of 0 where something is divided by the weight of a tile. */
const TINY = constant(scalar(1e-30));
