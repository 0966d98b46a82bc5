/** What a painting is made from, what it tells after each step, and what may change on the way. */
import type { Region, Style } from '../costs/areas.js';
import type { Costs } from '../costs/objective/objective.js';
import type { Term } from '../costs/term.js';
import { expected, GivernyError, show } from '../errors.js';
import type { Network } from '../networks/network.js';
import { fedNetwork } from '../networks/unit-input.js';
import {
  mergeOptions,
  OPTION_NAMES,
  type OptionName,
  type Options,
  type OptionsInput,
  resolveOptions,
} from '../options/options.js';
import { optionText } from '../options/text.js';
import type { Picture } from '../pictures/picture.js';
import type { PaintState } from './state.js';

/** All that a painting is made from. */
export interface Job {
  /** Gives the painting its size. */
  readonly content: Picture;
  /** [H, W] of the content, 0..1: how far each pixel is there to be seen; all of them where left out. */
  readonly opacity?: Float32Array | undefined;
  /** Pictures of any size; each is brought to the size of the painting at each scale, times `options.styleScale`. */
  readonly styles: readonly Style[];
  /** Parts of the painting, by name, for styles that go to one of them or for another strength. */
  readonly regions?: Readonly<Record<string, Region>> | undefined;
  readonly network: Network;
  /** Looks at the pictures in place of `network` at all scales but the last: a smaller one, to be faster. */
  readonly coarseNetwork?: Network | undefined;
  /** As resolveOptions takes them; the defaults where left out. `size` has no effect: the content has its size. */
  readonly options?: OptionsInput | undefined;
  /** The costs of the painting; content, style and variation as the options say where left out (termsOf). */
  readonly terms?: readonly Term[] | undefined;
  /** The picture to start from where `options.init` names a file; of the content's size. */
  readonly start?: Picture | undefined;
}

/** One step of a painting, reported when its update is done; costs are those of the updated picture. */
export interface Step {
  /** Counted from 0, as in the notebook, through all scales. */
  readonly step: number;
  /** How many steps the painting has at most. */
  readonly steps: number;
  /** Which scale the painting is at, from 0, and how many there are. */
  readonly scale: number;
  readonly scales: number;
  readonly costs: Costs;
  /** Wall time of this step. */
  readonly seconds: number;
  /** The picture after this step, of its scale's size; made when it is first read. */
  readonly picture: Picture;
  /** All that the painting has become: `paint(job, engine, { from })` goes on from it. */
  state(): PaintState;
  /** A sentence for people, such as of a smaller rate after a cost that was not finite. */
  readonly notice?: string;
  /** What the notice is about, for programs that have words of their own. */
  readonly about: readonly StepEvent[];
}

/** What happens on the way: a step taken back, smaller tiles for want of memory, another device in place of one that failed. */
export type StepEvent = 'setback' | 'tiles' | 'device';

/** A step as plain data, without its picture. */
export type StepReport = Omit<Step, 'picture' | 'state' | 'about'>;

/** What of a step can cross to another thread or process. */
export function reportOf({ step, steps, scale, scales, costs, seconds, notice }: Step): StepReport {
  return { step, steps, scale, scales, costs, seconds, ...(notice === undefined ? {} : { notice }) };
}

/**
 * What may change while painting: handed to `next()`, it counts from the next step. `options` names those that change;
 * the others stay. Whoever changes terms changes them whole.
 */
export type Revision = Partial<Pick<Job, 'styles' | 'regions' | 'options' | 'terms'>>;

/** A job with all its options. */
export interface SettledJob extends Job {
  readonly options: Options;
}

/** @throws GivernyError OPTION_INVALID, IMAGE_SIZE. */
export function settled(job: Job): SettledJob {
  checkPicture(job.content, 'content');
  if (!Array.isArray(job.styles)) throw expected('a list of styles', 'styles', job.styles);
  for (const [i, style] of job.styles.entries()) {
    checkPicture(style?.picture, `styles[${i}].picture`);
    checkVisible(style.opacity, `styles[${i}]`);
  }
  if (!job.network?.convolutions) throw expected('a network, such as openNetwork gives,', 'network', job.network);
  const options = resolveOptions(job.options);
  const { network, coarseNetwork } = job;
  return {
    ...job,
    // Of a photo that nobody can see all counts alike.
    opacity: isVisible(job.opacity) ? job.opacity : undefined,
    options,
    network: fedNetwork(network, options),
    coarseNetwork: coarseNetwork && fedNetwork(coarseNetwork, options),
  };
}

/** @throws GivernyError OPTION_INVALID where nothing of a style's picture can be seen. */
export function checkVisible(opacity: Float32Array | undefined, name: string): void {
  if (!isVisible(opacity)) {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected a style with visible pixels but ${name} is transparent everywhere.`,
    );
  }
}

const isVisible = (opacity: Float32Array | undefined) => !opacity || opacity.some((value) => value > 0);

function checkPicture(value: unknown, name: string): void {
  const { width, height, data } = (value ?? {}) as Partial<Picture>;
  if (data instanceof Float32Array && data.length === 3 * (width as number) * (height as number)) return;
  throw expected('a picture { width, height, data: Float32Array [3, height, width] }', name, summary(value));
}

const summary = (value: unknown) =>
  typeof value === 'object' && value !== null ? `an object with ${Object.keys(value).slice(0, 5).join(', ')}` : value;

const REVISED: readonly string[] = ['styles', 'regions', 'options', 'terms'] satisfies (keyof Revision)[];
/** Options that decided what is behind a painting already. */
export const DECIDED: readonly OptionName[] = ['size', 'fit', 'input', 'firstSize', 'init', 'seed'];

/** Options that say only when a scale ends. */
const LENGTHS: readonly OptionName[] = ['steps', 'lastSteps', 'largeSteps', 'firstSteps', 'tolerance'];

/** Whether two jobs differ in nothing but when their scales end: then the costs and the optimiser go on as they are. */
export function sameButForLength(before: SettledJob, after: SettledJob): boolean {
  return (
    before.styles === after.styles &&
    before.regions === after.regions &&
    before.terms === after.terms &&
    OPTION_NAMES.every(
      (name) => LENGTHS.includes(name) || optionText(before.options[name]) === optionText(after.options[name]),
    )
  );
}

/**
 * A job as a revision changes it.
 *
 * @throws GivernyError OPTION_INVALID where the revision names what cannot change while painting.
 */
export function revised(job: SettledJob, revision: Revision): SettledJob {
  const unknown = Object.keys(revision).find((name) => !REVISED.includes(name));
  if (unknown !== undefined) {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected ${REVISED.join(', ')} in a revision but received ${show(unknown)}.`,
    );
  }
  const options = revision.options ? mergeOptions(job.options, revision.options) : job.options;
  for (const name of DECIDED) {
    const [before, after] = [optionText(job.options[name]), optionText(options[name])];
    if (before !== after) throw expected(`${before}, which stays while painting,`, name, after);
  }
  return settled({ ...job, ...revision, options }) as SettledJob;
}
