/** All that a painting has become, as plain data. */
import { expected } from '../errors.js';
import type { AdamPainting } from '../optimizers/adam.js';
import type { LbfgsState } from '../optimizers/lbfgs.js';
import type { Options } from '../options/options.js';
import type { Scale } from './schedule.js';

/** Memory of the optimiser that the options name. */
export type OptimizerState = AdamPainting | LbfgsState;

/** A running mean of pixels: bias-corrected, exponential, as Adam takes it of gradients. */
export interface Average {
  /** Before its correction. */
  readonly sum: Float32Array;
  /** What the start still weighs; the correction divides by 1 minus it. */
  readonly rest: number;
}

/**
 * A painting between two steps. With its job it goes on as if it had never stopped, bit for bit on the same engine.
 * Nothing of a state is ever changed in place.
 */
export interface PaintState {
  /** Which scale the painting is at, from 0. */
  readonly scale: number;
  /** The number of the next step, through all scales. */
  readonly step: number;
  /** Steps done at this scale. */
  readonly stepsHere: number;
  /** Of this scale, in pixels. */
  readonly width: number;
  readonly height: number;
  /** [3, H, W], RGB in 0..255 minus the mean of the scale's network. */
  readonly pixels: Float32Array;
  readonly optimizer: OptimizerState;
  /** Absent where `averaging` is 0. */
  readonly average?: Average | undefined;
  /** Total costs of the last steps at this scale, for `tolerance`. */
  readonly costs: readonly number[];
}

/** Over how many steps `options.tolerance` is. */
const PATIENCE = 10;

/** The costs to remember after another step. */
export const remembered = (costs: readonly number[], cost: number): readonly number[] =>
  [...costs, cost].slice(-1 - PATIENCE);

/** Whether a scale has had its steps, or its last ten lowered the cost by too little. */
export function isEnded({ stepsHere, costs }: PaintState, { steps }: Scale, { tolerance }: Options): boolean {
  if (stepsHere >= steps) return true;
  const [before, now] = [costs.at(-1 - PATIENCE), costs.at(-1)];
  return tolerance > 0 && before !== undefined && before - (now as number) < tolerance * before;
}

/** The mean with `pixels` among them. */
export function averaged(before: Average | undefined, pixels: Float32Array, decay: number): Average | undefined {
  if (decay === 0) return undefined;
  const { sum, rest } = before ?? { sum: new Float32Array(pixels.length), rest: 1 };
  return { sum: sum.map((value, i) => decay * value + (1 - decay) * (pixels[i] as number)), rest: rest * decay };
}

/** The pixels to show: the running mean, where there is one. */
export function shownPixels({ pixels, average }: PaintState): Float32Array {
  return average ? average.sum.map((value) => value / (1 - average.rest)) : pixels;
}

/**
 * Checks that a state can be one of a painting with these scales and options.
 *
 * @throws GivernyError OPTION_INVALID.
 */
export function checkState(state: PaintState, scales: readonly Scale[], { optimizer }: Options): void {
  const scale = scales[state.scale];
  const text = ({ width, height }: { width: number; height: number }) => `${width}x${height}`;
  if (!scale || scale.width !== state.width || scale.height !== state.height) {
    throw expected(`a state of this painting, whose scales are ${scales.map(text).join(', ')},`, 'from', text(state));
  }
  if (state.pixels.length !== 3 * state.width * state.height) {
    throw expected(`${3 * state.width * state.height} numbers`, 'the pixels of the state', state.pixels.length);
  }
  const own = 'pairs' in state.optimizer ? 'lbfgs' : 'adam';
  if (own !== optimizer) throw expected(`a state of the optimiser ${optimizer}`, 'from', own);
}
