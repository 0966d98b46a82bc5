/** What a painting from files is asked for by, and what it tells on the way: plain data, for processes apart. */
import { GivernyError } from '../../core/errors.js';
import { type Options, type OptionsInput, optionMeta, optionsSchema } from '../../core/options/options.js';
import type { Costs, Step } from '../../core/painting/paint.js';
import type { PlannedScale } from '../../core/painting/plan.js';
import { parseColor } from '../../core/pictures/flat-colors.js';

/** A painting whose style to take. */
export interface StyleFile {
  readonly path: string;
  /** Beside the other styles of the same region; 1 by default. */
  readonly weight?: number | undefined;
  /** Colour of the mask where it goes, such as `white` or `#00ff00`; else where no style of its own goes. */
  readonly region?: string | undefined;
}

/** A picture of the photo's shape in flat colours: each that a style or a strength names is a region. */
export interface MaskFile {
  readonly path: string;
  /** How far its borders reach to either side, in pixels of the painting; 1.5 % of its long side by default. */
  readonly featherPx?: number | undefined;
}

export interface PaintRequest {
  /** Path of the photo. */
  readonly content: string;
  /** At least one. */
  readonly styles: readonly StyleFile[];
  readonly mask?: MaskFile | undefined;
  /** In place of `options.strength`, 0..1, by colours of the mask. */
  readonly regionStrengths?: Readonly<Record<string, number>> | undefined;
  /** Path of the picture to write; its ending decides the format. */
  readonly output: string;
  /** Name or path; 'auto' by default. */
  readonly network?: string | undefined;
  /** What looks at all scales but the last: name or path, 'none', or 'auto' as by default. */
  readonly coarseNetwork?: string | undefined;
  readonly options?: OptionsInput | undefined;
  /** Threads that the engine computes on; all cores by default. */
  readonly threads?: number | undefined;
  /** Ends the painting after so many steps, as one that was stopped there. */
  readonly stopAfter?: number | undefined;
  /** Also writes `<folder>/<step>.png` after step 0, `every`, 2 * `every` ..., all of the painting's size. */
  readonly frames?: { readonly every: number; readonly folder: string } | undefined;
}

/** How networks are told of. */
export interface NamedNetwork {
  readonly name: string;
  readonly hash: string;
}

/** All is read and checked; painting begins. */
export interface Started {
  readonly width: number;
  readonly height: number;
  /** At most, through all scales. */
  readonly steps: number;
  readonly scales: readonly PlannedScale[];
  readonly network: NamedNetwork;
  /** Which network was taken, and how to get the other, where 'auto' chose it. */
  readonly networkNote?: string | undefined;
  /** Looks at all scales but the last, where that is another. */
  readonly coarseNetwork?: NamedNetwork | undefined;
  readonly engine: string;
  /** What was done to the pictures before painting, and what is odd about them, for people to read. */
  readonly notes: readonly string[];
}

/** A step without its picture. */
export type StepReport = Omit<Step, 'picture' | 'notice'>;

/** Who wants to know how a painting goes. */
export interface PaintListeners {
  onStart?(started: Started): void;
  onStep?(report: StepReport): void;
  /** A frame or the result has been written, whole. */
  onSaved?(path: string): void;
  /** A sentence that the person should hear, such as of a smaller rate after a cost that was not finite. */
  onNotice?(sentence: string): void;
}

export interface Painted {
  /** Path of the picture; nothing was written there if `steps` is 0. */
  readonly output: string;
  readonly width: number;
  readonly height: number;
  /** Steps done through all scales; of a scale that ended early all count as done. */
  readonly steps: number;
  /** True where the painting was stopped before its last step. */
  readonly stopped: boolean;
  /** Of the picture written; absent if `steps` is 0. */
  readonly costs?: Costs | undefined;
  readonly network: string;
  /** Wall time from the first step to the end. */
  readonly seconds: number;
}

/**
 * Checks of styles and regions what can be checked before a file is read.
 *
 * @throws GivernyError OPTION_INVALID.
 */
export function checkRequest(request: PaintRequest, options: Options): void {
  const { styles, mask, regionStrengths = {}, threads = 1 } = request;
  const refuse = (what: string, received: string) =>
    new GivernyError('OPTION_INVALID', `Expected ${what} but received ${received}.`);
  if (styles.length === 0) throw refuse('at least one style', 'none');
  if (!Number.isInteger(threads) || threads < 1) throw refuse('at least 1 thread', String(threads));
  const regions = namedRegions(request);
  regions.forEach(parseColor);
  if (!mask && regions.length > 0) throw refuse(`a mask for the region ${regions[0]}`, 'none');
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

/** All names of regions in a request, in its order. */
export function namedRegions({ styles, regionStrengths = {} }: PaintRequest): string[] {
  const ofStyles = styles.map(({ region }) => region).filter((region) => region !== undefined);
  return [...ofStyles, ...Object.keys(regionStrengths)];
}
