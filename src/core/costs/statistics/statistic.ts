/**
 * What is compared of a painting's features and a style's: a statistic of their distribution, without regard to
 * where in the picture they stand.
 */
import type { Node } from '../../graph/node.js';
import { type Tensor, type Tensors, tensor } from '../../graph/tensor.js';
import type { Options } from '../../options/options.js';

/** Features of one layer, as statistics see them. */
export interface LayerView {
  /** [C, N]: C channels at N positions. */
  readonly features: Node;
  /**
   * [C", C]: maps the features to where costs are taken of them. A network calibrated against a wider one has such
   * maps; they keep distances between features, so any statistic of the mapped features costs as the wider one's.
   */
  readonly tap?: Node | undefined;
  /** [1, N], sum 1: how much each position counts; all alike where left out. */
  readonly weights?: Node | undefined;
  /** Channels nC that costs are divided by. */
  readonly channels: number;
  /** Of the painting's features in this layer; a style's own N may be another. */
  readonly positions: number;
  /** Decides what is drawn at random, such as directions of projection. */
  readonly seed: number;
}

/** Values of a statistic, by names of its own. */
export type Measures = Readonly<Record<string, Node>>;

/** What was measured of one of the styles, and how much it counts beside the others. */
export interface Sample {
  readonly measures: Tensors;
  readonly weight: number;
}

/** What a painting is compared with: the style's measures, made ready. */
export interface Target {
  /** Inputs of the cost, by names of the statistic's own. */
  readonly tensors: Tensors;
  /** What the cost would be of features that are all 0: the yardstick for relative costs. */
  readonly size: number;
}

export interface Statistic {
  /** What is taken of a style's features. */
  measure(view: LayerView): Measures;
  /**
   * A target from what was measured of one style or of several.
   *
   * @param layer its `dimensions` are C", the channels that the statistic was taken of; `styleMix` says what several
   *   styles make together.
   */
  target(
    samples: readonly Sample[],
    layer: Pick<LayerView, 'channels' | 'positions'> & {
      readonly dimensions: number;
      readonly styleMix: Options['styleMix'];
    },
  ): Target;
  /** Cost of a painting's features; `target(name)` is the target's tensor of that name. */
  cost(view: LayerView, target: (name: string) => Node): Node;
}

/** Mean of one measure over the styles by their weights. */
export function blended(samples: readonly Sample[], measure: string): Tensor {
  const whole = samples.reduce((total, { weight }) => total + weight, 0);
  const first = samples[0]?.measures[measure] as Tensor;
  if (samples.length === 1) return first;
  const result = tensor(first.shape);
  for (const { measures, weight } of samples) {
    const { data } = measures[measure] as Tensor;
    for (let i = 0; i < data.length; i++) {
      result.data[i] = (result.data[i] as number) + ((data[i] as number) * weight) / whole;
    }
  }
  return result;
}
