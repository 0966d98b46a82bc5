/** Regions of a painting that take different styles, or the same more or less strongly. */
import { expected, GivernyError, show } from '../errors.js';
import { type Shape, type Tensor, tensor } from '../graph/tensor.js';
import type { Network } from '../networks/network.js';
import type { Options } from '../options/options.js';
import type { Picture } from '../pictures/picture.js';
import { maskAt } from './guidance.js';

export interface Style {
  readonly picture: Picture;
  /** [H, W] of the picture, 0..1: how far each pixel counts; all of them where left out. */
  readonly opacity?: Float32Array | undefined;
  /** Weight relative to the other styles of its region. */
  readonly weight: number;
  /** The region that takes it; left out, all regions without a style of their own take it. */
  readonly region?: string | undefined;
}

/** A part of the painting. */
export interface Region {
  /** [H, W] of the photo, 0..1: how far each pixel belongs to it. Masks may overlap softly, up to a sum of 1. */
  readonly mask: Float32Array;
  /** In place of the painting's strength. */
  readonly strength?: number | undefined;
}

/** A region with the styles that it gets, or all of the painting. */
export interface Area {
  readonly styles: readonly { readonly index: number; readonly weight: number }[];
  /** How much its style cost counts: its share of the painting, less where its strength is below the highest. */
  readonly importance: number;
  /** How much each position of a layer counts, [1, N], sum 1; undefined where all count alike. */
  weights(layer: string): Tensor | undefined;
}

export interface Areas {
  /** Weights of content and style cost, the highest anywhere in the painting. */
  readonly alpha: number;
  readonly beta: number;
  readonly list: readonly Area[];
  /** How far each pixel takes a style, [H, W]; undefined where all do. */
  readonly painted: Float32Array | undefined;
  /** Share of the painting that content costs come from, as `importance` counts it. Areas that stay have none. */
  readonly affected: number;
  /** How much the content cost counts at each position of a layer, [1, 1, H, W]; undefined where all count alike. */
  importance(layer: string, shape: Shape): Tensor | undefined;
  /** How far each position of a layer is seen, [N], 0..1; undefined where all of the photo is opaque. */
  visible(layer: string): Float32Array | undefined;
}

type AreaOptions = Pick<Options, 'strength' | 'alpha' | 'beta'>;

/** Weight of the content cost at strength 0.5. Relative costs are about 1 where nothing of the target is there. */
const CONTENT_AT_HALF = 0.12;

/** Weights of content and style cost. */
function balanceOf({ strength, alpha = 0, beta = 0 }: Pick<Options, 'strength' | 'alpha' | 'beta'>): {
  readonly alpha: number;
  readonly beta: number;
} {
  if (strength === undefined) return { alpha, beta };
  // Each tenth of strength changes the balance by about the same factor; at the ends one of the two is gone.
  return { alpha: CONTENT_AT_HALF * (2 * (1 - strength)) ** 3, beta: Math.min(1, 2 * strength) ** 3 };
}

/** Masks are in single precision: what they leave of a pixel, or resampling leaves of a region, may be rounding alone. */
const ROUNDING = 1e-5;

/** Whether a region covers any pixel, of however small a part. */
export const isSeen = (mask: Float32Array) => mask.some((share) => share > ROUNDING);

/**
 * Divides a painting into areas with the styles that each takes. A region takes its own styles; without any, it takes
 * the styles that name no region, as the rest of the painting does. An area without styles stays as in the photo.
 * Nothing counts where the photo is transparent; where it is so everywhere, it counts as opaque.
 *
 * @param scene.opacity [H, W] of the photo, 0..1.
 * @param layers the layers whose weights of positions will be asked for.
 * @throws GivernyError OPTION_INVALID where styles and regions do not fit together.
 */
export function areasOf(
  {
    content,
    opacity,
    styles,
    regions = {},
  }: {
    readonly content: Picture;
    readonly opacity?: Float32Array | undefined;
    readonly styles: readonly Style[];
    readonly regions?: Readonly<Record<string, Region>> | undefined;
  },
  network: Network,
  layers: readonly string[],
  options: AreaOptions,
): Areas {
  checkStyles(styles, regions);
  // Areas outlive the pictures of the styles, which they need not keep in memory.
  const takenBy = (name: string | undefined): Area['styles'] =>
    styles.flatMap(({ region, weight }, index) => (region === name ? [{ index, weight }] : []));
  const common = takenBy(undefined);
  const names = Object.keys(regions);
  const shown = opacity && mean(opacity) > 0 ? opacity : undefined;
  const nothing = () => undefined;
  if (names.length === 0 && !shown) {
    const whole = { styles: common, importance: 1, weights: nothing };
    const list = common.length > 0 ? [whole] : [];
    return { ...balanceOf(options), list, painted: undefined, affected: 1, importance: nothing, visible: nothing };
  }
  checkRegions(regions, content, options);

  const size = { width: content.width, height: content.height };
  const rest = new Float32Array(size.width * size.height).fill(1);
  for (const { mask } of Object.values(regions)) {
    for (let i = 0; i < rest.length; i++) rest[i] = Math.max(0, (rest[i] as number) - (mask[i] as number));
  }
  const whole = balanceOf(options);
  // The rest has no name, as styles that are for no region name none.
  const all: readonly (readonly [string | undefined, Region])[] = [
    ...Object.entries(regions),
    [undefined, { mask: rest }],
  ];
  const parts = all.map(([name, { mask, strength }]) => {
    const own = takenBy(name);
    const taken = own.length > 0 ? own : common;
    const balance =
      taken.length === 0 ? balanceOf({ strength: 0 }) : strength === undefined ? whole : balanceOf({ strength });
    const counted = shown ? mask.map((value, i) => value * (shown[i] as number)) : mask;
    const seen = Object.fromEntries(layers.map((layer) => [layer, maskAt(counted, size, layer, network)]));
    return { styles: taken, balance, mask, seen, share: mean(counted) };
  });
  const present = parts.filter(({ mask }) => isSeen(mask));
  const alpha = Math.max(...present.map(({ balance }) => balance.alpha));
  const beta = Math.max(...present.map(({ balance }) => balance.beta));
  const styled = present.filter(({ balance, styles: taken }) => balance.beta > 0 && taken.length > 0);
  const list = styled.map(
    ({ styles: taken, share, balance, seen }): Area => ({
      styles: taken,
      importance: (share * balance.beta) / beta,
      weights: (layer) => positionWeights(seen[layer] as Float32Array),
    }),
  );
  // 1 where no part is painted, or where content counts nowhere: nothing is a share of it.
  const affected = styled.reduce((sum, { share, balance }) => sum + (share * balance.alpha) / (alpha || 1), 0) || 1;
  const even = present.every(({ balance }) => balance.alpha === alpha);
  return {
    alpha,
    beta,
    list,
    painted:
      styled.length < present.length
        ? sumOf(
            styled.map(({ mask }) => mask),
            rest.length,
          )
        : undefined,
    affected,
    importance: (layer, shape) => {
      if (even && !shown) return undefined;
      const result = tensor([1, 1, shape[2] as number, shape[3] as number]);
      for (const { seen, balance } of present) {
        const mask = seen[layer] as Float32Array;
        for (let i = 0; i < mask.length; i++) {
          result.data[i] = (result.data[i] as number) + ((mask[i] as number) * balance.alpha) / (alpha || 1);
        }
      }
      return result;
    },
    visible: (layer) => shown && maskAt(shown, size, layer, network),
  };
}

function sumOf(masks: readonly Float32Array[], length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => masks.reduce((sum, mask) => sum + (mask[i] as number), 0));
}

function checkRegions(
  regions: Readonly<Record<string, Region>>,
  { width, height }: Picture,
  { strength: whole }: AreaOptions,
): void {
  for (const [name, { mask, strength }] of Object.entries(regions)) {
    if (mask.length !== width * height) {
      throw expected(`${width * height} numbers, one for each pixel of the photo,`, `the mask of ${name}`, mask.length);
    }
    if (strength !== undefined && whole === undefined) {
      throw expected("a painting's strength, not alpha and beta,", `the strength of region ${name}`, strength);
    }
  }
}

function checkStyles(styles: readonly Style[], regions: Readonly<Record<string, Region>>): void {
  for (const { region } of styles) {
    if (region !== undefined && !Object.hasOwn(regions, region)) {
      const known = Object.keys(regions).join(', ') || 'none is given';
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected a style's region to be among the regions (${known}) but received ${show(region)}.`,
      );
    }
  }
  for (const region of new Set(styles.map((style) => style.region))) {
    const group = styles.filter((style) => style.region === region);
    if (group.some(({ weight }) => !(weight >= 0)) || !(group.reduce((sum, { weight }) => sum + weight, 0) > 0)) {
      const where = region === undefined ? '' : ` of region ${region}`;
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected weights of the styles${where} of at least 0, not all 0, but received ${group.map(({ weight }) => weight).join(', ')}.`,
      );
    }
  }
}

/**
 * How much each position of a layer counts for a region, [1, N], sum 1: the square of the share of its receptive field
 * that lies in the region, as guidance channels are squared in Gatys et al., "Controlling Perceptual Factors in Neural
 * Style Transfer" (CVPR 2017), section 4. Features across the border count little then.
 *
 * @param shares as maskAt gives them. Where all are 0, all positions count alike.
 */
export function positionWeights(shares: Float32Array): Tensor {
  const most = shares.reduce((largest, share) => Math.max(largest, share), 0);
  // A power of 2 keeps every digit, and squares of very small shares from vanishing.
  const unit = 2 ** -Math.floor(Math.log2(most));
  const squares = most > 0 ? shares.map((share) => (share * unit) ** 2) : new Float32Array(shares.length).fill(1);
  const whole = squares.reduce((sum, value) => sum + value, 0);
  return tensor(
    [1, shares.length],
    squares.map((value) => value / whole),
  );
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
