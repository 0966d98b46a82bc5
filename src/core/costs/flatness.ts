/** Flatness: keeps flat what is nearly flat, and leaves edges alone. */
import { add, constant, divide, scale, squareRoot, sum, sumTo } from '../graph/operations.js';
import { scalar } from '../graph/tensor.js';
import type { Options } from '../options/options.js';
import { differences } from './differences.js';
import { squared } from './equations.js';
import { defineTerm, type Term } from './term.js';

/** Differences of neighbours below this, in levels of 0..255, count as grain; those above it as edges. */
const GRAIN = 16;
/** Small spots of colour are a painter's: they count less here than in total variation, which is against glitter. */
const COLOR = 3;

/**
 * How uneven a picture is: sqrt(d^2 + e^2) - e, mean over pixels, where d is the length of a pixel's differences from
 * its neighbours in all colours at once and e is 16 levels; in units of the range 0..255. It grows as d^2 for grain and
 * as d for edges, so that a picture is flat between its edges and they stay: total variation as Rudin, Osher & Fatemi
 * have it ("Nonlinear total variation based noise removal algorithms", Physica D 60, 1992, eq. 2.2a), over nine points
 * and made smooth (Charbonnier). Squares would rather have one wide edge than a sharp one.
 *
 * By `strength` it counts as the style does: a photo has its own grain, and at little strength little is taken from it.
 */
export function flatnessTerm({ flatness, strength }: Pick<Options, 'flatness' | 'strength'>): Term {
  return defineTerm({
    name: 'unevenness',
    weight: ({ areas }) => flatness * (strength === undefined ? 1 : areas.beta),
    measure: (view) => {
      const d = differences(view.picture(1), COLOR);
      const squares = sumTo(squared(d), [1, 1, ...d.shape.slice(2)]);
      // The same as sqrt(d^2 + e^2) - e, and never below 0 by rounding.
      const lengths = add(squareRoot(add(squares, constant(scalar(GRAIN ** 2)))), constant(scalar(GRAIN)));
      return { sum: sum(divide(squares, lengths)) };
    },
    cost: ({ sum }, _, { pixels }) => scale(sum, 1 / (255 * pixels)),
  });
}
