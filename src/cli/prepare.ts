/** From arguments and flags to the request for a painting. */
import { join } from 'node:path';
import { GivernyError } from '../core/errors.js';
import type { OptionsInput } from '../core/options/options.js';
import { assertWritable } from '../node/files/atomic.js';
import { formatOf, has16Bits, type PictureFormat, type PrintWish } from '../node/files/formats.js';
import type { PaintRequest } from '../node/painting/request.js';
import {
  type MethodFlags,
  OPTION_NAMES,
  type PrintFlags,
  printOfFlags,
  type ReportFlags,
  stateEverySeconds,
} from './flags.js';
import { type PrivateFolder, readPipe } from './pipes.js';
import { fileArgument, inputDescriptor, isStandardOutput } from './places.js';
import type { Changes, Repetition } from './repeat.js';
import type { StateSearch } from './states.js';
import { type StyleFile, type StyleFlags, styleText } from './style-flags.js';
import {
  type EarlierTargets,
  free,
  STATE_ENDING,
  statesBeside,
  stemOf,
  type TargetFlags,
  type Targets,
  targetsOf,
} from './targets.js';

export type PaintFlags = OptionsInput &
  StyleFlags &
  TargetFlags &
  PrintFlags &
  ReportFlags &
  Omit<MethodFlags, 'preset'> & {
    readonly format?: string;
    readonly recipe?: string;
    readonly fresh?: boolean;
  };

/** The files of a painting as people read them. */
export interface Subject {
  readonly content: string;
  readonly styles: readonly string[];
  readonly output: string;
  /** Folder of the pictures on the way. */
  readonly frames?: string | undefined;
  readonly timelapse?: string | undefined;
  /** The state file. */
  readonly state?: string | undefined;
}

export interface Prepared {
  readonly request: PaintRequest;
  readonly subject: Subject;
  /** What the person should hear before the painting begins. */
  readonly notices: readonly string[];
  /** The step at which an earlier run was stopped that this one goes on from; else 0. */
  readonly goesOnFrom: number;
  /** What the recipe says, where there is one. */
  readonly repeat?: Repetition | undefined;
  readonly flags: PaintFlags;
}

/** What arguments and flags ask for, before files to write have names. */
export interface Asked {
  readonly request: Unplaced;
  /** Path of the photo. */
  readonly content: string;
  readonly styles: readonly StyleFile[];
  /** What the recipe says, where there is one. */
  readonly repeat?: Repetition | undefined;
}

/**
 * Reads pipes and the recipe.
 *
 * @param folder where pictures from pipes go.
 * @throws GivernyError
 */
export async function asked(
  photo: string | undefined,
  painting: string | undefined,
  flags: PaintFlags,
  folder: PrivateFolder,
): Promise<Asked> {
  const { recipe, preset } = flags;
  if (recipe !== undefined && preset !== undefined) {
    throw new GivernyError('OPTION_INVALID', 'Expected --preset or --recipe but received both.');
  }
  const typed = [...(painting === undefined ? [] : [{ path: painting }]), ...(flags.style ?? [])];
  if (recipe === undefined) assertPictures(photo, typed);
  assertOnePipe([photo, ...typed.map(({ path }) => path), flags.mask]);
  await assertWritableTargets(flags);

  const read = async (path: string) => {
    const descriptor = inputDescriptor(path);
    return descriptor === undefined ? path : readPipe(descriptor, folder);
  };
  const given: StyleFile[] = [];
  for (const style of typed) given.push({ ...style, path: await read(style.path) });
  const givenPhoto = photo === undefined ? undefined : await read(photo);
  const mask = flags.mask === undefined ? undefined : await read(flags.mask);
  const options = optionsOf(flags);
  const repeat =
    recipe === undefined
      ? undefined
      : await repetitionOf(recipe, { ...flags, content: givenPhoto, styles: given, mask, options });
  const content = givenPhoto ?? (repeat?.content as string);
  const styles = repeat?.styles ?? given;

  const request: Unplaced = {
    content,
    styles: styles.map(({ path, ...style }) => ({ picture: path, ...style })),
    ...regionsFrom(flags, mask, repeat),
    network: flags.network ?? repeat?.network.name,
    coarseNetwork: flags.coarseNetwork ?? (repeat && (repeat.coarseNetwork?.name ?? 'none')),
    options: { ...repeat?.options, ...options },
    device: flags.device,
    threads: flags.threads,
    maxMemory: flags.maxMemory,
    stopAfter: repeat?.stopAfter,
    changes: repeat?.changes,
  };
  return { request, content, styles, repeat };
}

/**
 * Checks the targets, then reads pipes and the recipe.
 *
 * @param folder where pictures from pipes go, and the picture for standard output.
 * @throws GivernyError
 */
export async function prepare(
  photo: string | undefined,
  painting: string | undefined,
  flags: PaintFlags,
  folder: PrivateFolder,
): Promise<Prepared> {
  const { request: unplaced, content, styles, repeat } = await asked(photo, painting, flags, folder);
  const { notices, goesOnFrom, ...targets } = await placed(unplaced, namesOf({ content, styles }), flags, folder);
  const print = printWish(repeat, flags, formatOf(targets.output as string));
  const request: PaintRequest = { ...unplaced, ...targets, print };
  const subject: Subject = {
    content: folder.shown(content),
    styles: styles.map((style) => styleText({ ...style, path: folder.shown(style.path) })),
    output: folder.shown(request.output as string),
    frames: request.frames?.folder,
    timelapse: request.timelapse,
    state: request.state || undefined,
  };
  return { request, subject, notices: [...(repeat?.notices ?? []), ...notices], goesOnFrom, repeat, flags };
}

/** Paths of the photo and the paintings, after which a picture is called that nobody names. */
export const namesOf = ({ content, styles }: Pick<Asked, 'content' | 'styles'>): string[] => [
  content,
  ...styles.map(({ path }) => path),
];

/** How the picture is to be written: as the recipe says, as far as its format allows, where no flag says otherwise. */
export function printWish(
  repeat: Repetition | undefined,
  flags: PrintFlags,
  format: PictureFormat,
): PrintWish | undefined {
  const before = repeat?.print;
  const fits = before?.bits === 16 && !has16Bits(format) ? { ...before, bits: 8 as const } : before;
  const given = printOfFlags(flags);
  return fits || given ? { ...fits, ...given } : undefined;
}

/** A request without what it writes. */
type Unplaced = Omit<PaintRequest, 'output' | 'frames' | 'state' | 'fresh' | 'print'>;

interface Placed extends Targets, Pick<PaintRequest, 'state' | 'fresh' | 'stateEverySeconds'> {
  readonly notices: readonly string[];
  readonly goesOnFrom: number;
}

/**
 * Names the files to write, and the state file, from which the painting goes on where it is a state of the same.
 *
 * @param names paths of the photo and the paintings.
 */
async function placed(
  request: Unplaced,
  names: readonly string[],
  flags: PaintFlags,
  folder: PrivateFolder,
): Promise<Placed> {
  const { output, format = 'png', saveEvery, saveDir, fresh = false } = flags;
  if (output !== undefined && isStandardOutput(output)) {
    if (saveEvery !== undefined && saveDir === undefined) {
      const message = 'Expected --save-dir along with --save-every and -o - but received none.';
      throw new GivernyError('OPTION_INVALID', message);
    }
    const place = folder.place(`painting.${format}`, 'standard output');
    return { ...targetsOf(names, { ...flags, output: place }), notices: [], goesOnFrom: 0 };
  }
  const stem = stemOf(names, flags);
  const states = statesBeside(stem);
  let search: StateSearch = { notices: [] };
  let earlier: EarlierTargets | undefined;
  if (states.length > 0) {
    // Imports what reads networks, which most runs do in the painting process alone.
    const { findState, earlierTargets } = await import('./states.js');
    search = await findState(states, request);
    if (search.found && !fresh) earlier = await earlierTargets(search.found, output);
  }
  const { found, notices } = search;
  const targets = targetsOf(names, flags, earlier);
  const isSame = found && (!fresh || output !== undefined);
  const named = output === undefined ? stemOf([], { output: targets.output as string }) : stem;
  return {
    ...targets,
    state: isSame ? found.path : free(named, STATE_ENDING),
    fresh,
    stateEverySeconds: stateEverySeconds(),
    notices: fresh ? [] : notices,
    goesOnFrom: found && earlier ? found.header.recipe.steps : 0,
  };
}

function assertPictures(photo: string | undefined, styles: readonly StyleFile[]): void {
  if (photo !== undefined && styles.length > 0) return;
  const received = photo !== undefined ? `only "${photo}"` : styles.length > 0 ? 'no photo' : 'neither';
  throw new GivernyError('OPTION_INVALID', `Expected a photo and a painting but received ${received}.`);
}

/** Tries the targets that flags name before a pipe is read, which may take long; the painting process tries them all. */
async function assertWritableTargets({ output, saveDir, timelapse }: PaintFlags): Promise<void> {
  if (output !== undefined && !isStandardOutput(output)) await assertWritable(output);
  if (timelapse !== undefined) await assertWritable(timelapse);
  if (saveDir !== undefined) await assertWritable(join(saveDir, '0.png'));
}

function assertOnePipe(paths: readonly (string | undefined)[]): void {
  const pipes = paths.map((path) => path && inputDescriptor(path)).filter((descriptor) => descriptor === 0);
  if (pipes.length < 2) return;
  throw new GivernyError('OPTION_INVALID', `Expected one picture from standard input but received ${pipes.length}.`);
}

async function repetitionOf(recipe: string, changes: Changes): Promise<Repetition> {
  // Imports sharp, which takes longer to load than the rest of the command.
  const { repeatRecipe } = await import('./repeat.js');
  return repeatRecipe(recipe, changes);
}

/** The mask and what is asked of its regions; the recipe's where no flag says otherwise. */
function regionsFrom(
  flags: PaintFlags,
  mask: string | undefined,
  repeat: Repetition | undefined,
): Pick<PaintRequest, 'mask' | 'regionStrengths'> {
  const path = mask ?? repeat?.mask?.path;
  const unused =
    flags.feather !== undefined ? '--feather' : flags.regionStrength !== undefined ? '--region-strength' : undefined;
  if (path === undefined && unused !== undefined) {
    throw new GivernyError('OPTION_INVALID', `Expected --mask along with ${unused} but received none.`);
  }
  return {
    mask: path === undefined ? undefined : { picture: path, featherPx: flags.feather ?? repeat?.mask?.featherPx },
    regionStrengths: { ...repeat?.regionStrengths, ...flags.regionStrength },
  };
}

/** The painting options and the preset among flags. */
export function optionsOf(flags: OptionsInput): OptionsInput {
  const names = (['preset', ...OPTION_NAMES] as const).filter((name) => flags[name] !== undefined);
  const options: OptionsInput = Object.fromEntries(names.map((name) => [name, flags[name]]));
  return typeof options.init === 'string' ? { ...options, init: fileArgument(options.init) } : options;
}
