/**
 * The costs of Gatys, Ecker & Bethge, "A Neural Algorithm of Artistic Style" (arXiv:1508.06576), as nodes
 * of a graph. Constants are those of the notebook.
 */
import type { Node } from '../graph/node.js';
import {
  constant,
  convolution,
  edgePad,
  matmul,
  multiply,
  reshape,
  scale,
  subtract,
  sum,
} from '../graph/operations.js';
import { sizeOf, tensor } from '../graph/tensor.js';

const squared = (x: Node) => multiply(x, x);

/**
 * Content cost of one layer: 1/(4 nH nW nC) * sum (aC - aG)^2 (eq. 1).
 *
 * @param channels nC to divide by, where it is not the features' own.
 * @param weights [1, 1, nH, nW]: how much each position counts; all alike where left out.
 */
export function contentCost(aC: Node, aG: Node, channels = aG.shape[1] as number, weights?: Node): Node {
  const positions = (aG.shape[2] as number) * (aG.shape[3] as number);
  const errors = squared(subtract(aC, aG));
  return scale(sum(weights ? multiply(errors, weights) : errors), 1 / (4 * positions * channels));
}

/**
 * Style cost of one layer: 1/(4 nC^2) * sum (GS - GG)^2 over Gram matrices [C, C] divided by
 * their numbers of positions (eq. 4). For pictures
 * of equal size this is the notebook's 1/(4 nC^2 (nH nW)^2) * sum over plain Gram matrices.
 *
 * @param channels nC to divide by, where it is not the features' own.
 */
export function layerStyleCost(gramS: Node, gramG: Node, channels = gramG.shape[0] as number): Node {
  return scale(sum(squared(subtract(gramS, gramG))), 1 / (4 * channels ** 2));
}

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

/**
 * Differences of neighbours in units of the range 0..255, [3, 4, H, W]: each channel with the pixels right, below,
 * below right and below left; diagonal ones count half when squared.
 *
 * @param padded [1, 3, H + 2, W + 2], a picture and the pixels around it.
 * @param color how many times a difference of colour counts as one of brightness, the mean of the three channels.
 */
export function differences(padded: Node, color: number): Node {
  const [, , height, width] = padded.shape as readonly [number, number, number, number];
  const enlarged = tensor(
    [3, 3],
    Float32Array.from({ length: 9 }, (_, i) => ((i % 4 === 0 ? color : 0) + (1 - color) / 3) / 255),
  );
  const levels = matmul(constant(enlarged), reshape(padded, [3, height * width]));
  return convolution(reshape(levels, [3, 1, height, width]), constant(DIFFERENCES), 0);
}

/**
 * Total variation of a picture [1, 3, H, W]: squared differences of neighbours, diagonal ones too (nine points), in
 * units of the range 0..255, mean over pixels and colours. Beyond the border a picture goes on as at it. Differences of
 * colour count more than those of brightness: painters' strokes are edges of brightness, and features hardly see
 * colours that change from pixel to pixel, so that without this they glitter.
 */
export function totalVariation(picture: Node): Node {
  return scale(sum(squared(differences(edgePad(picture), COLOR))), 1 / sizeOf(picture.shape));
}
