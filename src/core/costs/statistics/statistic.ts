/**
 * A statistic of features: what is compared of a painting and a style, without regard to where in the picture
 * features stand.
 */
import type { Node } from '../../graph/node.js';
import { type Tensor, type Tensors, tensor } from '../../graph/tensor.js';
import type { Options } from '../../options/options.js';
import type { Join, Layer, LayerView, Measures } from '../term.js';

/** Features of one layer, as statistics see them: of a whole picture or of one tile. */
export interface Sampled extends Pick<LayerView, 'features' | 'tap' | 'positions'> {
  /** [1, n]: how much each position counts; the whole picture's sum to 1. Undefined: all alike. */
  readonly weights?: Node | undefined;
}

/** The painting's layer that a statistic is taken for. */
export interface About extends Pick<Layer, 'channels' | 'dimensions' | 'positions'> {
  /** Decides what is drawn at random, such as directions of projection. */
  readonly seed: number;
  /** What several styles make together. */
  readonly styleMix: Options['styleMix'];
}

/** What was measured of one style, and how much it counts beside the others. */
export interface Sample {
  readonly measures: Tensors;
  readonly weight: number;
}

/** What a painting's measures are compared with. */
export interface StatisticTarget<T extends string = string> {
  readonly tensors: Readonly<Record<T, Tensor>>;
  /** The cost of features that are all 0: the yardstick for relative costs. */
  readonly size: number;
}

export interface Statistic<M extends string = string, T extends string = string> {
  readonly join: Readonly<Record<M, Join>>;
  /** Taken of a style's features and of a painting's alike. */
  measure(sampled: Sampled, about: About): Measures<M>;
  /** A target from what was measured of one style or of several. */
  target(samples: readonly Sample[], about: About): StatisticTarget<T>;
  /** The cost of a painting's measures, shape []; `target` has the target's tensors by name. */
  cost(measures: Measures<M>, target: Measures<T>, about: About): Node;
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
