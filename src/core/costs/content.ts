/** The content cost: features of the painting stay near the photo's. */
import type { Node } from '../graph/node.js';
import { multiply } from '../graph/operations.js';
import type { Tensor, Tensors } from '../graph/tensor.js';
import type { Options } from '../options/options.js';
import { contentCost, squaredErrors } from './equations.js';
import { defineTerm, type Layer, type Term } from './term.js';
import { byWeight, layersOf, share, total } from './weights.js';

/**
 * Squared distance of features from the photo's, sum over layers by their weights (Gatys et al. 2015, eq. 1).
 *
 * By `strength` each layer's cost counts relative to how much the photo's features vary there, so that strength means
 * the same for every picture, size and network; and squared: where a style is far from the photo its pull is many times
 * as strong, and without that little of the photo would be left.
 */
export function contentTerm({ contentLayers, strength }: Pick<Options, 'contentLayers' | 'strength'>): Term {
  const layers = layersOf(contentLayers);
  const relative = strength !== undefined;
  return defineTerm<string, string>({
    name: 'content',
    weight: ({ areas }) => areas.alpha,
    layers,
    measure: (view) =>
      Object.fromEntries(
        layers.map((layer) => [
          layer,
          squaredErrors(view.map(layer), view.layer(layer).mapped(), view.importance(layer)),
        ]),
      ),
    target: async (sources) => {
      const found = await sources.contentFeatures(layers);
      const weights = layers.map((layer): [string, Tensor] => [
        `${layer}.weight`,
        share(contentLayers[layer], relative ? sources.areas.affected : 1),
      ]);
      const sizes = layers.map((layer): [string, Tensor] => [
        `${layer}.size`,
        share(1, sizeOf(found[layer] as Tensor, sources.areas.visible(layer)) / (4 * sources.layer(layer).channels)),
      ]);
      return {
        tensors: Object.fromEntries([...weights, ...(relative ? sizes : [])]) as Tensors,
        maps: Object.fromEntries(layers.map((layer) => [layer, { layer, tensor: found[layer] as Tensor }])),
      };
    },
    cost: (measures, target, setting) =>
      total(
        layers.map((layer) => {
          const cost = layerCost(measures[layer] as Node, setting.layer(layer));
          if (!relative) return byWeight(cost, target[`${layer}.weight`]);
          const distance = multiply(cost, target[`${layer}.size`] as Node);
          return byWeight(multiply(distance, distance), target[`${layer}.weight`]);
        }),
      ),
  });
}

const layerCost = (errors: Node, { channels, positions }: Layer) => contentCost(errors, channels, positions);

/**
 * What distances of features [1, C, H, W] are relative to: the mean over positions of their squared distance from
 * their mean, and at least the square of that mean. A photo of what people photograph varies by 1.5 to 3 such squares.
 * Features of a flat one vary at its borders alone, and relative to that little every stroke would be too far away.
 *
 * @param visible [H W]: how much each position counts; all alike where left out.
 */
function sizeOf({ shape, data }: Tensor, visible?: Float32Array): number {
  const channels = shape[1] as number;
  const positions = data.length / channels;
  const whole = visible ? visible.reduce((sum, value) => sum + value, 0) : positions;
  let variance = 0;
  let square = 0;
  for (let c = 0; c < channels; c++) {
    const plane = data.subarray(c * positions, (c + 1) * positions);
    const mean = plane.reduce((sum, value, i) => sum + (visible?.[i] ?? 1) * value, 0) / whole;
    variance += plane.reduce((sum, value, i) => sum + (visible?.[i] ?? 1) * (value - mean) ** 2, 0) / whole;
    square += mean ** 2;
  }
  return Math.max(variance, square);
}
