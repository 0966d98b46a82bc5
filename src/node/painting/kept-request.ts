/** The request for a painting as its state file keeps it, so that the painting goes on from the file alone. */
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { GivernyError, show } from '../../core/errors.js';
import { type OptionsInput, startFileOf } from '../../core/options/options.js';
import type { Change } from '../../core/painting/recipe.js';
import type { StateHeader } from '../../core/painting/state-file.js';
import type { CheckedRequest, PaintRequest, PictureSource } from './request.js';
import { notState } from './state.js';

/** A request as a state file keeps it: paths are relative to the file's folder unless they were absolute. */
export interface KeptRequest {
  /** Null where the picture was no file. */
  readonly content: string | null;
  readonly styles: readonly { picture: string | null; weight?: number | undefined; region?: string | undefined }[];
  readonly mask?: { picture: string | null; featherPx?: number | undefined } | undefined;
  readonly start?: string | undefined;
  readonly regionStrengths?: Readonly<Record<string, number>> | undefined;
  readonly output?: string | undefined;
  readonly frames?: PaintRequest['frames'];
  readonly timelapse?: string | undefined;
  readonly print?: PaintRequest['print'];
  readonly maxMemory?: number | undefined;
  readonly network?: KeptNetwork | undefined;
  readonly coarseNetwork?: KeptNetwork | undefined;
  readonly options: OptionsInput;
  readonly changes?: readonly Change[] | undefined;
  readonly stopAfter?: number | undefined;
}

/** By its name, or its file; null where a program handed in a network. */
export type KeptNetwork = { readonly name: string } | { readonly path: string } | null;

/** @param statePath where the state file will be. */
export function keptRequest(request: CheckedRequest, statePath: string): KeptRequest {
  const { mask, regionStrengths, output, frames, timelapse, options = {}, changes, stopAfter } = request;
  const start = startFileOf(options.init);
  const folder = resolve(dirname(statePath));
  const placed = (path: string) => (isAbsolute(path) ? path : relative(folder, resolve(path)));
  const pathOf = (source: PictureSource) => (typeof source === 'string' ? placed(source) : null);
  const network = (wanted: PaintRequest['network']) => {
    if (wanted === undefined) return undefined;
    if (typeof wanted !== 'string') return null;
    return isFile(wanted) ? { path: placed(wanted) } : { name: wanted };
  };
  return {
    content: pathOf(request.content),
    styles: request.styles.map(({ picture, ...rest }) => ({ ...rest, picture: pathOf(picture) })),
    mask: mask && { ...mask, picture: pathOf(mask.picture) },
    start: start === undefined ? undefined : placed(start),
    regionStrengths,
    output: typeof output === 'string' ? placed(output) : undefined,
    frames: frames && { ...frames, folder: placed(frames.folder) },
    timelapse: timelapse === undefined ? undefined : placed(timelapse),
    print: request.print,
    maxMemory: request.maxMemory,
    network: network(request.network),
    coarseNetwork: network(request.coarseNetwork),
    options,
    changes,
    stopAfter,
  };
}

/** Whether a network is named by its file: names have no dot and no slash. */
const isFile = (network: string) => /[./\\]/.test(network) && existsSync(network);

/** The path that a state file keeps, as it is found from here. */
export function placedBeside(statePath: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(statePath), path);
}

/**
 * The request that a state file keeps.
 *
 * @throws GivernyError FILE_NOT_FOUND where a picture is neither where it was nor beside the state; STATE_INVALID
 *   where a picture or network was no file.
 */
export function requestOfState({ request, recipe }: Pick<StateHeader, 'request' | 'recipe'>, statePath: string) {
  const { start, output, frames, timelapse, ...kept } = request as KeptRequest;
  const placed = (path: string) => placedBeside(statePath, path);
  const found = (path: string | null): string => {
    if (path === null || recipe.terms) {
      throw notState(statePath, 'a program painted it from its own memory, so that only this program can go on');
    }
    const places = [placed(path), join(dirname(statePath), basename(path))];
    const place = places.find((one) => existsSync(one));
    if (place !== undefined) return place;
    throw new GivernyError(
      'FILE_NOT_FOUND',
      `Expected ${show(basename(path))} at "${places[0]}", as "${statePath}" names it, but there is no such file.`,
    );
  };
  const network = (wanted: KeptNetwork | undefined) => {
    if (wanted === undefined) return undefined;
    return wanted && 'name' in wanted ? wanted.name : found(wanted === null ? null : wanted.path);
  };
  const { mask, options } = kept;
  return {
    ...kept,
    content: found(kept.content),
    styles: kept.styles.map((style) => ({ ...style, picture: found(style.picture) })),
    mask: mask && { ...mask, picture: found(mask.picture) },
    network: network(kept.network),
    coarseNetwork: network(kept.coarseNetwork),
    options: start === undefined ? options : { ...options, init: found(start) },
    output: output === undefined ? undefined : placed(output),
    frames: frames && { ...frames, folder: placed(frames.folder) },
    timelapse: timelapse === undefined ? undefined : placed(timelapse),
  } satisfies PaintRequest;
}
