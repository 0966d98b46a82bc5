/** Total variation: keeps neighbouring pixels alike. */
import { scale, sum } from '../graph/operations.js';
import { differences } from './differences.js';
import { squared } from './equations.js';
import { defineTerm, type Term } from './term.js';

/** How many times a difference of colour counts as one of brightness. */
const COLOR = 6;

/**
 * Squared differences of neighbours, diagonal ones too (nine points), in units of the range 0..255, mean over pixels
 * and colours of the whole picture. Differences of colour count more than those of brightness: painters' strokes are
 * edges of brightness, and features hardly see colours that change from pixel to pixel, so that without this they
 * glitter.
 */
export function variationTerm(weight: number): Term {
  return defineTerm({
    name: 'variation',
    weight,
    measure: (view) => ({ squares: sum(squared(differences(view.picture(1), COLOR))) }),
    cost: ({ squares }, _, { pixels }) => scale(squares, 1 / (3 * pixels * 255 ** 2)),
  });
}
