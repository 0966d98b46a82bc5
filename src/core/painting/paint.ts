/** The loop of a painting. */
import type { Region, Style } from '../costs/areas.js';
import { addMean, type Costs, type Evaluation, Objective, subtractMean, type Targets } from '../costs/objective.js';
import { expected, GivernyError } from '../errors.js';
import type { Engine } from '../graph/engine.js';
import type { Network } from '../networks/network.js';
import { adam } from '../optimizers/adam.js';
import { coarseFirst } from '../optimizers/coarse-first.js';
import { lbfgs } from '../optimizers/lbfgs.js';
import type { Confine, Optimizer, Point, Precondition } from '../optimizers/optimizer.js';
import type { Options } from '../options/options.js';
import { luminanceOnly, matchColors, matchLuminance, withLuminanceOf } from '../pictures/colors.js';
import { sizeOfLongSide } from '../pictures/fit.js';
import { type Picture, picture } from '../pictures/picture.js';
import { resample, resamplePlanes } from '../pictures/resample.js';
import { type Scale, scalesOf } from './schedule.js';
import { blend, notebookRandom, uniformNoise } from './start.js';

export type { Region, Style } from '../costs/areas.js';
export type { Costs } from '../costs/objective.js';

/** All that a painting is made from. */
export interface Job {
  /** Gives the painting its size. */
  readonly content: Picture;
  /** Pictures of any size; each is brought to the size of the painting at each scale, times `options.styleScale`. */
  readonly styles: readonly Style[];
  /** Parts of the painting, by name, for styles that go to one of them or for another strength. */
  readonly regions?: Readonly<Record<string, Region>> | undefined;
  readonly network: Network;
  /** Looks at the pictures in place of `network` at all scales but the last: a smaller one, to be faster. */
  readonly coarseNetwork?: Network | undefined;
  readonly options: Options;
  /** The picture to start from where `options.init` names a file; of the content's size. */
  readonly start?: Picture | undefined;
}

/** One step of a painting, reported when its update is done; costs are those of the updated picture. */
export interface Step {
  /** Counted from 0, as in the notebook, through all scales. */
  readonly step: number;
  /** How many steps the painting has at most. */
  readonly steps: number;
  /** Which scale the painting is at, from 0, and how many there are. */
  readonly scale: number;
  readonly scales: number;
  readonly costs: Costs;
  /** Wall time of this step. */
  readonly seconds: number;
  /** The picture after this step, of its scale's size; ask for it before the next step. */
  readonly picture: Picture;
  /** Something the person should hear, such as a smaller rate after a cost that was not finite. */
  readonly notice?: string;
}

/** What may change while painting: handed to `next()`, it counts from the next step. */
export type Revision = Partial<Pick<Job, 'styles' | 'regions' | 'options'>>;

/** A painting is given up when this many steps in a row lead to costs that are not finite. */
const MOST_SETBACKS = 12;
/** Over how many steps `options.tolerance` is. */
const PATIENCE = 10;

/** Wall time; in browsers and in Node, but in neither's absence a type of this room. */
declare const performance: { now(): number };

/**
 * Paints: yields after every step. Stop iterating to stop painting; the engine's memory is freed then. What `next()`
 * is given counts from the next step: a painting goes on with other styles, weights or colours.
 *
 * @throws GivernyError LAYER_UNKNOWN, OPTION_INVALID, COST_NOT_FINITE, OUT_OF_MEMORY, ENGINE_FAILED.
 */
export async function* paint(job: Job, engine: Engine): AsyncGenerator<Step, void, Revision | undefined> {
  const scales = scalesOf(job.content, job.options);
  const steps = scales.reduce((sum, scale) => sum + scale.steps, 0);
  const colors = colored(job);
  const canvas: Canvas = {
    job,
    colored: colors,
    picture: colors.begin(startPicture(job, scales[0] as Scale)),
    confine: () => {},
    precondition: (gradient) => gradient,
  };
  let done = 0;
  for (const [s, scale] of scales.entries()) {
    const network = (s < scales.length - 1 && job.coarseNetwork) || job.network;
    const place = { step: done, steps, scale: s, scales: scales.length };
    yield* paintScale(canvas, scale, place, network, engine);
    done += scale.steps;
  }
}

/** What passes from scale to scale. */
interface Canvas {
  job: Job;
  colored: Colored;
  /** As the network sees it, before colours are put back. */
  picture: Picture;
  optimizer?: Optimizer;
  /** Of the network, the options and the size of now; optimisers live longer. */
  confine: Confine;
  precondition: Precondition;
}

async function* paintScale(
  canvas: Canvas,
  scale: Scale,
  place: Pick<Step, 'step' | 'steps' | 'scale' | 'scales'>,
  network: Network,
  engine: Engine,
): AsyncGenerator<Step, void, Revision | undefined> {
  const { width, height } = scale;
  const { options } = canvas.job;
  canvas.confine = confineOf(options, network);
  canvas.precondition = coarseFirst(scale);
  const create = () => Objective.create(engine, network, targetsAt(canvas, scale), canvas.job.options);
  const coarser = canvas.picture;
  const pixels = subtractMean(resample(coarser, width, height), network);
  canvas.confine(pixels);
  canvas.optimizer?.resize((planes) => resamplePlanes(planes, coarser, scale));
  canvas.optimizer ??= optimizerOf(canvas, pixels.length);
  const average = new RunningMean(options.averaging);
  const asPicture = (of: Float32Array) => picture(width, height, addMean(of, network));
  let shown: Float32Array = pixels;
  let objective: Objective | undefined = await create();
  try {
    const evaluate = async (to: Float32Array) => asPoint(await (objective as Objective).evaluate(to));
    let at = await evaluate(pixels);
    if (!finite(at)) throw notFinite('the start picture');
    let costs = [at.cost];
    for (let step = 0; step < scale.steps; step++) {
      const begun = performance.now();
      const { next, setbacks } = await safeStep(canvas.optimizer, pixels, at, evaluate);
      at = next;
      shown = average.add(pixels);
      const [now, seenBy] = [shown, objective];
      const { finish } = canvas.colored;
      const revision = yield {
        ...place,
        step: place.step + step,
        costs: at.costs,
        seconds: (performance.now() - begun) / 1000,
        get picture() {
          return finish(asPicture(seenBy.seen(now)));
        },
        ...(setbacks > 0 ? { notice: setbackNotice(place.step + step, setbacks) } : {}),
      };
      if (revision) {
        canvas.job = { ...canvas.job, ...revision };
        canvas.colored = colored(canvas.job);
        // What stayed as in the photo until now may be painted from here on.
        pixels.set(objective.seen(pixels));
        await objective.dispose();
        // What fails from here on finds nothing to dispose of again.
        objective = undefined;
        objective = await create();
        canvas.optimizer = optimizerOf(canvas, pixels.length);
        canvas.confine = confineOf(canvas.job.options, network);
        canvas.confine(pixels);
        at = await evaluate(pixels);
        costs = [];
      }
      costs.push(at.cost);
      const before = costs.at(-1 - PATIENCE);
      const { tolerance } = canvas.job.options;
      if (tolerance > 0 && before !== undefined && before - at.cost < tolerance * before) break;
    }
    canvas.picture = asPicture(objective.seen(shown));
  } finally {
    await objective?.dispose();
  }
}

/** The photo and the styles with the colours that the options ask for, and how to finish what is painted of them. */
interface Colored {
  readonly content: Picture;
  readonly styles: readonly Style[];
  /** A picture to start from, as the costs see pictures. */
  begin(start: Picture): Picture;
  finish(painted: Picture): Picture;
}

function colored({ content, styles, options: { colors } }: Job): Colored {
  const same = (picture: Picture) => picture;
  if (colors === 'painting') return { content, styles, begin: same, finish: same };
  const restyled = (change: (style: Picture) => Picture) =>
    styles.map((style) => ({ ...style, picture: change(style.picture) }));
  if (colors !== 'photo') {
    return { content, styles: restyled((style) => matchColors(style, content, colors)), begin: same, finish: same };
  }
  const grey = luminanceOnly(content);
  return {
    content: grey,
    styles: restyled((style) => matchLuminance(luminanceOnly(style), grey)),
    begin: luminanceOnly,
    finish: (painted) => withLuminanceOf(resample(content, painted.width, painted.height), painted),
  };
}

/** What the costs are taken against at one scale. */
function targetsAt({ job, colored: { content, styles } }: Canvas, { width, height }: Scale): Targets {
  const { regions, options } = job;
  const longSidePx = Math.max(width, height) * options.styleScale;
  return {
    content: resample(content, width, height),
    styles: styles.map((style) => ({ ...style, picture: toLongSide(style.picture, longSidePx) })),
    regions:
      regions &&
      Object.fromEntries(
        Object.entries(regions).map(([name, region]) => [
          name,
          { ...region, mask: resamplePlanes(region.mask, content, { width, height }).map(toShare) },
        ]),
      ),
  };
}

const toShare = (value: number) => Math.min(1, Math.max(0, value));

function toLongSide(style: Picture, longSidePx: number): Picture {
  const { width, height } = sizeOfLongSide(style, longSidePx);
  return width === style.width && height === style.height ? style : resample(style, width, height);
}

/** Bias-corrected exponential mean of pictures, as Adam takes it of gradients. */
class RunningMean {
  #mean: Float32Array | undefined;
  #weight = 1;

  constructor(readonly decay: number) {}

  /** The mean with `pixels` among them. */
  add(pixels: Float32Array): Float32Array {
    if (this.decay === 0) return pixels;
    const mean = this.#mean ?? new Float32Array(pixels.length);
    this.#mean = mean;
    this.#weight *= this.decay;
    for (let i = 0; i < mean.length; i++) {
      mean[i] = this.decay * (mean[i] as number) + (1 - this.decay) * (pixels[i] as number);
    }
    return mean.map((value) => value / (1 - this.#weight));
  }
}

/** Where that is asked for, keeps pixels minus the mean within 0..255. */
function confineOf({ clamp }: Options, { mean }: Network): Confine {
  if (clamp === 'no') return () => {};
  return (pixels) => {
    const plane = pixels.length / 3;
    mean.forEach((level, channel) => {
      for (let i = channel * plane; i < (channel + 1) * plane; i++) {
        pixels[i] = Math.min(255 - level, Math.max(-level, pixels[i] as number));
      }
    });
  };
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

function optimizerOf(canvas: Canvas, length: number): Optimizer {
  const { optimizer, learningRate } = canvas.job.options;
  const confine: Confine = (pixels) => canvas.confine(pixels);
  return optimizer === 'adam'
    ? adam(length, { learningRate }, confine)
    : lbfgs({ firstStep: learningRate }, confine, (gradient) => canvas.precondition(gradient));
}

/** The picture to start from, of the first scale's size. */
function startPicture({ content, network, options: { init, seed }, start }: Job, { width, height }: Scale): Picture {
  if (start) {
    if (start.width !== content.width || start.height !== content.height) {
      const size = (of: Picture) => `${of.width}x${of.height}`;
      throw expected(`a picture of ${size(content)} pixels`, 'start', size(start));
    }
    return resample(start, width, height);
  }
  const photo = resample(content, width, height);
  const ratio = init === 'content' ? 0 : init === 'noise' ? 1 : init;
  if (typeof ratio !== 'number') throw expected('the picture of that file as `start`', 'init', init);
  if (ratio === 0) return photo;
  const noise = uniformNoise(notebookRandom(seed), width, height);
  return picture(width, height, addMean(blend(noise, subtractMean(photo, network), ratio), network));
}
