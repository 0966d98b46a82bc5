/** One painting from pictures to a picture, in this process. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expected, GivernyError } from '../../core/errors.js';
import type { Network } from '../../core/networks/network.js';
import { optionMeta, resolveOptions, startFileOf } from '../../core/options/options.js';
import { secondsLeft } from '../../core/painting/forecast.js';
import { type Revision, reportOf, type Step } from '../../core/painting/job.js';
import type { Order } from '../../core/painting/order.js';
import { changed, type Painter, type Prepared } from '../../core/painting/painter.js';
import { type Change, recipeSchema } from '../../core/painting/recipe.js';
import type { PaintState } from '../../core/painting/state.js';
import type { StateFile } from '../../core/painting/state-file.js';
import type { Picture, Size } from '../../core/pictures/picture.js';
import { resample } from '../../core/pictures/resample.js';
import { assertWritable } from '../files/atomic.js';
import { assertBits, printInRecipe } from '../files/formats.js';
import { printOf } from '../files/print.js';
import { assertWritablePicture, encodePicture, type Finish, writePicture } from '../files/write-pictures.js';
import { changesBefore, differenceOf, otherPainting } from './difference.js';
import { keptRequest } from './kept-request.js';
import { openPainter } from './painter.js';
import { paceOf, rememberPace } from './remembered-pace.js';
import {
  type CheckedRequest,
  checkedRequest,
  type Painted,
  type PaintRequest,
  type PictureSource,
  type RequestSettings,
  STOPPED_BEFORE_THE_FIRST_STEP,
} from './request.js';
import { inspectState, readState, StateKeeper } from './state.js';
import { assertFilm, framesPlace, Timelapse } from './timelapse.js';

/** What takes less says little about how fast a machine paints. */
const LEAST_SECONDS = 2;

/**
 * Paints a photo in the style of one painting or several and writes the picture with its recipe.
 *
 * The engine computes on the calling thread: see startPainting for a painting in a process of its own.
 *
 * @param request.signal aborting it ends the painting within one step and writes the picture so far.
 * @param request.painter paints, and keeps what it opened for the next painting; `device` and `threads` are then its own.
 * @param request.state path of a state file, from which the painting goes on where it was stopped or died.
 * @throws GivernyError. What fails on the way leaves the picture so far in `output`, and says so; STATE_INVALID where
 *   `state` is no state of this painting.
 */
export async function paintFile(request: PaintRequest & RequestSettings): Promise<Painted> {
  const { checked, settings } = checkedRequest(request);
  const { onStart, onStep, onSaved, onNotice, signal } = settings;
  const order = await orderOf(checked);
  await checkOutputs(checked, order);
  let resumed = await resumedState(checked);
  const { seconds: secondsBefore = 0 } = resumed ?? {};
  const painter = settings.painter ?? (await openPainter({ ...checked, tell: onNotice }));
  let place: Place;
  try {
    const ready = await painter.prepare(order, { signal, maxBytes: checked.maxMemory });
    place = placeOf(painter, ready, checked, resumed);
  } catch (error) {
    if (!signal?.aborted) throw error;
    return STOPPED_BEFORE_THE_FIRST_STEP;
  }
  let { prepared } = place;
  const { print, notices } = await printed(checked);
  const { width, height, job } = prepared;
  onStart?.({
    width,
    height,
    steps: prepared.steps,
    scales: prepared.scales,
    forecastBytes: prepared.forecastBytes,
    forecastSeconds: secondsLeft(prepared.scales, resumed ? resumed.state.step + 1 : 0, paceOf(painter.engine.traits)),
    network: named(job.network),
    networkNote: prepared.networkNote,
    coarseNetwork: job.coarseNetwork && named(job.coarseNetwork),
    engine: painter.engine.name,
    device: painter.engine.traits.device,
    resumed: resumed && { state: checked.state as string, step: resumed.state.step },
    notes: [...prepared.notes, ...notices],
  });

  const began = performance.now();
  const secondsNow = () => secondsBefore + (performance.now() - began) / 1000;
  const keeper = checked.state
    ? new StateKeeper(checked.state, checked.stateEverySeconds, (sentence) => onNotice?.(sentence), resumed?.state.step)
    : undefined;
  const keep = async ({ state, steps, costs }: Reached) => {
    if (!keeper) return undefined;
    // A change before the next step is not yet part of the picture.
    const seen = { ...prepared, changes: changesBefore(state.step, prepared.changes) };
    const recipe = painter.recipe(seen, state.step, true);
    const kept = keptRequest(checked, keeper.path);
    return keeper.keep({ recipe, state, steps, costs, seconds: secondsNow(), request: kept });
  };
  const recipePrint = printInRecipe(checked.print);
  const finishOf = ({ step }: Reached, stopped: boolean): Finish => ({
    alpha: prepared.alpha,
    recipe: { ...painter.recipe(prepared, step + 1, stopped), ...(recipePrint ? { print: recipePrint } : {}) },
    print,
  });
  const write = async (path: string, step: Reached, finish: Finish) => {
    const written = await writePicture(path, grown(step.picture, prepared), finish);
    if (written !== path) onNotice?.(`"${path}" cannot be replaced now; the picture is saved as "${written}".`);
    onSaved?.(written);
    return written;
  };
  const { output, frames, changes = [], stopAfter = Number.POSITIVE_INFINITY } = checked;
  let framesFail = false;
  const writeFrame = async (step: Reached, isLast: boolean) => {
    if (!frames || framesFail || step.step % frames.every !== 0) return;
    try {
      const { alpha, recipe } = finishOf(step, !isLast);
      await write(join(frames.folder, `${step.step}.png`), step, { alpha, recipe });
    } catch (error) {
      if (!(error instanceof GivernyError)) throw error;
      // The painting is worth more than the pictures on the way to it.
      framesFail = true;
      onNotice?.(`${error.message} Painting goes on without further pictures on the way.`);
    }
  };

  const { timelapse } = checked;
  const film =
    timelapse === undefined
      ? undefined
      : new Timelapse(timelapse, prepared.steps, framesPlace(timelapse, checked.state), (sentence) =>
          onNotice?.(sentence),
        );
  let last = place.reached;
  await film?.begin(last ? last.step + 1 : 0);
  // A turn of the event loop lets an abort from outside arrive.
  await turn();
  let isWhole = !signal?.aborted && !(last && last.step + 1 >= stopAfter && last.step + 1 < last.steps);
  let isPainted = false;
  let written: PaintRequest['output'];
  try {
    const painting = painter.paint(place.from, { from: resumed?.state, revision: place.revision });
    // The arrays of the first state need not stay for as long as the painting takes.
    resumed = undefined;
    place = { from: prepared, prepared };
    let revision: Revision | undefined;
    while (isWhole) {
      const next = await painting.next(revision);
      if (next.done) break;
      const step = reachedBy(next.value);
      last = step;
      const { notice, ...report } = reportOf(next.value);
      const due = changes.filter((change) => change.step === report.step + 1);
      const isLast = report.step + 1 === report.steps && due.length === 0;
      onStep?.(report);
      if (notice !== undefined) onNotice?.(notice);
      await writeFrame(step, isLast);
      await film?.add(step.step, () => grown(step.picture, prepared));
      if (keeper?.isDue) await keep(step);
      ({ prepared, revision } = withChanges(prepared, due));
      await turn();
      if (signal?.aborted || report.step + 1 >= stopAfter) {
        isWhole = isLast;
        await painting.return();
        break;
      }
    }
    isPainted = true;
    written = last && typeof output === 'string' ? await write(output, last, finishOf(last, !isWhole)) : output;
  } catch (error) {
    if (!last) {
      await film?.discard(false);
      throw error;
    }
    const kept = await keep(last).catch(() => undefined);
    const picture =
      isPainted || typeof output !== 'string'
        ? undefined
        : await write(output, last, finishOf(last, true)).catch(() => undefined);
    await film?.discard(kept !== undefined);
    throw withWhatIsKept(error, last, picture, kept);
  }
  const filmed = last && (await film?.finish(last.step, grown(last.picture, prepared)));
  if (filmed !== undefined) onSaved?.(filmed);
  const stopped = signal?.aborted === true && !isWhole;
  const state = stopped && last ? await keep(last) : undefined;
  await film?.discard(state !== undefined);
  if (!stopped) await keeper?.remove();
  if (isWhole && secondsBefore === 0 && secondsNow() >= LEAST_SECONDS) {
    await rememberPace(painter.engine.traits, secondsNow() / secondsLeft(prepared.scales, 0, 1));
  }
  return {
    output: typeof written === 'string' ? written : undefined,
    ...(last && output === undefined ? { picture: grown(last.picture, prepared) } : {}),
    ...(last && typeof output === 'object'
      ? { bytes: await encodePicture(grown(last.picture, prepared), output.format, finishOf(last, !isWhole)) }
      : {}),
    width,
    height,
    steps: last ? last.step + 1 : 0,
    stopped,
    costs: last?.costs,
    network: job.network.name,
    seconds: secondsNow(),
    ...(state === undefined ? {} : { state }),
  };
}

/** How far a painting is, after a step or where it goes on from a state file. */
interface Reached extends Pick<Step, 'step' | 'steps' | 'costs' | 'picture'> {
  readonly state: PaintState;
}

function reachedBy(step: Step): Reached {
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
interface Place {
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
async function resumedState({ state, fresh }: CheckedRequest): Promise<StateFile | undefined> {
  if (!state) return undefined;
  await assertWritable(state);
  if (!existsSync(state)) return undefined;
  if (!fresh) return readState(state);
  await inspectState(state);
  return undefined;
}

/** @throws GivernyError STATE_INVALID where the state is of another painting. */
function placeOf(
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
function withChanges(
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

const named = ({ name, hash }: Network) => ({ name, hash });

/** The error of a painting that failed on the way, and what is left of it: the picture so far, and the state. */
function withWhatIsKept(
  error: unknown,
  { step, steps }: Reached,
  picture: string | undefined,
  state: string | undefined,
): unknown {
  const sentences = [
    ...(picture === undefined ? [] : [`The picture after ${step + 1} of ${steps} steps is ${picture}.`]),
    ...(state === undefined ? [] : [`The painting can go on from ${state}.`]),
  ];
  if (!(error instanceof GivernyError) || sentences.length === 0) return error;
  return new GivernyError(error.code, [error.message, ...sentences].join(' '), { cause: error });
}

/** @throws GivernyError OPTION_INVALID where `init` names no file. */
async function orderOf(request: CheckedRequest): Promise<Order<PictureSource>> {
  const { content, styles, mask, regionStrengths, network, coarseNetwork, terms, options } = request;
  const start = startFileOf(resolveOptions(options).init);
  if (start !== undefined && !(await stat(start).catch(() => undefined))) {
    throw expected(optionMeta('init').expects, 'init', start);
  }
  return { content, styles, mask, regionStrengths, start, network, coarseNetwork, terms, options };
}

/** Frames of one film have one size, from whatever scale. */
function grown(picture: Picture, { width, height }: Size): Picture {
  return picture.width === width && picture.height === height ? picture : resample(picture, width, height);
}

/** How the result is written, with what the photo's file brings along; of a result in memory nothing is asked. */
function printed({ content, output, print = {} }: CheckedRequest): ReturnType<typeof printOf> {
  if (output === undefined) return printOf(undefined, { bits: print.bits });
  if (typeof content === 'string' || content instanceof Uint8Array || content instanceof ArrayBuffer) {
    return printOf(content, print);
  }
  return 'bytes' in content ? printOf(content.bytes, print, content.name) : printOf(undefined, print);
}

async function checkOutputs(
  { output, frames, timelapse, print }: CheckedRequest,
  order: Order<PictureSource>,
): Promise<void> {
  const { content, styles, mask, start } = order;
  const inputs = [content, ...styles.map(({ picture }) => picture), mask?.picture, start].filter(
    (source) => typeof source === 'string',
  );
  if (typeof output === 'string') {
    await assertWritablePicture(output, print?.bits);
    await refuseOverwriting(inputs, output);
  }
  if (typeof output === 'object') assertBits(output.format, print?.bits);
  if (timelapse !== undefined) {
    await assertFilm(timelapse);
    await refuseOverwriting(inputs, timelapse);
    if (typeof output === 'string' && resolve(output) === resolve(timelapse)) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected a film apart from the picture but received "${timelapse}" for both.`,
      );
    }
  }
  if (!frames) return;
  await assertWritable(join(frames.folder, '0.png'));
  const namedAsFrames = inputs.filter((input) => /^\d+\.png$/.test(basename(input)));
  await refuseOverwriting(namedAsFrames.map(dirname), frames.folder);
}

/** @throws GivernyError OPTION_INVALID where `output` is one of `inputs`, under whatever name. */
async function refuseOverwriting(inputs: readonly string[], output: string): Promise<void> {
  const identity = async (path: string) => {
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    return found && `${found.dev} ${found.ino}`;
  };
  const written = await identity(output);
  for (const input of inputs) {
    if (written !== undefined && written === (await identity(input))) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected an output that overwrites none of the pictures read but received "${output}".`,
      );
    }
  }
}
