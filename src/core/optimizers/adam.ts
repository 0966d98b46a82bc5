import type { Confine, Optimizer } from './optimizer.js';

export interface AdamOptions {
  /** Step size in units of the variables. */
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface AdamState {
  /** Updates done. */
  time: number;
  /** Running mean of the gradient. */
  readonly first: Float32Array;
  /** Running mean of the squared gradient. */
  readonly second: Float32Array;
}

export function adamInit(length: number): AdamState {
  return { time: 0, first: new Float32Array(length), second: new Float32Array(length) };
}

/**
 * One update of Kingma & Ba, "Adam" (ICLR 2015), in the form of the end of its section 2, as TensorFlow
 * computes it: both bias corrections go into the step size, epsilon is added to the uncorrected root.
 * Changes `x` and `state` in place.
 */
export function adamUpdate(
  x: Float32Array,
  gradient: Float32Array,
  state: AdamState,
  { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
): void {
  state.time += 1;
  const { first, second, time } = state;
  const rate = (learningRate * Math.sqrt(1 - beta2 ** time)) / (1 - beta1 ** time);
  for (let i = 0; i < x.length; i++) {
    const g = gradient[i] as number;
    const m = beta1 * (first[i] as number) + (1 - beta1) * g;
    const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    x[i] = (x[i] as number) - (rate * m) / (Math.sqrt(v) + epsilon);
  }
}

/** Adam's memory in a painting. */
export interface AdamPainting extends AdamState {
  /** Divides the learning rate; grows after a cost that is not finite. */
  readonly calming: number;
}

/** How much smaller the rate becomes after a cost that is not finite. */
const CALMING = 4;

/** Adam as the painting loop's optimiser. */
export function adam(options: AdamOptions, confine: Confine = () => {}): Optimizer<AdamPainting> {
  const { learningRate } = options;
  return {
    start: (length) => ({ ...adamInit(length), calming: 1 }),
    async step({ time, first, second, calming }, at, evaluate) {
      const state = { time, first: first.slice(), second: second.slice() };
      const pixels = at.pixels.slice();
      adamUpdate(pixels, at.gradient, state, { ...options, learningRate: learningRate / calming });
      confine(pixels);
      return { state: { ...state, calming }, at: await evaluate(pixels) };
    },
    resize: ({ first, second, ...state }, resample) => ({
      ...state,
      first: resample(first),
      // Resampling may overshoot below 0, where no square lies.
      second: resample(second).map((value) => Math.max(0, value)),
    }),
    calm: ({ first, calming }) => ({ ...adamInit(first.length), calming: calming * CALMING }),
  };
}
