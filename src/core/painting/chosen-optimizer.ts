/** The optimiser that a painting's options choose, at a scale. */
import type { Network } from '../networks/network.js';
import { adam } from '../optimizers/adam.js';
import { coarseFirst } from '../optimizers/coarse-first.js';
import { lbfgs } from '../optimizers/lbfgs.js';
import type { Confine, Optimizer } from '../optimizers/optimizer.js';
import type { Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';
import { HISTORY, isLarge } from './schedule.js';
import type { OptimizerState } from './state.js';

/** Where that is asked for, keeps pixels minus the mean within 0..255. */
export function confineOf({ clamp }: Options, { mean }: Network): Confine {
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

export function optimizerOf(
  { optimizer, learningRate }: Options,
  confine: Confine,
  size: Size,
): Optimizer<OptimizerState> {
  const made =
    optimizer === 'adam'
      ? adam({ learningRate }, confine)
      : lbfgs({ firstStep: learningRate, history: HISTORY, compact: isLarge(size) }, confine, coarseFirst(size));
  return made as Optimizer<OptimizerState>;
}
