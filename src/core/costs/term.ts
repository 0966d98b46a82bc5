/**
 * A cost as data. A term measures something of a picture that adds up over its positions, and judges the sum: so the
 * same term works on a whole picture and on a picture in tiles. Its gradient follows from the graph.
 */
import type { Node } from '../graph/node.js';
import type { Tensor, Tensors } from '../graph/tensor.js';
import type { Picture } from '../pictures/picture.js';
import type { Areas, Style } from './areas.js';

/** Nodes by names of a term's own. */
export type Measures<Name extends string = string> = Readonly<Record<Name, Node>>;

/** How the measures of tiles become those of the whole picture: added up, or side by side along the last axis. */
export type Join = 'sum' | 'concat';
/** Of all measures, or of each by its name. */
export type Joins = Join | ((measure: string) => Join);

/**
 * A cost of a painting; the total cost is the sum of `weight` times `cost` over all terms.
 *
 * `M` and `T` are the names of its measures and of its target's tensors; `defineTerm` infers them.
 */
export interface Term<M extends string = string, T extends string = string> {
  /** Its key in `step.costs`. */
  readonly name: string;
  /** Its factor in the total cost. A term of weight 0 is reported only. */
  readonly weight: number | ((setting: Setting) => number);
  /** Layers whose features it looks at, such as `conv4_1`; left out: pixels only. */
  readonly layers?: readonly string[];
  /** How measures of tiles join; 'sum' where left out. */
  readonly join?: Joins;
  /** Takes the measures of a picture, or of one tile of it: small tensors that add up over positions. */
  measure(view: View): Measures<M>;
  /** What a painting is compared with. Asked once per scale and after each revision. */
  target?(sources: Sources): Promise<Target<T>>;
  /**
   * The cost of the whole picture's measures, shape [].
   *
   * @param target the target's tensors by name.
   */
  cost(measures: Measures<M>, target: Measures<T>, setting: Setting): Node | Breakdown;
}

/** A term as it is written, with the names of its measures and targets checked by the compiler. */
export function defineTerm<M extends string, T extends string = never>(term: Term<M, T>): Term {
  return term as Term;
}

/** A cost with parts that are reported beside it, as `<term>.<part>`. */
export interface Breakdown {
  /** Shape []. */
  readonly cost: Node;
  /** Each of shape []. */
  readonly parts: Measures;
}

export interface Target<T extends string = string> {
  /** Fed to `cost`. */
  readonly tensors?: Readonly<Record<T, Tensor>>;
  /** Fed to `measure` at the positions of its view, as `view.map(name)`. */
  readonly maps?: Readonly<Record<string, TargetMap>>;
}

/** A target with a value at each position of a layer. */
export interface TargetMap {
  readonly layer: string;
  /** [1, C, H', W'], the extents of the layer's features. */
  readonly tensor: Tensor;
}

/** What is known of a painting at one scale before anything is computed. */
export interface Setting {
  /** Width times height of the painting at this scale. */
  readonly pixels: number;
  /** Regions with their styles, and the balance of content and style. */
  readonly areas: Areas;
  /** A layer of the painting's own size. */
  layer(name: string): Layer;
}

/** A layer of the network for a picture of one size. */
export interface Layer {
  readonly name: string;
  /** Channels nC that costs are divided by. */
  readonly channels: number;
  /** Channels C" of what costs are taken of: through the layer's tap where it has one, else its own. */
  readonly dimensions: number;
  /** H', W' and their product, of the whole picture's features. */
  readonly height: number;
  readonly width: number;
  readonly positions: number;
}

/** What a term sees of the painting, of a source picture, or of one tile of either. */
export interface View extends Setting {
  /** Features of one of the term's layers. */
  layer(name: string): LayerView;
  /**
   * The picture minus the network's mean, [1, 3, H + 2 margin, W + 2 margin]. Beyond the picture's border its edge
   * repeats.
   */
  picture(margin?: 0 | 1): Node;
  /** A map of the term's target at the positions of this view, [1, C, h, w]. */
  map(name: string): Node;
  /** How much each position of a layer counts in an area, [1, n]; the whole picture's sum to 1. Undefined: all alike. */
  weights(area: number, layer: string): Node | undefined;
  /** How much the content cost counts at each position, [1, 1, h, w]; undefined: all alike. */
  importance(layer: string): Node | undefined;
}

/** Features of a layer at the positions of a view. */
export interface LayerView extends Layer {
  /** [1, C, h, w], after the ReLU. */
  readonly grid: Node;
  /** The same as [C, n]. */
  readonly features: Node;
  /**
   * [C", C]: maps features to where costs are taken of them. A network calibrated against a wider one has such maps;
   * they keep distances between features, so that costs of mapped features are the wider one's.
   */
  readonly tap: Node | undefined;
  /** `grid` through the tap, [1, C", h, w]. */
  mapped(): Node;
}

/** The pictures that targets are taken of. */
export interface Sources extends Setting {
  readonly content: Picture;
  readonly styles: readonly Style[];
  /** Takes measures of the photo. */
  ofContent<M extends string>(
    layers: readonly string[],
    measure: (view: View) => Measures<M>,
  ): Promise<Readonly<Record<M, Tensor>>>;
  /** The photo's features of layers, through their taps: [1, C", H', W'] each. */
  contentFeatures(layers: readonly string[]): Promise<Tensors>;
  /**
   * Takes measures of one style.
   *
   * @param key names what `measure` computes: equal keys and pictures give equal results, which may be kept from an
   *   earlier painting. Left out: computed each time.
   */
  ofStyle(
    index: number,
    layers: readonly string[],
    measure: (view: View) => Measures,
    key?: string,
    join?: Joins,
  ): Promise<Tensors>;
  /** Takes measures of all styles, each in proportion to its weight. */
  ofStyles<M extends string>(
    layers: readonly string[],
    measure: (view: View) => Measures<M>,
  ): Promise<Readonly<Record<M, Tensor>>>;
}
