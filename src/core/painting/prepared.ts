/** Orders made ready to paint, and how they change on the way. */
import type { Style } from '../costs/areas.js';
import { expected } from '../errors.js';
import { mergeOptions, type Options } from '../options/options.js';
import { type Revision, revised, type SettledJob } from './job.js';
import { firstNameOf, type MaskRegions } from './mask-regions.js';
import { type Changes, checkOrder, namedRegions, type Order, type OrderedStyle } from './order.js';
import { type PlannedScale, plan, stepsOf } from './plan.js';
import type { Change, NamedFile } from './recipe.js';

/** An order made ready, and what was changed of it since. */
export interface Prepared<Source> {
  /** As it was ordered. */
  readonly order: Order<Source>;
  /** The order's own options, complete. */
  readonly options: Options;
  /** What was changed on the way, with the steps before which it was. */
  readonly changes: readonly Change[];
  /** The job with all changes. */
  readonly job: SettledJob;
  /** Of the painting, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the photo, at the painting's size; absent where all is opaque. */
  readonly alpha?: Uint8Array | undefined;
  readonly scales: readonly PlannedScale[];
  /** At most, through all scales. */
  readonly steps: number;
  /** Of the whole process, at its largest scale. */
  readonly forecastBytes: number;
  /** The most that it may take. */
  readonly maxBytes: number;
  /** Which network was taken and how to get the other, where 'auto' chose. */
  readonly networkNote?: string | undefined;
  /** What was done to the pictures and what is odd about them, for people to read. */
  readonly notes: readonly string[];
  readonly pictures: Pictures;
}

/** The pictures of an order: their files for recipes, styles and regions for other weights and strengths. */
export interface Pictures {
  readonly content: NamedFile;
  readonly styles: readonly (NamedFile & Pick<Style, 'picture' | 'opacity'>)[];
  readonly mask?: (NamedFile & MaskRegions) | undefined;
  readonly start?: NamedFile | undefined;
}

/** What an order says of a style besides its picture. */
export function weightAndRegion<Source>({ weight, region }: Partial<OrderedStyle<Source>> = {}) {
  return { ...(weight === undefined ? {} : { weight }), ...(region === undefined ? {} : { region }) };
}

/**
 * Styles and regions of a job as an order names them: styles of weight 0 are left out, and with them regions that
 * nothing else names.
 *
 * @throws GivernyError OPTION_INVALID where no style is left.
 */
export function arranged<Source>(order: Order<Source>, pictures: Pictures): Pick<SettledJob, 'styles' | 'regions'> {
  const names = namedRegions(order);
  const styles = pictures.styles
    .map(({ picture, opacity }, i) => {
      const { weight = 1, region } = weightAndRegion(order.styles[i]);
      return { picture, opacity, weight, region: region === undefined ? undefined : firstNameOf(region, names) };
    })
    .filter(({ weight }) => weight !== 0);
  if (styles.length === 0)
    throw expected(
      'a style of some weight',
      'styles',
      order.styles.map(({ weight }) => weight),
    );
  const strengths = Object.entries(order.regionStrengths ?? {}).map(
    ([name, n]) => [firstNameOf(name, names), n] as const,
  );
  const regions = Object.entries(pictures.mask?.regions ?? {}).flatMap(([name, { mask }]) => {
    const strength = strengths.findLast(([other]) => other === name)?.[1];
    const isNamed = strength !== undefined || styles.some(({ region }) => region === name);
    return isNamed ? [[name, { mask, strength }] as const] : [];
  });
  return { styles, regions: regions.length > 0 ? Object.fromEntries(regions) : undefined };
}

/**
 * A prepared order as changes make it from a step on, and the revision that brings a painting in progress there.
 *
 * @param step before which they count.
 * @throws GivernyError OPTION_INVALID where they do not fit, or cannot be changed while painting.
 */
export function changed<Source>(
  prepared: Prepared<Source>,
  step: number,
  changes: Changes,
): { readonly prepared: Prepared<Source>; readonly revision: Revision } {
  const all = [...prepared.changes, { step, ...changes }];
  const { order, pictures } = prepared;
  const weights = all.findLast((change) => change.weights)?.weights;
  const now: Order<Source> = {
    ...order,
    regionStrengths: all.findLast((change) => change.regionStrengths)?.regionStrengths ?? order.regionStrengths,
    styles: order.styles.map((style, i) => ({ ...style, weight: weights?.[i] ?? style.weight })),
  };
  const options = mergeOptions(prepared.job.options, changes.options ?? {});
  checkOrder(now, options);
  const { styles, regions } = arranged(now, pictures);
  const isArranged = changes.weights !== undefined || changes.regionStrengths !== undefined;
  const revision: Revision = { options, ...(isArranged ? { styles, regions } : {}) };
  const job = revised(prepared.job, revision);
  const scales = plan(prepared, job.options, job.network, job.coarseNetwork, {
    styles: job.styles.length,
    maxBytes: prepared.maxBytes,
  });
  return { prepared: { ...prepared, changes: all, job, scales, steps: stepsOf(scales) }, revision };
}
