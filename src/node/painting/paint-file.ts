/** One painting from pictures to a picture, in this process. */
import { stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { expected } from '../../core/errors.js';
import type { Network } from '../../core/networks/network.js';
import { optionMeta, resolveOptions, startFileOf } from '../../core/options/options.js';
import { secondsLeft } from '../../core/painting/forecast.js';
import { type Revision, reportOf } from '../../core/painting/job.js';
import type { Order } from '../../core/painting/order.js';
import { printOf } from '../files/print.js';
import { checkOutputs } from './outputs.js';
import { openPainter } from './painter.js';
import { type Place, placeOf, reachedBy, resumedState, withChanges } from './place.js';
import { paceOf, paceOfPainting, rememberPace } from './remembered-pace.js';
import {
  type CheckedRequest,
  checkedRequest,
  type Painted,
  type PaintRequest,
  type PictureSource,
  type RequestSettings,
  STOPPED_BEFORE_THE_FIRST_STEP,
} from './request.js';
import { Results } from './results.js';

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
  const { onStart, onStep, onNotice, signal } = settings;
  const order = await orderOf(checked);
  await checkOutputs(checked, order);
  let resumed = await resumedState(checked);
  const { seconds: secondsBefore = 0 } = resumed ?? {};
  const painter = settings.painter ?? (await openPainter({ ...checked, tell: onNotice }));
  const { engine } = painter;
  let place: Place;
  try {
    const ready = await painter.prepare(order, { signal, maxBytes: checked.maxMemory });
    place = placeOf(painter, ready, checked, resumed);
  } catch (error) {
    if (!signal?.aborted) throw error;
    return STOPPED_BEFORE_THE_FIRST_STEP;
  }
  const { prepared } = place;
  /** At each scale: one may end before it has had all its steps. */
  const stepsDone = prepared.scales.map(() => 0);
  const { print, notices } = await printed(checked);
  const { width, height, job } = prepared;
  onStart?.({
    width,
    height,
    steps: prepared.steps,
    scales: prepared.scales,
    forecastBytes: prepared.forecastBytes,
    forecastSeconds: secondsLeft(
      prepared.scales,
      resumed ? resumed.state.step + 1 : 0,
      paceOf(engine.traits, job.network.name),
    ),
    network: named(job.network),
    networkNote: prepared.networkNote,
    coarseNetwork: job.coarseNetwork && named(job.coarseNetwork),
    engine: engine.name,
    device: engine.traits.device,
    resumed: resumed && { state: checked.state as string, step: resumed.state.step },
    notes: [...prepared.notes, ...notices],
  });

  const began = performance.now();
  const secondsNow = () => secondsBefore + (performance.now() - began) / 1000;
  const keptStep = resumed?.state.step;
  const results = new Results({ painter, prepared, request: checked, settings, print, keptStep, secondsNow });
  const { changes = [], stopAfter = Number.POSITIVE_INFINITY } = checked;
  let last = place.reached;
  await results.begin(last ? last.step + 1 : 0);
  // A turn of the event loop lets an abort from outside arrive.
  await turn();
  let isWhole = !signal?.aborted && !(last && last.step + 1 >= stopAfter && last.step + 1 < last.steps);
  let isPainted = false;
  let written: Awaited<ReturnType<Results['write']>>;
  try {
    const painting = painter.paint(place.from, { from: resumed?.state, revision: place.revision });
    // The arrays of the first state need not stay for as long as the painting takes.
    resumed = undefined;
    place = { from: prepared, prepared };
    let revision: Revision | undefined;
    while (isWhole) {
      const next = await painting.next(revision);
      if (next.done) break;
      last = reachedBy(next.value);
      const { notice, ...report } = reportOf(next.value);
      const due = changes.filter((change) => change.step === report.step + 1);
      const isLast = report.step + 1 === report.steps && due.length === 0;
      stepsDone[report.scale] = (stepsDone[report.scale] ?? 0) + 1;
      onStep?.(report);
      if (notice !== undefined) onNotice?.(notice);
      await results.after(last, isLast);
      ({ prepared: results.prepared, revision } = withChanges(results.prepared, due));
      await turn();
      if (signal?.aborted || report.step + 1 >= stopAfter) {
        isWhole = isLast;
        await painting.return();
        break;
      }
    }
    isPainted = true;
    written = await results.write(last, !isWhole);
  } catch (error) {
    throw await results.rescue(error, last, isPainted);
  }
  const stopped = signal?.aborted === true && !isWhole;
  const state = await results.end(last, stopped);
  if (isWhole && secondsBefore === 0 && secondsNow() >= LEAST_SECONDS) {
    const pace = paceOfPainting(results.prepared.scales, stepsDone, secondsNow());
    await rememberPace(engine.traits, job.network.name, pace);
  }
  return {
    ...written,
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

const named = ({ name, hash }: Network) => ({ name, hash });

/** @throws GivernyError OPTION_INVALID where `init` names no file. */
async function orderOf(request: CheckedRequest): Promise<Order<PictureSource>> {
  const { content, styles, mask, regionStrengths, network, coarseNetwork, terms, options } = request;
  const start = startFileOf(resolveOptions(options).init);
  if (start !== undefined && !(await stat(start).catch(() => undefined))) {
    throw expected(optionMeta('init').expects, 'init', start);
  }
  return { content, styles, mask, regionStrengths, start, network, coarseNetwork, terms, options };
}

/** How the result is written, with what the photo's file brings along; of a result in memory nothing is asked. */
function printed({ content, output, print = {} }: CheckedRequest): ReturnType<typeof printOf> {
  if (output === undefined) return printOf(undefined, { bits: print.bits });
  if (typeof content === 'string' || content instanceof Uint8Array || content instanceof ArrayBuffer) {
    return printOf(content, print);
  }
  return 'bytes' in content ? printOf(content.bytes, print, content.name) : printOf(undefined, print);
}
