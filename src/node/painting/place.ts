/** How far a painting is: where it begins, and where it goes on from its state file. */
import { existsSync } from 'node:fs';
import type { Revision, Step } from '../../core/painting/job.js';
import type { Painter } from '../../core/painting/painter.js';
import { changed, type Prepared } from '../../core/painting/prepared.js';
import { type Change, recipeSchema } from '../../core/painting/recipe.js';
import type { PaintState } from '../../core/painting/state.js';
import type { StateFile } from '../../core/painting/state-file.js';
import { assertWritable } from '../files/atomic.js';
import { changesBefore, differenceOf, otherPainting } from './difference.js';
import type { CheckedRequest, PictureSource } from './request.js';
import { inspectState, readState } from './state.js';

/** How far a painting is, after a step or where it goes on from a state file. */
export interface Reached extends Pick<Step, 'step' | 'steps' | 'costs' | 'picture'> {
  readonly state: PaintState;
}

export function reachedBy(step: Step): Reached {
  const { costs, steps } = step;
  return {
    step: step.step,
    steps,
    costs,
    state: step.state(),
    get picture() {
      return step.picture;
    },
  };
}

/** Where a painting begins or goes on. */
export interface Place {
  /** As the state knows the painting. */
  readonly from: Prepared<PictureSource>;
  /** What changes before the next step, and the painting as it is then. */
  readonly revision?: Revision | undefined;
  readonly prepared: Prepared<PictureSource>;
  readonly reached?: Reached | undefined;
}

/**
 * The state to go on from; undefined where the painting begins.
 *
 * @throws GivernyError STATE_INVALID, also where a file that is no state is in the way of a painting that begins anew.
 */
export async function resumedState({ state, fresh }: CheckedRequest): Promise<StateFile | undefined> {
  if (!state) return undefined;
  await assertWritable(state);
  if (!existsSync(state)) return undefined;
  if (!fresh) return readState(state);
  await inspectState(state);
  return undefined;
}

/** @throws GivernyError STATE_INVALID where the state is of another painting. */
export function placeOf(
  painter: Painter<PictureSource>,
  ordered: Prepared<PictureSource>,
  { changes = [], state: path }: CheckedRequest,
  resumed: StateFile | undefined,
): Place {
  if (!resumed) return { from: ordered, prepared: ordered };
  const { state, steps, costs } = resumed;
  const { prepared: from } = withChanges(ordered, changesBefore(state.step, changes));
  // Its schema gives the recipe the form that the file's has.
  const recipe = recipeSchema.parse(painter.recipe(from, state.step, true));
  const difference = differenceOf(resumed.recipe, recipe);
  if (difference !== undefined) throw otherPainting(path as string, difference);
  const { prepared, revision } = withChanges(
    from,
    changes.filter(({ step }) => step === state.step),
  );
  const reached = {
    step: state.step - 1,
    steps: revision ? prepared.steps : steps,
    costs,
    state,
    get picture() {
      return painter.picture(from, state);
    },
  };
  return { from, prepared, revision, reached };
}

/** A painting with changes, and the revision that brings a painting in progress there. */
export function withChanges(
  before: Prepared<PictureSource>,
  changes: readonly Change[],
): { prepared: Prepared<PictureSource>; revision: Revision | undefined } {
  let prepared = before;
  let revision: Revision | undefined;
  for (const change of changes) {
    const made = changed(prepared, change.step, change);
    prepared = made.prepared;
    revision = { ...revision, ...made.revision };
  }
  return { prepared, revision };
}
