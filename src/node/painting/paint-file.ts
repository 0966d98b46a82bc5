/** One painting from pictures to a picture, in this process. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expected, GivernyError } from '../../core/errors.js';
import type { Network } from '../../core/networks/network.js';
import { NAMED_STARTS, optionMeta, resolveOptions } from '../../core/options/options.js';
import { type Revision, reportOf, type Step } from '../../core/painting/job.js';
import type { Order } from '../../core/painting/order.js';
import { changed, type Prepared } from '../../core/painting/painter.js';
import type { Picture, Size } from '../../core/pictures/picture.js';
import { resample } from '../../core/pictures/resample.js';
import { assertWritable } from '../files/atomic.js';
import { assertWritablePicture, encodePicture, writePicture } from '../files/pictures.js';
import { createPainter } from './painter.js';
import {
  type CheckedRequest,
  checkedRequest,
  type Painted,
  type PaintRequest,
  type PictureSource,
  type RequestSettings,
  STOPPED_BEFORE_THE_FIRST_STEP,
} from './request.js';

/**
 * Paints a photo in the style of one painting or several and writes the picture with its recipe.
 *
 * The engine computes on the calling thread: see startPainting for a painting in a process of its own.
 *
 * @param request.signal aborting it ends the painting within one step and writes the picture so far.
 * @param request.painter paints, and keeps what it opened for the next painting; `threads` is then its own.
 * @throws GivernyError. What fails on the way leaves the picture so far in `output`, and says so.
 */
export async function paintFile(request: PaintRequest & RequestSettings): Promise<Painted> {
  const { checked, settings } = checkedRequest(request);
  const { onStart, onStep, onSaved, onNotice, signal } = settings;
  const order = await orderOf(checked);
  await checkOutputs(checked, order);
  const painter = settings.painter ?? createPainter({ threads: checked.threads });
  let prepared: Prepared<PictureSource>;
  try {
    prepared = await painter.prepare(order, { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
    return STOPPED_BEFORE_THE_FIRST_STEP;
  }
  const { width, height, job } = prepared;
  onStart?.({
    width,
    height,
    steps: prepared.steps,
    scales: prepared.scales,
    forecastBytes: prepared.forecastBytes,
    network: named(job.network),
    networkNote: prepared.networkNote,
    coarseNetwork: job.coarseNetwork && named(job.coarseNetwork),
    engine: painter.engine.name,
    notes: prepared.notes,
  });

  const began = performance.now();
  const finishOf = ({ step }: Step, stopped: boolean) => ({
    alpha: prepared.alpha,
    recipe: painter.recipe(prepared, step + 1, stopped),
  });
  const write = async (path: string, step: Step, stopped: boolean) => {
    const written = await writePicture(path, grown(step.picture, prepared), finishOf(step, stopped));
    if (written !== path) onNotice?.(`"${path}" cannot be replaced now; the picture is saved as "${written}".`);
    onSaved?.(written);
    return written;
  };
  const { output, frames, changes = [], stopAfter = Number.POSITIVE_INFINITY } = checked;
  let framesFail = false;
  const writeFrame = async (step: Step, isLast: boolean) => {
    if (!frames || framesFail || step.step % frames.every !== 0) return;
    try {
      await write(join(frames.folder, `${step.step}.png`), step, !isLast);
    } catch (error) {
      if (!(error instanceof GivernyError)) throw error;
      // The painting is worth more than the pictures on the way to it.
      framesFail = true;
      onNotice?.(`${error.message} Painting goes on without further pictures on the way.`);
    }
  };

  let last: Step | undefined;
  // A turn of the event loop lets an abort from outside arrive.
  await turn();
  let isWhole = !signal?.aborted;
  try {
    const painting = painter.paint(prepared);
    let revision: Revision | undefined;
    while (isWhole) {
      const next = await painting.next(revision);
      if (next.done) break;
      last = next.value;
      const { notice, ...report } = reportOf(last);
      revision = undefined;
      for (const change of changes.filter(({ step }) => step === report.step + 1)) {
        ({ prepared, revision } = changed(prepared, change.step, change));
      }
      const isLast = report.step + 1 === report.steps && !revision;
      onStep?.(report);
      if (notice !== undefined) onNotice?.(notice);
      await writeFrame(last, isLast);
      await turn();
      if (signal?.aborted || report.step + 1 >= stopAfter) {
        isWhole = isLast;
        await painting.return();
        break;
      }
    }
  } catch (error) {
    if (last && typeof output === 'string') throw await withPictureKept(error, output, last, write);
    throw error;
  }
  const written = last && typeof output === 'string' ? await write(output, last, !isWhole) : output;
  return {
    output: typeof written === 'string' ? written : undefined,
    ...(last && output === undefined ? { picture: grown(last.picture, prepared) } : {}),
    ...(last && typeof output === 'object'
      ? { bytes: await encodePicture(grown(last.picture, prepared), output.format, finishOf(last, !isWhole)) }
      : {}),
    width,
    height,
    steps: last ? last.step + 1 : 0,
    stopped: signal?.aborted === true && !isWhole,
    costs: last?.costs,
    network: job.network.name,
    seconds: (performance.now() - began) / 1000,
  };
}

const named = ({ name, hash }: Network) => ({ name, hash });

/** The error of a painting that failed on the way, after its picture so far was written. */
async function withPictureKept(
  error: unknown,
  output: string,
  last: Step,
  write: (path: string, step: Step, stopped: boolean) => Promise<string>,
): Promise<unknown> {
  const kept = await write(output, last, true).catch(() => undefined);
  if (kept === undefined || !(error instanceof GivernyError)) return error;
  const sentence = `${error.message} The picture after ${last.step + 1} of ${last.steps} steps is ${kept}.`;
  return new GivernyError(error.code, sentence, { cause: error });
}

/** The file that `init` names; undefined where it says how to start from the photo. */
function startFileOf(init: unknown): string | undefined {
  return typeof init === 'string' && !NAMED_STARTS.includes(init) ? init : undefined;
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

async function checkOutputs({ output, frames }: CheckedRequest, order: Order<PictureSource>): Promise<void> {
  const { content, styles, mask, start } = order;
  const inputs = [content, ...styles.map(({ picture }) => picture), mask?.picture, start].filter(
    (source) => typeof source === 'string',
  );
  if (typeof output === 'string') {
    await assertWritablePicture(output);
    await refuseOverwriting(inputs, output);
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
