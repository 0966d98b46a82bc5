/** Where a painting and the pictures on the way to it are written. Nothing is overwritten that nobody named. */
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';
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

/** Of state files, which are called as their pictures. */
export const STATE_ENDING = '.giverny';

export type Targets = Pick<PaintRequest, 'output' | 'frames' | 'timelapse'>;

/** Where a painting goes on that was stopped. */
export interface EarlierTargets {
  /** Where its picture so far is, or would be; undefined where another picture is there. */
  readonly output?: string | undefined;
  /** Folder of its pictures on the way. */
  readonly frames?: string | undefined;
}

/** The name of a picture without its ending: that of the flags, else after the photo and the paintings. */
export function stemOf(names: readonly string[], { output }: TargetFlags): string {
  if (output === undefined) return [...new Set(names.map((path) => parse(path).name))].join('-');
  const { dir, name } = parse(output);
  return join(dir, name);
}

/**
 * Names the files to write: as the flags say, otherwise by free names beside what is there.
 *
 * @param names paths of the photo and the paintings, after which the default is called.
 * @param earlier where the painting goes on.
 * @throws GivernyError OPTION_INVALID where a flag is missing, or with --no-clobber where a named file exists.
 */
export function targetsOf(names: readonly string[], flags: TargetFlags, earlier?: EarlierTargets): Targets {
  const { saveEvery, saveDir, timelapse, clobber } = flags;
  if (saveDir !== undefined && saveEvery === undefined) {
    throw new GivernyError('OPTION_INVALID', 'Expected --save-every along with --save-dir but received none.');
  }
  const output = flags.output ?? earlier?.output ?? free(stemOf(names, {}), '.png', STATE_ENDING);
  const named = [...(output === earlier?.output ? [] : [output]), ...(timelapse === undefined ? [] : [timelapse])];
  for (const path of named) if (clobber === false && isTaken(path)) throw taken(path);
  if (saveEvery === undefined) return { output, frames: undefined, timelapse };
  const folder = saveDir ?? earlier?.frames ?? free(`${stemOf([], { output })}-steps`, '');
  const [frame] = saveDir === undefined ? [] : frameNames(folder);
  if (clobber === false && !earlier && frame !== undefined) throw taken(join(folder, frame));
  return { output, frames: { every: saveEvery, folder }, timelapse };
}

function taken(path: string): GivernyError {
  return new GivernyError('OPTION_INVALID', `Expected --no-clobber with a free name but "${path}" exists already.`);
}

/**
 * The first of `<stem><ending>`, `<stem>-2<ending>`, `<stem>-3<ending>` ... that does not exist.
 *
 * @param endings the first is that of the name; with the others it must be free as well.
 */
export function free(stem: string, ...endings: readonly string[]): string {
  const isFree = (name: string) => !endings.some((ending) => isTaken(`${name}${ending}`));
  let name = stem;
  for (let n = 2; !isFree(name); n++) name = `${stem}-${n}`;
  return `${name}${endings[0]}`;
}

/** `<stem>.giverny`, `<stem>-2.giverny` ..., so far as they are there. */
export function statesBeside(stem: string): string[] {
  const [folder, name] = [dirname(stem), basename(stem)];
  const numberOf = (file: string) => {
    const ending = /^(?:-(\d+))?\.giverny$/.exec(file.slice(name.length));
    return ending ? Number(ending[1] ?? 1) : 0;
  };
  return (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.startsWith(name) && numberOf(file) > 0)
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((file) => join(folder, file));
}

/** Whether anything has this name, be it a link that leads nowhere. */
export function isTaken(path: string): boolean {
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
 * @param from the step at which a painting goes on: its frames until then are not of an earlier run.
 * @throws GivernyError OPTION_INVALID where a frame would overwrite a picture that is not Giverny's.
 */
export async function earlierFrames(frames: PaintRequest['frames'], from = 0): Promise<EarlierFrames> {
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
      const isOld = (path: string) => !saved.includes(path) && Number.parseInt(parse(path).name, 10) >= from;
      for (const path of ours.filter(isOld)) rmSync(path, { force: true });
    },
  };
}
