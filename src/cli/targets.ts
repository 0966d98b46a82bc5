/** Where a painting and the pictures on the way to it are written. Nothing is overwritten that nobody named. */
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join, parse } from 'node:path';
import { GivernyError } from '../core/errors.js';
import type { PaintRequest } from '../node/painting/request.js';

export interface TargetFlags {
  readonly output?: string;
  readonly saveEvery?: number;
  readonly saveDir?: string;
  readonly timelapse?: string;
  /** False for --no-clobber. */
  readonly clobber?: boolean;
}

export type Targets = Pick<PaintRequest, 'output' | 'frames' | 'timelapse'>;

/**
 * Names the files to write: as the flags say, otherwise by free names beside what is there.
 *
 * @param names paths of the photo and the paintings, after which the default is called.
 * @throws GivernyError OPTION_INVALID where a flag is missing, or with --no-clobber where a named file exists.
 */
export function targetsOf(names: readonly string[], flags: TargetFlags): Targets {
  const { saveEvery, saveDir, timelapse, clobber } = flags;
  if (saveDir !== undefined && saveEvery === undefined) {
    throw new GivernyError('OPTION_INVALID', 'Expected --save-every along with --save-dir but received none.');
  }
  const stem = [...new Set(names.map((path) => parse(path).name))].join('-');
  const output = flags.output ?? free(stem, '.png');
  const named = timelapse === undefined ? [output] : [output, timelapse];
  for (const path of named) if (clobber === false && isTaken(path)) throw taken(path);
  if (saveEvery === undefined) return { output, frames: undefined, timelapse };
  const { dir, name } = parse(output);
  const folder = saveDir ?? free(join(dir, `${name}-steps`), '');
  const [frame] = saveDir === undefined ? [] : frameNames(folder);
  if (clobber === false && frame !== undefined) throw taken(join(folder, frame));
  return { output, frames: { every: saveEvery, folder }, timelapse };
}

function taken(path: string): GivernyError {
  return new GivernyError('OPTION_INVALID', `Expected --no-clobber with a free name but "${path}" exists already.`);
}

/** The first of `<stem><ending>`, `<stem>-2<ending>`, `<stem>-3<ending>` ... that does not exist. */
function free(stem: string, ending: string): string {
  let name = `${stem}${ending}`;
  for (let n = 2; isTaken(name); n++) name = `${stem}-${n}${ending}`;
  return name;
}

/** Whether anything has this name, be it a link that leads nowhere. */
function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Names in the folder that frames have: `<step>.png`. */
function frameNames(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+\.png$/.test(name)) : [];
}

/** Frames that a folder held before a run. */
export interface EarlierFrames {
  readonly notices: readonly string[];
  /** Removes the frames of the earlier run that the new one has not replaced. */
  remove(saved: readonly string[]): void;
}

/**
 * Finds what an earlier run left in the folder of the frames. Only pictures that carry a recipe are Giverny's.
 *
 * @throws GivernyError OPTION_INVALID where a frame would overwrite a picture that is not Giverny's.
 */
export async function earlierFrames(frames: PaintRequest['frames']): Promise<EarlierFrames> {
  const names = frames ? frameNames(frames.folder) : [];
  if (!frames || names.length === 0) return { notices: [], remove() {} };
  // Imports sharp, which takes longer to load than the rest of the command.
  const { readRecipe } = await import('../node/files/read-recipe.js');
  const ours: string[] = [];
  const others: string[] = [];
  for (const name of names) {
    const path = join(frames.folder, name);
    const painted = await readRecipe(path).then(
      () => true,
      () => false,
    );
    if (!painted && Number.parseInt(name, 10) % frames.every === 0) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected a folder for frames where they overwrite no other picture but "${path}" was not painted by Giverny.`,
      );
    }
    (painted ? ours : others).push(path);
  }
  return {
    notices: others.map((path) => `"${path}" was not painted by Giverny and stays among the frames.`),
    remove(saved) {
      for (const path of ours.filter((earlier) => !saved.includes(earlier))) rmSync(path, { force: true });
    },
  };
}
