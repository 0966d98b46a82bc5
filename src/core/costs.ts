/**
 * The costs of Gatys, Ecker & Bethge, "A Neural Algorithm of Artistic Style" (arXiv:1508.06576), as nodes
 * of a graph. Constants are those of the notebook.
 */
import type { Node } from './graph/node.js';
import { gram, multiply, reshape, scale, subtract, sum } from './graph/operations.js';
import { sizeOf } from './tensor.js';

const squared = (x: Node) => multiply(x, x);

/**
 * Content cost of one layer: 1/(4 nH nW nC) * sum (aC - aG)^2 (eq. 1).
 *
 * @param channels nC to divide by, where it is not the features' own.
 */
export function contentCost(aC: Node, aG: Node, channels = aG.shape[1] as number): Node {
  const positions = (aG.shape[2] as number) * (aG.shape[3] as number);
  return scale(sum(squared(subtract(aC, aG))), 1 / (4 * positions * channels));
}

/**
 * Gram matrix of features [1, C, H, W] divided by their number of positions: A A' / (H W) with A [C, H W]
 * (eq. 3). The division makes pictures of different sizes comparable.
 */
export function meanGram(a: Node): Node {
  const channels = a.shape[1] as number;
  const positions = sizeOf(a.shape) / channels;
  return scale(gram(reshape(a, [channels, positions])), 1 / positions);
}

/**
 * Style cost of one layer: 1/(4 nC^2) * sum (GS - GG)^2 over mean Gram matrices [C, C] (eq. 4). For pictures
 * of equal size this is the notebook's 1/(4 nC^2 (nH nW)^2) * sum over plain Gram matrices.
 *
 * @param channels nC to divide by, where it is not the features' own.
 */
export function layerStyleCost(gramS: Node, gramG: Node, channels = gramG.shape[0] as number): Node {
  return scale(sum(squared(subtract(gramS, gramG))), 1 / (4 * channels ** 2));
}
