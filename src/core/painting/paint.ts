/** The loop of a painting. */

import type { Abortable } from '../abort.js';
import type { Costs, Objective } from '../costs/objective/objective.js';
import type { Keep } from '../costs/objective/sources.js';
import { tiledObjective } from '../costs/objective/tiled.js';
import { wholeObjective } from '../costs/objective/whole.js';
import { type ErrorCode, GivernyError } from '../errors.js';
import type { Engine } from '../graph/engine.js';
import type { Network } from '../networks/network.js';
import { pictureOf, subtractMean } from '../networks/pixels.js';
import type { Confine, Optimizer } from '../optimizers/optimizer.js';
import type { Picture } from '../pictures/picture.js';
import { resamplePlanes } from '../pictures/resample.js';
import { confineOf, optimizerOf } from './chosen-optimizer.js';
import { type Colored, colored } from './colored.js';
import { assertFits, fittingCoreSidePx, LEAST_CORE_SIDE_PX, type Painted, smallerCoreSidePx } from './forecast.js';
import {
  type Job,
  type Revision,
  revised,
  type SettledJob,
  type Step,
  type StepEvent,
  sameButForLength,
  settled,
} from './job.js';
import { type Kept, keepNothing, keptOf } from './kept.js';
import { paintedBy } from './plan.js';
import { hasFinite, notFinite, type PaintPoint, safeStep, setbackNotice } from './safe-step.js';
import { sceneAt } from './scene.js';
import { type Scale, scalesOf } from './schedule.js';
import { enlarged, startPicture } from './start.js';
import {
  averaged,
  checkState,
  isEnded,
  type OptimizerState,
  type PaintState,
  remembered,
  shownPixels,
} from './state.js';

export interface PaintSettings {
  /** Goes on from a state of the same job. */
  readonly from?: PaintState | undefined;
  /** Changes the job before the first step from there, as a revision handed to `next()` at that point does. */
  readonly revision?: Revision | undefined;
  /** Aborting it ends the painting before its next step: `next()` is rejected with the signal's reason. */
  readonly signal?: Abortable | undefined;
  /** Keeps what is measured of styles for the next painting. */
  readonly keep?: Keep | undefined;
  /** The most memory that the process may take, in bytes: what exceeds it whole is painted in tiles. No limit by default. */
  readonly maxBytes?: number | undefined;
}

/** What a device that fails ends with. */
const DEVICE_FAILURES: readonly ErrorCode[] = ['DEVICE_LOST', 'DEVICE_MISSING', 'ENGINE_FAILED'];

/** Wall time; browsers and Node have it, the compiler's types for the core do not. */
declare const performance: { now(): number };

/**
 * Paints: yields after every step. Stop iterating to stop painting; the engine's memory is freed then. What `next()`
 * is given counts from the next step: a painting goes on with other styles, weights or colours.
 *
 * @throws GivernyError LAYER_UNKNOWN, OPTION_INVALID, COST_NOT_FINITE, OUT_OF_MEMORY, ENGINE_FAILED, DEVICE_LOST.
 */
export async function* paint(
  job: Job,
  engine: Engine,
  { from, revision, signal, keep, maxBytes }: PaintSettings = {},
): AsyncGenerator<Step, void, Revision | undefined> {
  const run = new Run(job, engine, keep, signal, maxBytes);
  const { scales } = run;
  if (from) checkState(from, scales, run.job.options);
  let state = from;
  for (const s of scales.keys()) {
    if (from && s < from.scale) continue;
    if (state?.scale !== s) state = run.entered(s, state);
    state = yield* run.paintScale(state, state === from ? revision : undefined);
  }
}

/** One painting: its job of now, and the engine that it runs on. */
class Run {
  job: SettledJob;
  #colored: Colored;
  /** Tiles that turned out to fit into memory, where more had been forecast to. */
  #mostCoreSidePx = Number.POSITIVE_INFINITY;
  /** What happened since the step before. */
  #events: { readonly about: StepEvent; readonly sentence: string }[] = [];

  constructor(
    job: Job,
    readonly engine: Engine,
    readonly keep: Keep | undefined,
    readonly signal: Abortable | undefined,
    readonly maxBytes = Number.POSITIVE_INFINITY,
  ) {
    this.job = settled(job);
    this.#colored = colored(this.job);
    for (const [s, scale] of this.scales.entries()) assertFits(scale, this.#painting(s), maxBytes);
  }

  get scales(): Scale[] {
    return scalesOf(this.job.content, this.job.options);
  }

  /** The photo as the costs see it; undefined where they do not look at it. */
  get #photo(): Picture | undefined {
    const { strength, alpha } = this.job.options;
    return strength === 1 || alpha === 0 ? undefined : this.#colored.content;
  }

  /** The state in which a scale begins, from that in which the one before ended. */
  entered(s: number, before: PaintState | undefined): PaintState {
    const scale = this.scales[s] as Scale;
    const coarser = before ? this.#painted(before) : this.#colored.begin(startPicture(this.job, scale));
    const picture = before ? enlarged(coarser, this.#photo, scale) : coarser;
    const pixels = subtractMean(picture, this.#network(s));
    const optimizer = this.#optimizer(s);
    this.#confine(s)(pixels);
    return {
      scale: s,
      step: before ? before.step - before.stepsHere + (this.scales[s - 1] as Scale).steps : 0,
      stepsHere: 0,
      width: scale.width,
      height: scale.height,
      pixels,
      optimizer: before
        ? optimizer.resize(before.optimizer, (planes) => resamplePlanes(planes, coarser, scale))
        : optimizer.start(pixels.length),
      costs: [],
    };
  }

  /** Paints at the scale of a state until the scale ends; returns the state then. */
  async *paintScale(
    begin: PaintState,
    revision: Revision | undefined,
  ): AsyncGenerator<Step, PaintState, Revision | undefined> {
    const s = begin.scale;
    const isOver = (state: PaintState) => isEnded(state, this.scales[s] as Scale, this.job.options);
    if (!revision && isOver(begin)) return begin;
    const easel = new Easel();
    try {
      this.signal?.throwIfAborted();
      let state = begin;
      let at = await this.#place(easel, state);
      if (!hasFinite(at)) throw notFinite('the start picture');
      if (state.costs.length === 0) state = { ...state, costs: remembered([], at.cost) };
      if (revision) ({ state, at } = await this.#revise(easel, state, at, revision));
      // One for all steps: its functions are fast once they are compiled.
      let optimizer = this.#optimizer(s);
      while (!isOver(state)) {
        this.signal?.throwIfAborted();
        const begun = performance.now();
        let taken: Awaited<ReturnType<typeof safeStep>>;
        try {
          taken = await safeStep(optimizer, state.optimizer, at, (pixels) => easel.evaluate(pixels));
        } catch (error) {
          this.#recover(error, s);
          at = await this.#place(easel, state);
          continue;
        }
        at = taken.at;
        state = {
          ...state,
          step: state.step + 1,
          stepsHere: state.stepsHere + 1,
          pixels: at.pixels,
          optimizer: taken.optimizer,
          average: averaged(state.average, at.pixels, this.job.options.averaging),
          costs: remembered(state.costs, at.cost),
        };
        const seconds = (performance.now() - begun) / 1000;
        const next = yield this.#report(state, easel.kept, at.costs, seconds, taken.setbacks);
        if (next) {
          ({ state, at } = await this.#revise(easel, state, at, next));
          optimizer = this.#optimizer(s);
        }
      }
      return state;
    } finally {
      await easel.clear();
    }
  }

  /** Puts the objective of a state's scale onto the easel, and evaluates it there. */
  async #place(easel: Easel, { scale, pixels }: PaintState): Promise<PaintPoint> {
    for (;;) {
      await easel.clear();
      easel.kept = this.#kept(scale);
      try {
        easel.objective = await this.#objective(scale);
        return await easel.evaluate(pixels);
      } catch (error) {
        this.#recover(error, scale);
      }
    }
  }

  /**
   * Has smaller tiles painted from here on where memory ran out, and goes over to another device where this one failed;
   * other errors it throws again.
   */
  #recover(error: unknown, s: number): void {
    if (!(error instanceof GivernyError)) throw error;
    const isMemory = error.code === 'OUT_OF_MEMORY';
    const smaller = isMemory ? smallerCoreSidePx(this.scales[s] as Scale, this.#coreSidePx(s)) : undefined;
    if (smaller !== undefined) {
      this.#mostCoreSidePx = smaller;
      const sentence = `Memory ran out: painting goes on in tiles of ${smaller} pixels.`;
      this.#events.push({ about: 'tiles', sentence });
      return;
    }
    const isDevice = isMemory || DEVICE_FAILURES.includes(error.code);
    const sentence = isDevice ? this.engine.fallBack?.(error) : undefined;
    if (sentence === undefined) throw error;
    // What did not fit into the device's memory may fit into this one's.
    this.#mostCoreSidePx = Number.POSITIVE_INFINITY;
    this.#events.push({ about: 'device', sentence });
  }

  #painting(s: number): Painted {
    const { network, coarseNetwork: coarse, options, styles } = this.job;
    return paintedBy({ network, coarse }, options, styles.length, this.scales)(s);
  }

  /** How long tiles of a scale may be; Infinity where it is painted whole. */
  #coreSidePx(s: number): number {
    const forecast = fittingCoreSidePx(this.scales[s] as Scale, this.#painting(s), this.maxBytes);
    // A revision may have made the forecast larger than it was when the painting began.
    return Math.min(this.#mostCoreSidePx, forecast ?? LEAST_CORE_SIDE_PX);
  }

  async #revise(
    easel: Easel,
    state: PaintState,
    at: PaintPoint,
    revision: Revision,
  ): Promise<{ state: PaintState; at: PaintPoint }> {
    const before = this.job;
    this.job = revised(before, revision);
    if (sameButForLength(before, this.job)) return { state: { ...state, costs: remembered([], at.cost) }, at };
    this.#colored = colored(this.job);
    // What stayed as in the photo until now may be painted from here on.
    const pixels = easel.kept.show(at.pixels).slice();
    this.#confine(state.scale)(pixels);
    const next = await this.#place(easel, { ...state, pixels });
    if (!hasFinite(next)) throw notFinite('the picture after a revision');
    return {
      at: next,
      state: {
        ...state,
        pixels,
        optimizer: this.#optimizer(state.scale).start(pixels.length),
        average: this.job.options.averaging === before.options.averaging ? state.average : undefined,
        costs: remembered([], next.cost),
      },
    };
  }

  #report(state: PaintState, kept: Kept, costs: Costs, seconds: number, setbacks: number): Step {
    const { scales } = this;
    const later = scales.slice(state.scale).reduce((sum, { steps }) => sum + steps, 0);
    const { finish } = this.#colored;
    const network = this.#network(state.scale);
    const events = this.#events;
    this.#events = [];
    if (setbacks > 0) events.push({ about: 'setback', sentence: setbackNotice(state.step - 1, setbacks) });
    let made: Picture | undefined;
    return {
      step: state.step - 1,
      steps: state.step - state.stepsHere + later,
      scale: state.scale,
      scales: scales.length,
      costs,
      seconds,
      get picture() {
        made ??= finish(shownPicture(state, kept, network));
        return made;
      },
      state: () => state,
      about: events.map(({ about }) => about),
      ...(events.length > 0 ? { notice: events.map(({ sentence }) => sentence).join(' ') } : {}),
    };
  }

  /** The picture of a state, as the costs see pictures. */
  #painted(state: PaintState): Picture {
    return shownPicture(state, this.#kept(state.scale), this.#network(state.scale));
  }

  #network(s: number): Network {
    return (s < this.scales.length - 1 && this.job.coarseNetwork) || this.job.network;
  }

  #scene(s: number) {
    return sceneAt(this.job, this.#colored, this.scales[s] as Scale, this.#network(s));
  }

  #kept(scale: number): Kept {
    return this.job.regions ? keptOf(this.#scene(scale)) : keepNothing;
  }

  #objective(s: number): Promise<Objective> {
    const { engine, keep } = this;
    const { terms } = this.job;
    const side = this.#coreSidePx(s);
    if (side === Number.POSITIVE_INFINITY) return wholeObjective(engine, this.#scene(s), terms, keep);
    return tiledObjective(engine, this.#scene(s), side, terms, keep);
  }

  #confine(s: number): Confine {
    return confineOf(this.job.options, this.#network(s));
  }

  #optimizer(s: number): Optimizer<OptimizerState> {
    return optimizerOf(this.job.options, this.#confine(s), this.scales[s] as Scale);
  }
}

/** What a scale is painted with. */
class Easel {
  kept: Kept = keepNothing;
  objective: Objective | undefined;

  async evaluate(pixels: Float32Array): Promise<PaintPoint> {
    const { costs, gradient } = await this.kept.evaluate(this.objective as Objective, pixels);
    return { pixels, costs, cost: costs.total, gradient };
  }

  async clear(): Promise<void> {
    const { objective } = this;
    // What fails from here on finds nothing to dispose of again.
    this.objective = undefined;
    await objective?.dispose();
  }
}

function shownPicture(state: PaintState, kept: Kept, network: Network): Picture {
  return pictureOf(kept.show(shownPixels(state)), state.width, state.height, network);
}

/** The picture of a state, as the step that led to it shows it. */
export function pictureOfState(job: Job, state: PaintState): Picture {
  const all = settled(job);
  const colors = colored(all);
  const scales = scalesOf(all.content, all.options);
  checkState(state, scales, all.options);
  const network = (state.scale < scales.length - 1 && all.coarseNetwork) || all.network;
  const kept = keptOf(sceneAt(all, colors, scales[state.scale] as Scale, network));
  return colors.finish(shownPicture(state, kept, network));
}
