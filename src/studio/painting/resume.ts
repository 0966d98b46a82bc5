/** A kept state of a painting, and the painting that goes on from it. */
import { GivernyError } from '../../core/errors.js';
import type { Changes } from '../../core/painting/order.js';
import type { Painter } from '../../core/painting/painter.js';
import { changed, type Prepared } from '../../core/painting/prepared.js';
import { type Recipe, recipeSchema } from '../../core/painting/recipe.js';
import type { PaintState } from '../../core/painting/state.js';
import { decodeState, encodeState, type StateFile } from '../../core/painting/state-file.js';
import type { OrderedPicture } from './protocol.js';

declare const __VERSION__: string;

/** A state file as a Blob, which a browser keeps apart from its memory. */
export function stateFile(of: StateFile): Blob {
  return new Blob(encodeState(of) as Uint8Array<ArrayBuffer>[]);
}

/**
 * The painting as it was when its state was kept, with what was changed on the way.
 *
 * @param prepared as it was ordered.
 * @throws GivernyError STATE_INVALID where the state is of another painting, another version, or damaged.
 */
export async function continued(
  painter: Painter<OrderedPicture>,
  prepared: Prepared<OrderedPicture>,
  from: Blob,
): Promise<{ prepared: Prepared<OrderedPicture>; state: PaintState; seconds: number }> {
  const { recipe, state, seconds } = decodeState(await bytesOf(from), 'this browser', __VERSION__);
  let now = prepared;
  for (const { step, ...changes } of recipe.changes ?? []) now = changed(now, step, changes as Changes).prepared;
  if (told(painter.recipe(now, state.step, true)) !== told(recipe)) {
    throw new GivernyError('STATE_INVALID', 'Expected a state of this painting but it is of another.');
  }
  return { prepared: now, state, seconds };
}

/** What makes it the same painting. On another engine it goes on, too. */
const told = ({ engine: _, ...recipe }: Recipe) =>
  JSON.stringify({ ...recipeSchema.parse(JSON.parse(JSON.stringify({ ...recipe, engine: '' }))) });

async function bytesOf(from: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await from.arrayBuffer());
  } catch (cause) {
    throw new GivernyError('STATE_INVALID', 'Expected the state of a painting but the browser has lost it.', { cause });
  }
}
