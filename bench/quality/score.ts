/** From measures to one number. */

/**
 * A measure on a scale that two known pictures set: 0 at `zero`, 1 at `one`.
 *
 * @throws RangeError where the two are no farther apart than rounding: nothing can be said between them.
 */
export function relative(value: number, zero: number, one: number): number {
  if (Math.abs(one - zero) < 1e-6) {
    throw new RangeError(`Expected a photo and a painting that differ but both measure ${zero}.`);
  }
  return (value - zero) / (one - zero);
}

/**
 * The geometric mean of how near two distances are, sqrt((1 - a) (1 - b)); 0 where either is 1 or more.
 *
 * As the score of a painting, of its distances to the painting (1 at the photo's) and to the photo (1 at the
 * painting's), it is 0 for an unchanged photo and for a copied painting, whatever the one keeps or the other has.
 */
export function nearness(a: number, b: number): number {
  return Math.sqrt(Math.max(0, 1 - a) * Math.max(0, 1 - b));
}
