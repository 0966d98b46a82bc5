/** Which state file belongs to a painting: the same command goes on from it. */
import { existsSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import { GivernyError } from '../core/errors.js';
import type { StateHeader } from '../core/painting/state-file.js';
import { differenceOfRequest } from '../node/painting/difference.js';
import { Inputs } from '../node/painting/inputs.js';
import { type KeptRequest, placedBeside } from '../node/painting/kept-request.js';
import type { PaintRequest } from '../node/painting/request.js';
import { inspectState, readHeader } from '../node/painting/state.js';
import { type EarlierTargets, isTaken, STATE_ENDING, statesBeside, stemOf } from './targets.js';

/** A state of the painting that a command asks for. */
export interface FoundState {
  readonly path: string;
  readonly header: StateHeader;
}

export interface StateSearch {
  readonly found?: FoundState | undefined;
  /** About a state that is in the way, for people to read. */
  readonly notices: readonly string[];
}

/**
 * Looks among files for a state of the painting that is asked for; of several takes the one that is furthest. States of
 * other paintings, and files that are damaged, stay as they are.
 *
 * @param paths as statesBeside gives them.
 */
export async function findState(
  paths: readonly string[],
  request: PaintRequest,
  inputs = new Inputs(),
): Promise<StateSearch> {
  let found: FoundState | undefined;
  const notices: string[] = [];
  for (const path of paths) {
    try {
      const header = await readHeader(path);
      const { stopAfter } = header.request as KeptRequest;
      const difference =
        (await differenceOfRequest(header.recipe, request, inputs)) ??
        (stopAfter === request.stopAfter ? undefined : 'it ends after another number of steps');
      if (difference !== undefined) {
        notices.push(`"${path}" is the state of another painting (${difference}): it stays, and this one begins anew.`);
      } else if (!found || header.recipe.steps > found.header.recipe.steps) {
        await inspectState(path);
        found = { path, header };
      }
    } catch (error) {
      // What is wrong with the request is told where it is painted.
      if (!(error instanceof GivernyError && error.code === 'STATE_INVALID')) return { notices: [] };
      notices.push(`${error.message} It stays, and this painting begins anew.`);
    }
  }
  return found ? { found, notices: [] } : { notices: notices.slice(0, 1) };
}

/**
 * Where the painting of a state goes on: in place of its picture so far, if that is what is there.
 *
 * @param output where the flags say.
 */
export async function earlierTargets({ path, header }: FoundState, output?: string): Promise<EarlierTargets> {
  // Imports sharp, which takes longer to load than the rest of the command.
  const { isOwn } = await import('../node/painting/resume.js');
  const { frames } = header.request as KeptRequest;
  const { dir, name } = parse(path);
  const natural = output ?? join(dir, `${name}.png`);
  return {
    output: (await isOwn(natural, header.recipe)) ? natural : undefined,
    frames: frames && placedBeside(path, frames.folder),
  };
}

/** The state files of a batch, each beside its picture. */
export class BatchStates {
  readonly #inputs = new Inputs();
  /** Names given to paintings before, as file systems compare them that do not tell case. */
  readonly #given = new Set<string>();

  /**
   * The state file of a painting: that from which it goes on, or a free name.
   *
   * @param request with the path of its picture.
   */
  async of(request: PaintRequest): Promise<{ readonly state: string; readonly notices: readonly string[] }> {
    const stem = stemOf([], { output: request.output as string });
    const isGiven = (path: string) => this.#given.has(resolve(path).toLowerCase());
    // A folder of many paintings is not listed for each of them.
    const states = existsSync(`${stem}${STATE_ENDING}`) ? statesBeside(stem).filter((path) => !isGiven(path)) : [];
    const { found, notices } = await findState(states, request, this.#inputs);
    let state = found?.path ?? `${stem}${STATE_ENDING}`;
    for (let n = 2; !found && (isGiven(state) || isTaken(state)); n++) state = `${stem}-${n}${STATE_ENDING}`;
    this.#given.add(resolve(state).toLowerCase());
    return { state, notices };
  }
}
