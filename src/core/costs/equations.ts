/**
 * The costs of Gatys, Ecker & Bethge, "A Neural Algorithm of Artistic Style" (arXiv:1508.06576), as nodes
 * of a graph. Constants are those of the notebook.
 */
import type { Node } from '../graph/node.js';
import { multiply, scale, subtract, sum } from '../graph/operations.js';

export const squared = (x: Node): Node => multiply(x, x);

/**
 * Sum of (aC - aG)^2 over channels and positions, shape [].
 *
 * @param aC, aG [1, nC, nH, nW].
 * @param importance [1, 1, nH, nW]: how much each position counts; all alike where left out.
 */
export function squaredErrors(aC: Node, aG: Node, importance?: Node): Node {
  const errors = squared(subtract(aC, aG));
  return sum(importance ? multiply(errors, importance) : errors);
}

/**
 * Content cost of one layer: 1/(4 nH nW nC) * sum (aC - aG)^2 (eq. 1).
 *
 * @param errors as squaredErrors gives them for the whole picture.
 * @param channels nC.
 * @param positions nH nW.
 */
export function contentCost(errors: Node, channels: number, positions: number): Node {
  return scale(errors, 1 / (4 * positions * channels));
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
