/** Mean and second moment of features: what Gram costs and Wasserstein distances are made from. */
import type { Node } from '../../graph/node.js';
import { gram, matmul, multiply, scale, squareRoot, sumTo } from '../../graph/operations.js';
import type { LayerView } from './statistic.js';

type Features = Pick<LayerView, 'features' | 'tap' | 'weights'>;

/**
 * Mean of f f' over positions, [C", C"]: the Gram matrix divided by their number, which makes pictures of different
 * sizes comparable. Through a tap T it is T G T',
 * which costs nothing beside T on the features themselves.
 */
export function secondMoment({ features, tap, weights }: Features): Node {
  const moment = weights
    ? gram(multiply(features, squareRoot(weights)))
    : scale(gram(features), 1 / (features.shape[1] as number));
  return tap ? matmul(tap, matmul(moment, tap, { transposeB: true })) : moment;
}

/** Mean of f over positions, [C", 1]. */
export function mean({ features, tap, weights }: Features): Node {
  const [channels, positions] = features.shape as readonly [number, number];
  const own = weights
    ? matmul(features, weights, { transposeB: true })
    : scale(sumTo(features, [channels, 1]), 1 / positions);
  return tap ? matmul(tap, own) : own;
}
