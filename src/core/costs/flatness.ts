/** Flatness: keeps flat what is nearly flat, and leaves edges alone. */
import type { Node } from '../graph/node.js';
import { add, constant, divide, multiply, reshape, scale, squareRoot, sum, sumTo } from '../graph/operations.js';
import { scalar } from '../graph/tensor.js';
import { differences } from './equations.js';

/** Differences of neighbours below this, in levels of 0..255, count as grain; those above it as edges. */
const GRAIN = 16;
/** Small spots of colour are a painter's: they count less here than in total variation, which is against glitter. */
const COLOR = 3;

/**
 * How uneven a picture is: sqrt(d^2 + e^2) - e, mean over pixels, where d is the length of a pixel's differences from
 * its neighbours in all colours at once and e is 16 levels. It grows as d^2 for grain and as d for edges, so that a
 * picture is flat between its edges and they stay: total variation as Rudin, Osher & Fatemi have it ("Nonlinear total
 * variation based noise removal algorithms", Physica D 60, 1992, eq. 2.2a), over nine points and made smooth
 * (Charbonnier). Squares would rather have one wide edge than a sharp one.
 *
 * @param padded [1, 3, H + 2, W + 2], a picture in levels of 0..255 and the pixels around it.
 * @param pixels of the whole picture, of which this may be a tile: costs of tiles add up.
 * @returns shape [], in units of the range 0..255: at least 0, 0 for a flat picture.
 */
export function unevenness(padded: Node, pixels: number): Node {
  const here = ((padded.shape[2] as number) - 2) * ((padded.shape[3] as number) - 2);
  const d = differences(padded, COLOR);
  const squares = sumTo(reshape(multiply(d, d), [12, here]), [1, here]);
  const knee = constant(scalar((GRAIN / 255) ** 2));
  // The same as sqrt(d^2 + e^2) - e, and never below 0 by rounding.
  const lengths = add(squareRoot(add(squares, knee)), constant(scalar(GRAIN / 255)));
  return scale(sum(divide(squares, lengths)), 1 / pixels);
}
