/** The content cost: features of the painting stay near the photo's. */
import type { Node } from '../graph/node.js';
import { multiply, reshape, scale, sum } from '../graph/operations.js';
import type { Tensor, Tensors } from '../graph/tensor.js';
import type { Options } from '../options/options.js';
import { contentCost, squared, squaredErrors } from './equations.js';
import { defineTerm, type Layer, type Sources, type Term } from './term.js';
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
      const spreads = layers.map((layer) => spreadOf(found[layer] as Tensor, sources.areas.visible(layer)));
      const ofStyles = spreads.some(isFlat) ? await energies(sources, layers) : {};
      const sizes = layers.map((layer, i): [string, Tensor] => [
        `${layer}.size`,
        share(1, sizeOf(spreads[i] as Spread, ofStyles[layer]?.data[0]) / (4 * sources.layer(layer).channels)),
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

/** Of features over positions, summed over channels. */
interface Spread {
  /** The mean of their squared distance from their mean. */
  readonly variance: number;
  /** The square of their mean. */
  readonly square: number;
}

/** Whether these are features of a flat photo. Those of what people photograph vary by 1.5 to 3 squares of their mean. */
const isFlat = ({ variance, square }: Spread) => variance < square;

/**
 * What distances of features are relative to: their variance. Features of a flat photo vary at its borders alone, and
 * relative to that little every stroke would be too far away; there it is at least the square of their mean, and a
 * quarter of the styles' energy, as a grey that is the network's mean has hardly any features at all.
 *
 * @param energy the mean square of the styles' features; asked for flat photos alone.
 */
const sizeOf = ({ variance, square }: Spread, energy = 0) =>
  isFlat({ variance, square }) ? Math.max(square, energy / 4) : variance;

/**
 * @param features [1, C, H, W].
 * @param visible [H W]: how much each position counts; all alike where left out.
 */
function spreadOf({ shape, data }: Tensor, visible?: Float32Array): Spread {
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
  return { variance, square };
}

/** Squares of the styles' features, mean over positions and sum over channels, of each layer; shape [] each. */
function energies(sources: Sources, layers: readonly string[]): Promise<Partial<Tensors>> {
  return sources.ofStyles(layers, (view) =>
    Object.fromEntries(
      layers.map((layer) => {
        const squares = squared(view.layer(layer).mapped());
        const weights = view.weights(0, layer);
        if (!weights) return [layer, scale(sum(squares), 1 / view.layer(layer).positions)];
        const [, , height, width] = squares.shape as readonly [number, number, number, number];
        return [layer, sum(multiply(squares, reshape(weights, [1, 1, height, width])))];
      }),
    ),
  );
}
