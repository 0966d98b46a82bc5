/** Mean and second moment of features: what Gram costs and Wasserstein distances are made from. */
import type { Node } from '../../graph/node.js';
import { gram, matmul, multiply, scale, squareRoot, sumTo } from '../../graph/operations.js';
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

/** Mean of f over all positions of a picture, [C", 1]; a tile gives its share. */
export function mean({ features, tap, weights, positions }: Sampled): Node {
  const channels = features.shape[0] as number;
  const own = weights
    ? matmul(features, weights, { transposeB: true })
    : scale(sumTo(features, [channels, 1]), 1 / positions);
  return tap ? matmul(tap, own) : own;
}
