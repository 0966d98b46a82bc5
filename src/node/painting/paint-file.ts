/** One painting from files to a file, in this process. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { GivernyError } from '../../core/errors.js';
import type { Network } from '../../core/networks/network.js';
import { type Options, resolveOptions } from '../../core/options/options.js';
import { paint, type Step } from '../../core/painting/paint.js';
import { plan } from '../../core/painting/plan.js';
import { recipeOf } from '../../core/painting/recipe.js';
import { scalesOf } from '../../core/painting/schedule.js';
import type { Picture, Size } from '../../core/pictures/picture.js';
import { resample } from '../../core/pictures/resample.js';
import { createNodeEngine } from '../../engines/node.js';
import { assertWritable } from '../files/atomic.js';
import { assertWritablePicture, writePicture } from '../files/write-pictures.js';
import { openCoarseNetwork } from '../networks/coarse.js';
import { openNetwork } from '../networks/open.js';
import { VERSION } from '../version.js';
import { readInputs, smallStyles, startFileOf } from './inputs.js';
import { checkRequest, type Painted, type PaintListeners, type PaintRequest } from './request.js';

/**
 * Paints a photo in the style of one painting or several and writes the picture with its recipe.
 *
 * The engine computes on the calling thread: see startPainting for a painting in a process of its own.
 *
 * @param request.signal aborting it ends the painting within one step and writes the picture so far.
 * @throws GivernyError
 */
export async function paintFile(
  request: PaintRequest & PaintListeners & { readonly signal?: AbortSignal },
): Promise<Painted> {
  const { output, frames, signal, stopAfter = Number.POSITIVE_INFINITY } = request;
  const options = resolveOptions(request.options);
  checkRequest(request, options);
  await checkOutputs(request, options);

  const inputs = await readInputs(request, options);
  const { content, styles, mask, start } = inputs;
  const { width, height } = content.picture;
  const network = await openNetwork(request.network ?? 'auto');
  const single = scalesOf(content.picture, options).length === 1;
  const coarseNetwork = single ? undefined : await openCoarseNetwork(request.coarseNetwork ?? 'auto', network, options);
  const scales = plan(content.picture, options, network, coarseNetwork);
  const engine = createNodeEngine();
  const named = ({ name, hash }: Network) => ({ name, hash });

  request.onStart?.({
    width,
    height,
    steps: scales.reduce((sum, scale) => sum + scale.steps, 0),
    scales,
    network: named(network),
    networkNote: network.note,
    coarseNetwork: coarseNetwork && named(coarseNetwork),
    engine: engine.name,
    notes: [...inputs.notes, ...smallStyles(styles, network, options)],
  });
  const write = async (path: string, { picture, step }: Step, stopped: boolean) => {
    const recipe = recipeOf({
      giverny: VERSION,
      content,
      styles,
      mask,
      regionStrengths: request.regionStrengths,
      start,
      network,
      coarseNetwork,
      engine: engine.name,
      options,
      stopped,
      steps: step + 1,
    });
    await writePicture(path, grown(picture, content.picture), { alpha: content.alpha, recipe });
    request.onSaved?.(path);
  };

  const began = performance.now();
  const job = {
    content: content.picture,
    styles,
    regions: mask?.regions,
    network,
    coarseNetwork,
    options,
    start: start?.picture,
  };
  let last: Step | undefined;
  // A turn of the event loop lets an abort from outside arrive.
  await turn();
  let whole = !signal?.aborted;
  if (whole) {
    for await (const step of paint(job, engine)) {
      last = step;
      const isLast = step.step + 1 === step.steps;
      // The picture, made only when asked for, stays here.
      const { steps, scale, scales: count, costs, seconds, notice } = step;
      request.onStep?.({ step: step.step, steps, scale, scales: count, costs, seconds });
      if (notice !== undefined) request.onNotice?.(notice);
      if (frames && step.step % frames.every === 0) {
        await write(join(frames.folder, `${step.step}.png`), step, !isLast);
      }
      await turn();
      if (signal?.aborted || step.step + 1 >= stopAfter) {
        whole = isLast;
        break;
      }
    }
  }
  if (last) await write(output, last, !whole);
  return {
    output,
    width,
    height,
    steps: last ? last.step + 1 : 0,
    stopped: signal?.aborted === true && !whole,
    costs: last?.costs,
    network: network.name,
    seconds: (performance.now() - began) / 1000,
  };
}

/** Frames of one film have one size, from whatever scale. */
function grown(picture: Picture, { width, height }: Size): Picture {
  return picture.width === width && picture.height === height ? picture : resample(picture, width, height);
}

async function checkOutputs(request: PaintRequest, options: Options): Promise<void> {
  const { content, styles, mask, output, frames } = request;
  const inputs = [content, ...styles.map(({ path }) => path), mask?.path, startFileOf(options)].filter(
    (path) => path !== undefined,
  );
  await assertWritablePicture(output);
  await refuseOverwriting(inputs, output);
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
