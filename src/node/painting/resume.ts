/** Goes on with a painting from its state file alone. */
import { lstatSync } from 'node:fs';
import { expected } from '../../core/errors.js';
import { mergeOptions, OPTION_NAMES, type Options, type OptionsInput } from '../../core/options/options.js';
import { optionText } from '../../core/options/text.js';
import type { Recipe } from '../../core/painting/recipe.js';
import { freeName } from '../files/atomic.js';
import { readRecipe } from '../files/read-recipe.js';
import { differenceOf } from './difference.js';
import { requestOfState } from './kept-request.js';
import type { Painted, PaintRequest, RequestSettings } from './request.js';
import { inspectState } from './state.js';

/** What may differ from the request for the painting that was stopped. What is left out stays. */
export interface ResumeChanges
  extends Pick<
    PaintRequest,
    'output' | 'frames' | 'timelapse' | 'print' | 'threads' | 'maxMemory' | 'stateEverySeconds'
  > {
  /** Options that change from the next step on; the recipe tells of them. */
  readonly options?: OptionsInput | undefined;
}

/**
 * Goes on with a painting from its state file: reads the pictures that the file names, relative to its folder or
 * beside it, and paints as paintFile. The file is written again every minute and removed when the picture is whole.
 *
 * @param path of the state file.
 * @param settings what changes, and listeners, signal and painter as of paintFile. Without `output` the picture goes to
 *   where it would have gone, or to the next free name where another picture is there by now.
 * @throws GivernyError FILE_NOT_FOUND; STATE_INVALID where the file is no state of this version, was altered, or a
 *   picture or network has changed since; otherwise as paintFile.
 */
export async function resumePainting(path: string, settings: ResumeChanges & RequestSettings = {}): Promise<Painted> {
  const { output, frames, timelapse, print, threads, maxMemory, stateEverySeconds, options, ...others } = settings;
  const changes = { output, frames, timelapse, print, threads, maxMemory, stateEverySeconds, options };
  const { request } = await resumeRequest(path, changes);
  const { paintFile } = await import('./paint-file.js');
  return paintFile({ ...request, ...others });
}

/**
 * The request that goes on with a painting from its state file, and how many steps are done.
 *
 * @throws GivernyError as resumePainting.
 */
export async function resumeRequest(
  path: string,
  { output, options = {}, print, ...others }: ResumeChanges,
): Promise<{ readonly request: PaintRequest; readonly step: number }> {
  if (typeof path !== 'string' || path === '') throw expected('the path of a state file', 'the painting', path);
  const header = await inspectState(path);
  const { recipe } = header;
  const request: PaintRequest = requestOfState(header, path);
  const changed = changedOptions(optionsOf(recipe), options);
  const change = Object.keys(changed).length > 0 ? [{ step: recipe.steps, options: changed }] : [];
  const goesOn: PaintRequest = {
    ...request,
    output: output ?? (request.output === undefined ? undefined : await ownOrFree(request.output as string, recipe)),
    print: request.print || print ? { ...request.print, ...print } : undefined,
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)),
    changes: [...(request.changes ?? []), ...change],
    state: path,
  };
  return { request: goesOn, step: recipe.steps };
}

/** Options of the picture so far. */
function optionsOf({ options, changes = [] }: Recipe): Options {
  return changes.reduce((now, change) => mergeOptions(now, (change.options ?? {}) as OptionsInput), options);
}

/** Those of the options given that are not so already. */
function changedOptions(before: Options, given: OptionsInput): OptionsInput {
  const after = mergeOptions(before, given);
  const isChanged = (name: keyof Options) => optionText(before[name]) !== optionText(after[name]);
  return Object.fromEntries(
    OPTION_NAMES.filter((name) => given[name] !== undefined && isChanged(name)).map((name) => [name, after[name]]),
  );
}

/** A path if it is free or holds a picture of this painting; else the next free name. */
async function ownOrFree(output: string, recipe: Recipe): Promise<string> {
  return (await isOwn(output, recipe)) ? output : freeName(output);
}

/** Whether a path is free or holds a picture of this painting, on the way or whole. */
export async function isOwn(output: string, recipe: Recipe): Promise<boolean> {
  if (!lstatSync(output, { throwIfNoEntry: false })) return true;
  const found = await readRecipe(output).catch(() => undefined);
  // An earlier picture has seen fewer changes.
  return found !== undefined && differenceOf(recipe, { ...found, changes: recipe.changes }) === undefined;
}
