/** One painting from files to a file, in this process. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expected, GivernyError } from '../core/errors.js';
import { type OptionsInput, optionMeta, resolveOptions } from '../core/options.js';
import { type Costs, paint, type Step } from '../core/paint.js';
import { recipeOf } from '../core/recipe.js';
import { createNodeEngine } from '../engines/node.js';
import { assertWritable } from './files.js';
import { fitPicture } from './fit.js';
import { assertWritablePicture, readPicture, writePicture } from './images.js';
import { openNetwork } from './networks.js';
import { VERSION } from './version.js';

/** What to paint: plain data, so that it can travel to another process. */
export interface PaintRequest {
  /** Path of the photo. */
  readonly content: string;
  /** Path of the painting whose style to take. */
  readonly style: string;
  /** Path of the picture to write; its ending decides the format. */
  readonly output: string;
  /** Name or path; 'auto' by default. */
  readonly network?: string | undefined;
  readonly options?: OptionsInput | undefined;
  /** Also writes `<folder>/<step>.png` after step 0, `every`, 2 * `every` ... */
  readonly frames?: { readonly every: number; readonly folder: string } | undefined;
}

/** All is read and checked; painting begins. */
export interface Started {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly network: { readonly name: string; readonly hash: string };
  /** Which network was taken, and how to get the other, where 'auto' chose it. */
  readonly networkNote?: string | undefined;
  readonly engine: string;
  /** What was done to the pictures before painting, for people to read. */
  readonly notes: readonly string[];
}

/** A step without its picture. */
export type StepReport = Omit<Step, 'picture' | 'notice'>;

/** Who wants to know how a painting goes. */
export interface PaintListeners {
  onStart?(started: Started): void;
  onStep?(report: StepReport): void;
  /** A frame or the result has been written, whole. */
  onSaved?(path: string): void;
  /** A sentence that the person should hear, such as of a smaller rate after a cost that was not finite. */
  onNotice?(sentence: string): void;
}

export interface Painted {
  /** Path of the picture; nothing was written there if `steps` is 0. */
  readonly output: string;
  readonly width: number;
  readonly height: number;
  /** Steps done. */
  readonly steps: number;
  /** True where the painting was stopped before its last step. */
  readonly stopped: boolean;
  /** Of the picture written; absent if `steps` is 0. */
  readonly costs?: Costs | undefined;
  readonly network: string;
  /** Wall time from the first step to the end. */
  readonly seconds: number;
}

/**
 * Paints a photo in the style of a painting and writes the picture with its recipe.
 *
 * The engine computes on the calling thread: see startPainting for a painting in a process of its own.
 *
 * @param request.signal aborting it ends the painting within one step and writes the picture so far.
 * @throws GivernyError
 */
export async function paintFile(
  request: PaintRequest & PaintListeners & { readonly signal?: AbortSignal },
): Promise<Painted> {
  const { output, frames, signal } = request;
  const options = resolveOptions(request.options);
  const start = typeof options.init === 'string' && !/^(content|noise)$/.test(options.init) ? options.init : undefined;
  const inputs = [request.content, request.style, ...(start === undefined ? [] : [start])];
  await checkOutputs(inputs, request);

  const notes: string[] = [];
  const load = async (path: string, size: typeof options.size) => {
    const loaded = await readPicture(path);
    const fitted = await fitPicture(loaded, size);
    if (fitted.note !== undefined) notes.push(`${loaded.name}: ${fitted.note}`);
    return { ...fitted, name: loaded.name, sha256: loaded.sha256 };
  };
  const content = await load(request.content, options.size);
  const { width, height } = content.picture;
  const style = { ...(await load(request.style, options.size)), weight: 1 };
  if (start !== undefined && !existsSync(start)) throw expected(optionMeta('init').expects, 'init', start);
  const startFrom = start === undefined ? undefined : await load(start, { width, height });
  const network = await openNetwork(request.network ?? 'auto');
  const engine = createNodeEngine();

  const write = async (path: string, { picture, step }: Step) => {
    const recipe = recipeOf({
      giverny: VERSION,
      content,
      styles: [style],
      start: startFrom,
      network,
      engine: engine.name,
      options,
      steps: step + 1,
    });
    await writePicture(path, picture, { alpha: content.alpha, recipe });
    request.onSaved?.(path);
  };

  const { name, hash, note: networkNote } = network;
  request.onStart?.({
    width,
    height,
    steps: options.steps,
    network: { name, hash },
    networkNote,
    engine: engine.name,
    notes,
  });
  const began = performance.now();
  const job = {
    content: content.picture,
    styles: [style],
    network,
    options,
    ...(startFrom ? { start: startFrom.picture } : {}),
  };
  let last: Step | undefined;
  // A turn of the event loop lets an abort from outside arrive.
  await turn();
  if (!signal?.aborted) {
    for await (const step of paint(job, engine)) {
      last = step;
      // The picture, made only when asked for, stays here.
      const { steps, scale, scales, costs, seconds, notice } = step;
      request.onStep?.({ step: step.step, steps, scale, scales, costs, seconds });
      if (notice !== undefined) request.onNotice?.(notice);
      if (frames && step.step % frames.every === 0) await write(join(frames.folder, `${step.step}.png`), step);
      await turn();
      if (signal?.aborted) break;
    }
  }
  if (last) await write(output, last);
  const steps = last ? last.step + 1 : 0;
  return {
    output,
    width,
    height,
    steps,
    stopped: signal?.aborted === true && steps < options.steps,
    costs: last?.costs,
    network: name,
    seconds: (performance.now() - began) / 1000,
  };
}

async function checkOutputs(inputs: readonly string[], { output, frames }: PaintRequest): Promise<void> {
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
