/** A painting as it is ordered: pictures where they lie, networks by name, options as people give them. */
import type { Term } from '../costs/term.js';
import { GivernyError, show } from '../errors.js';
import type { Network } from '../networks/network.js';
import { type Options, type OptionsInput, optionMeta, optionsSchema } from '../options/options.js';
import { parseColor } from '../pictures/flat-colors.js';
import type { Layered, Size } from '../pictures/picture.js';

/** A picture file, read. */
export interface DecodedPicture extends Layered {
  /** The file's name without its folder. */
  readonly name: string;
  /** Of the file's bytes, or of the pixels where there is no file; hex. */
  readonly sha256: string;
  /** Size of the file's picture; `picture` may be smaller where the reader was told how much is needed. */
  readonly natural?: Size | undefined;
  /** What is odd about the file, for people to read. */
  readonly notices?: readonly string[] | undefined;
}

/** @template Source where a picture comes from: a path, bytes, a Blob ... */
export interface OrderedStyle<Source> {
  readonly picture: Source;
  /** Relative to the other styles of its region; 1 where left out. A style of weight 0 is left out. */
  readonly weight?: number | undefined;
  /** Colour of the mask where it goes, such as `white` or `#00ff00`; else where no style of its own goes. */
  readonly region?: string | undefined;
}

/** A painting to be prepared by a Painter. */
export interface Order<Source> {
  readonly content: Source;
  /** At least one. */
  readonly styles: readonly OrderedStyle<Source>[];
  /** A picture of the photo's shape in flat colours: each that a style or a strength names is a region. */
  readonly mask?: OrderedMask<Source> | undefined;
  /** In place of `options.strength`, 0..1, by colours of the mask. */
  readonly regionStrengths?: Readonly<Record<string, number>> | undefined;
  /** The picture to start from; its name takes the place of `options.init`. */
  readonly start?: Source | undefined;
  /** A network or its name; where left out the preset's, else 'auto'. */
  readonly network?: string | Network | undefined;
  /** What looks at all scales but the last: a network or its name, 'none', or 'auto' as by default. */
  readonly coarseNetwork?: string | Network | undefined;
  readonly options?: OptionsInput | undefined;
  /** Costs in place of those that the options choose. */
  readonly terms?: readonly Term[] | undefined;
}

export interface OrderedMask<Source> {
  readonly picture: Source;
  /** How far borders reach to either side, in pixels of the painting; 1.5 % of its long side where left out. */
  readonly featherPx?: number | undefined;
}

/** What may change of an order while it is painted. What is left out stays. */
export interface Changes {
  readonly options?: OptionsInput | undefined;
  /** Weights of the styles, in the order's own order. */
  readonly weights?: readonly number[] | undefined;
  readonly regionStrengths?: Readonly<Record<string, number>> | undefined;
}

/**
 * Checks of an order what can be checked before a picture is read.
 *
 * @throws GivernyError OPTION_INVALID.
 */
export function checkOrder<Source>(order: Order<Source>, options: Options): void {
  const { styles, mask, regionStrengths = {} } = order;
  const refuse = (what: string, received: string) =>
    new GivernyError('OPTION_INVALID', `Expected ${what} but received ${received}.`);
  if (styles.length === 0) throw refuse('at least one style', 'none');
  const regions = namedRegions(order);
  regions.forEach(parseColor);
  if (!mask && regions.length > 0) throw refuse(`a mask for the region ${show(regions[0])}`, 'none');
  if (mask && regions.length === 0) throw refuse('a style or a strength for a colour of the mask', 'none');
  if (mask?.featherPx !== undefined && !(mask.featherPx >= 0 && mask.featherPx < Number.POSITIVE_INFINITY)) {
    throw refuse('at least 0 pixels for feather', String(mask.featherPx));
  }
  for (const [region, strength] of Object.entries(regionStrengths)) {
    if (options.strength === undefined) throw refuse('strengths of regions without alpha and beta', 'both');
    if (optionsSchema.shape.strength.safeParse(strength).success) continue;
    throw refuse(`${optionMeta('strength').expects} for the strength of region ${region}`, String(strength));
  }
}

/** All names of regions in an order, in its order. */
export function namedRegions<Source>({ styles, regionStrengths = {} }: Order<Source>): string[] {
  const ofStyles = styles.map(({ region }) => region).filter((region) => region !== undefined);
  return [...ofStyles, ...Object.keys(regionStrengths)];
}
