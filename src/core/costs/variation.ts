/** Total variation: keeps neighbouring pixels alike. */
import type { Node } from '../graph/node.js';
import { constant, convolution, matmul, reshape, scale, sum } from '../graph/operations.js';
import { tensor } from '../graph/tensor.js';
import { squared } from './equations.js';
import { defineTerm, type Term } from './term.js';

const HALF = Math.SQRT1_2;
/** Differences to the neighbours right, below, below right and below left; diagonal ones count half. */
const DIFFERENCES = tensor(
  [4, 1, 3, 3],
  Float32Array.of(
    ...[0, 0, 0, 0, -1, 1, 0, 0, 0],
    ...[0, 0, 0, 0, -1, 0, 0, 1, 0],
    ...[0, 0, 0, 0, -HALF, 0, 0, 0, HALF],
    ...[0, 0, 0, 0, -HALF, 0, HALF, 0, 0],
  ),
);

/** How many times a difference of colour counts as one of brightness. */
const COLOR = 6;
/** [3, 3]: keeps a pixel's brightness, the mean of its three values, and enlarges how each of them differs from it. */
const ENLARGED_COLOR = tensor(
  [3, 3],
  Float32Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? COLOR : 0) + (1 - COLOR) / 3),
);

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
    measure: (view) => ({ squares: squaredDifferences(view.picture(1)) }),
    cost: ({ squares }, _, { pixels }) => scale(squares, 1 / (3 * pixels * 255 ** 2)),
  });
}

/** @param padded [1, 3, H + 2, W + 2], a picture and the pixels around it. */
function squaredDifferences(padded: Node): Node {
  const [, , height, width] = padded.shape as readonly [number, number, number, number];
  const levels = matmul(constant(ENLARGED_COLOR), reshape(padded, [3, height * width]));
  return sum(squared(convolution(reshape(levels, [3, 1, height, width]), constant(DIFFERENCES), 0)));
}
