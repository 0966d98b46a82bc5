/** How far two sets of features are from each other, by statistics that no preset optimises. */
import type { Tensor } from '#dist/core/graph/tensor.js';

/**
 * The energy distance of two distributions, from 0 (the same) to 1 (never overlapping):
 * sqrt((2 E|X - Y| - E|X - X'| - E|Y - Y'|) / (2 E|X - Y|)), Szekely & Rizzo, "Energy statistics", Journal of
 * Statistical Planning and Inference 143 (2013). It is 0 only for equal distributions, where matched Gram matrices,
 * means and variances are not enough, and has nothing to tune. Of a mixture of the two it is linear in the share.
 *
 * @param between distances of every x to every y, [n, m].
 * @param withinX distances of every x to every other, [n, n].
 * @param withinY distances of every y to every other, [m, m].
 */
export function energyDistance(between: Tensor, withinX: Tensor, withinY: Tensor): number {
  const across = 2 * mean(between.data);
  const excess = across - meanOfOthers(withinX) - meanOfOthers(withinY);
  return across > 0 ? Math.sqrt(Math.max(0, excess) / across) : 0;
}

/** Mean of a square matrix without its diagonal, which would make small samples look closer than they are. */
function meanOfOthers({ shape, data }: Tensor): number {
  const n = shape[0] as number;
  let total = 0;
  for (let i = 0; i < data.length; i++) if (i % (n + 1) !== 0) total += data[i] as number;
  return total / (n * (n - 1));
}

function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total / values.length;
}
