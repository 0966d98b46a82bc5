/** The loop of a painting. */
import type { Engine } from './engine.js';
import { expected, GivernyError } from './errors.js';
import type { Network } from './network.js';
import { addMean, type Costs, type Evaluation, Objective, subtractMean } from './objective.js';
import { adam } from './optimizers/adam.js';
import { lbfgs } from './optimizers/lbfgs.js';
import type { Optimizer, Point } from './optimizers/optimizer.js';
import type { Options } from './options.js';
import { type Picture, picture } from './picture.js';
import { blend, notebookRandom, uniformNoise } from './start.js';

export type { Costs } from './objective.js';

/** All that a painting is made from. */
export interface Job {
  /** Gives the painting its size. */
  readonly content: Picture;
  /** Pictures of any size, blended by weight. */
  readonly styles: readonly { readonly picture: Picture; readonly weight: number }[];
  readonly network: Network;
  readonly options: Options;
  /** The picture to start from where `options.init` names a file; of the content's size. */
  readonly start?: Picture;
}

/** One step of a painting, reported when its update is done; costs are those of the updated picture. */
export interface Step {
  /** Counted from 0, as in the notebook. */
  readonly step: number;
  /** How many steps the painting has. */
  readonly steps: number;
  readonly costs: Costs;
  /** Wall time of this step. */
  readonly seconds: number;
  /** The picture after this step; ask for it before the next step. */
  readonly picture: Picture;
  /** Something the person should hear, such as a smaller rate after a cost that was not finite. */
  readonly notice?: string;
}

/** A painting is given up when this many steps in a row lead to costs that are not finite. */
const MOST_SETBACKS = 12;

/** Wall time; in browsers and in Node, but in neither's absence a type of this room. */
declare const performance: { now(): number };

/**
 * Paints: yields after every step. Stop iterating to stop painting; the engine's memory is freed then.
 *
 * @throws GivernyError LAYER_UNKNOWN, OPTION_INVALID, COST_NOT_FINITE, OUT_OF_MEMORY, ENGINE_FAILED.
 */
export async function* paint(job: Job, engine: Engine): AsyncGenerator<Step, void, void> {
  const { content, network, options } = job;
  const { width, height } = content;
  const pixels = startPixels(job);
  const objective = await Objective.create(engine, network, job, options);
  try {
    const evaluate = async (at: Float32Array) => asPoint(await objective.evaluate(at));
    const optimizer = optimizerOf(options, pixels.length);
    let at = await evaluate(pixels);
    if (!finite(at)) throw notFinite('the start picture');
    for (let step = 0; step < options.steps; step++) {
      const begun = performance.now();
      const { next, setbacks } = await safeStep(optimizer, pixels, at, evaluate);
      at = next;
      const now = pixels;
      yield {
        step,
        steps: options.steps,
        costs: at.costs,
        seconds: (performance.now() - begun) / 1000,
        get picture() {
          return picture(width, height, addMean(now, network));
        },
        ...(setbacks > 0 ? { notice: setbackNotice(step, setbacks) } : {}),
      };
    }
  } finally {
    await objective.dispose();
  }
}

type PaintPoint = Evaluation & Point;

const asPoint = (evaluation: Evaluation): PaintPoint => ({ ...evaluation, cost: evaluation.costs.total });

/** One step that ends at a finite cost: a step that does not is taken back and tried again more carefully. */
async function safeStep(
  optimizer: Optimizer,
  pixels: Float32Array,
  at: PaintPoint,
  evaluate: (pixels: Float32Array) => Promise<PaintPoint>,
): Promise<{ next: PaintPoint; setbacks: number }> {
  const before = pixels.slice();
  for (let setbacks = 0; setbacks < MOST_SETBACKS; setbacks++) {
    const next = await optimizer.step(pixels, at, evaluate);
    if (finite(next)) return { next, setbacks };
    pixels.set(before);
    optimizer.calm();
  }
  throw notFinite('every step from here, however small');
}

/** An infinite number anywhere makes this sum infinite or NaN. */
function finite({ cost, gradient }: Point): boolean {
  return Number.isFinite(gradient.reduce((total, g) => total + Math.abs(g), Math.abs(cost)));
}

function notFinite(where: string): GivernyError {
  return new GivernyError(
    'COST_NOT_FINITE',
    `Expected a finite cost but ${where} gave none: try a smaller learning rate or smaller weights.`,
  );
}

function setbackNotice(step: number, setbacks: number): string {
  const times = setbacks === 1 ? '' : ` ${setbacks} times`;
  return `Step ${step} led to a cost that is not finite: stepped back${times} and went on with a smaller rate.`;
}

function optimizerOf({ optimizer, learningRate }: Options, length: number): Optimizer {
  return optimizer === 'adam' ? adam(length, { learningRate }) : lbfgs({ firstStep: learningRate });
}

/** The start picture relative to the network's mean, [3, H, W]. */
function startPixels({ content, network, options: { init, seed }, start }: Job): Float32Array {
  const photo = subtractMean(content, network);
  if (start) {
    if (start.width !== content.width || start.height !== content.height) {
      const size = ({ width, height }: Picture) => `${width}x${height}`;
      throw expected(`a picture of ${size(content)} pixels`, 'start', size(start));
    }
    return subtractMean(start, network);
  }
  const ratio = init === 'content' ? 0 : init === 'noise' ? 1 : init;
  if (typeof ratio !== 'number') throw expected('the picture of that file as `start`', 'init', init);
  return ratio === 0 ? photo : blend(uniformNoise(notebookRandom(seed), content.width, content.height), photo, ratio);
}
