/** Differences of neighbouring pixels. */
import type { Node } from '../graph/node.js';
import { constant, convolution, matmul, reshape } from '../graph/operations.js';
import { tensor } from '../graph/tensor.js';

const HALF = Math.SQRT1_2;
/** To the neighbours right, below, below right and below left; diagonal ones count half when squared. */
const DIFFERENCES = tensor(
  [4, 1, 3, 3],
  Float32Array.of(
    ...[0, 0, 0, 0, -1, 1, 0, 0, 0],
    ...[0, 0, 0, 0, -1, 0, 0, 1, 0],
    ...[0, 0, 0, 0, -HALF, 0, 0, 0, HALF],
    ...[0, 0, 0, 0, -HALF, 0, HALF, 0, 0],
  ),
);

/**
 * Differences of each pixel from four of its neighbours, over all nine points of which each pair is met once.
 *
 * @param padded [1, 3, H + 2, W + 2], a picture and the pixels around it, in levels of 0..255.
 * @param color how many times a difference of colour counts as one of brightness, the mean of the three channels.
 * @returns [3, 4, H, W] in levels: channels of the picture, whose colour is enlarged, by neighbours.
 */
export function differences(padded: Node, color: number): Node {
  const [, , height, width] = padded.shape as readonly [number, number, number, number];
  // Keeps a pixel's brightness and enlarges how each of its values differs from it.
  const enlarged = tensor(
    [3, 3],
    Float32Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? color : 0) + (1 - color) / 3),
  );
  const levels = matmul(constant(enlarged), reshape(padded, [3, height * width]));
  return convolution(reshape(levels, [3, 1, height, width]), constant(DIFFERENCES), 0);
}
