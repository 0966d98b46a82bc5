/** A painting that was interrupted: kept while it is painted, offered again, gone on with. */
import { batch } from '@preact/signals';
import { mergeOptions, type OptionsInput } from '../../core/options/options.js';
import type { OrderedPicture, PaintOrder } from '../painting/protocol.js';
import { fittedSize } from '../pictures/open.js';
import { busy, frame, notify, photo, report, reports, status, strokes, styles, unfinished } from '../state.js';
import { isFull } from '../store/database.js';
import {
  forgetUnfinished,
  hasUnfinished,
  type Interrupted,
  keepUnfinished,
  SCHEMA,
  stateOf,
  type Unfinished,
  unfinishedOf,
} from '../store/sessions.js';
import { clearFilm, filmIsKept, keepFilmOf, takeUpFilm } from './film.js';
import { formToKeep, keepForm, sessionId, setKeptForm, tellKept, tellNotKept } from './keep-form.js';
import { type Painted, setPainted } from './painted.js';

let running: Unfinished | undefined;
/** What was ordered last; its worker may paint on when it is done. */
let last: Unfinished | undefined;

/**
 * Keeps what is ordered, so that the states to come can be gone on with, in place of what was kept before.
 *
 * @param isWanted whether it still is, after a while.
 */
export async function keepOrder({ network, ...order }: PaintOrder, isWanted: () => boolean): Promise<void> {
  // Browsers may clear what is not persistent when they need room.
  await navigator.storage?.persist?.().catch(() => false);
  await filmIsKept();
  if (!isWanted()) return;
  unfinished.value = undefined;
  const name = network === 'pocket' ? network : network.name;
  running = { id: sessionId, schema: SCHEMA, order: { ...order, network: name }, form: formToKeep() };
  last = running;
  try {
    await forgetUnfinished(sessionId);
    await keepUnfinished(running);
  } catch (error) {
    tellNotKept(isFull(error));
  }
}

/** Keeps the order of a painting that was done, and is painted on. */
export async function keepOrderAgain(): Promise<void> {
  if (running || !last) return;
  running = last;
  await keepUnfinished(running).catch((error) => tellNotKept(isFull(error)));
}

/** After a state was kept: what was cleared meanwhile is kept again. */
export async function stateKept(): Promise<void> {
  try {
    if (running && !(await hasUnfinished(sessionId))) {
      await keepUnfinished(running);
      await keepForm();
    }
    if (running) await keepFilmOf(sessionId);
    tellKept();
  } catch (error) {
    tellNotKept(isFull(error));
  }
}

/** Lets go of this tab's painting in progress. */
export async function letGo(): Promise<void> {
  unfinished.value = undefined;
  running = undefined;
  await filmIsKept();
  await forgetUnfinished(sessionId).catch(() => {});
}

export function letGoOfOffer(): void {
  batch(() => {
    frame.value = undefined;
    report.value = undefined;
    reports.value = [];
    status.value = 'idle';
  });
  setPainted(undefined);
  clearFilm();
  letGo();
}

/** Shows a session's interrupted painting, if there is one. */
export async function offerUnfinished(id: string): Promise<boolean> {
  const [began, state] = await Promise.all([unfinishedOf(id), stateOf(id)]).catch(() => []);
  // A painting may have begun since.
  if (!began || !state || busy.value) return false;
  const isOther = began.schema !== SCHEMA;
  if (isOther) notify('info', 'otherVersion');
  // A photo that was chosen since has taken its place.
  if (isOther || began.form.photo?.sha256 !== photo.value?.sha256) {
    await letGo();
    return false;
  }
  batch(() => {
    unfinished.value = { began, state };
    frame.value = state.frame;
    reports.value = state.reports;
    report.value = state.reports.at(-1);
    status.value = 'stopped';
  });
  setPainted(paintedOf({ began, state }));
  await takeUpFilm(id, state.step);
  return true;
}

/** Puts the form back to the painting's own, and says what the painting is and what was ordered. */
export async function takeUp(
  interrupted: Interrupted,
): Promise<{ readonly order: Unfinished['order']; readonly painted: Painted | undefined }> {
  const { began, state } = interrupted;
  const weights = state.changes.findLast((change) => change.weights)?.weights;
  const styles = began.form.styles.map((style, i) => ({ ...style, weight: weights?.[i] ?? style.weight }));
  const changed = Object.assign({}, ...state.changes.map(({ options }) => options ?? {})) as OptionsInput;
  await setKeptForm({ ...began.form, styles, chosen: { ...began.form.chosen, ...changed } });
  // Where the browser's storage is cleared, what was read of it is lost but for what is in memory.
  const { content, styles: ordered, mask, start } = began.order;
  const order = {
    ...began.order,
    content: await inMemory(content),
    styles: await Promise.all(ordered.map(async (style) => ({ ...style, picture: await inMemory(style.picture) }))),
    mask: mask && (await inMemory(mask)),
    start: start && (await inMemory(start)),
  };
  running = { ...began, order };
  last = running;
  return { order, painted: paintedOf(interrupted) };
}

async function inMemory(picture: OrderedPicture): Promise<OrderedPicture> {
  const { source } = picture;
  if (!(source instanceof Blob)) return picture;
  return { ...picture, source: new Blob([await source.arrayBuffer()], { type: source.type }) };
}

function paintedOf({ began, state }: Interrupted): Painted | undefined {
  const content = photo.value;
  if (!content) return undefined;
  const options = state.changes.reduce((all, change) => mergeOptions(all, change.options ?? {}), began.order.options);
  return {
    content,
    styles: styles.value,
    strokes: strokes.value,
    options,
    seconds: state.seconds,
    size: fittedSize(content, options.size),
    steps: state.step,
    whole: false,
    recipe: state.recipe,
  };
}
