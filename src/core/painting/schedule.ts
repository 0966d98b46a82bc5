/** The pyramid of scales that a painting goes through. */
import type { Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';

/** One size of the painting on its way to the last. */
export interface Scale {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The most steps at this size. */
  readonly steps: number;
}

/** Scales of more pixels than this have `largeSteps`. */
const LARGE_STEPS_PX = 1e6;
/** The optimiser's memory of scales of more pixels than this is kept in 8 bits a number. */
const LARGE_MEMORY_PX = 4e6;
/** Whether it is: by the scale alone, as what a painting becomes must not depend on the machine. */
export const isLarge = ({ width, height }: Size) => width * height > LARGE_MEMORY_PX;
/** Past steps that L-BFGS remembers, each in 24 bytes a pixel; of large scales, each in 6. */
export const HISTORY = 5;

/** Below this a picture vanishes in the network's poolings. */
export const MIN_SIDE_PX = 32;

type StepOptions = Pick<Options, 'firstSize' | 'firstSteps' | 'steps' | 'lastSteps' | 'largeSteps'>;

/** A picture that is larger than the first size by less is painted at once: 19 %. */
const LEAST_GROWTH = 2 ** 0.25;
/** A rest of so many octaves is not worth another scale: two are three times apart, rather than three less than twice. */
const SLACK = 0.6;

/**
 * Scales of a painting of width x height pixels, from `firstSize` to that size itself: each is larger than the one before
 * by one factor, from 1.2 to 3, in both directions. By the square root of 2, as in style-transfer-pytorch (Crowson),
 * there are twice as many scales to enter, and paintings are no better for it. Large forms are settled where they are
 * cheap, and where they lie within what a feature sees.
 */
export function scalesOf(
  { width, height }: Size,
  { firstSize, firstSteps, steps, lastSteps, largeSteps }: StepOptions,
): Scale[] {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const whole = firstSize > 0 ? Math.min(long / firstSize, short / MIN_SIDE_PX) : 1;
  if (whole < LEAST_GROWTH) return [{ width, height, steps }];
  const growths = Math.max(1, Math.ceil(Math.log2(whole) - SLACK));
  const sizes = Array.from({ length: growths + 1 }, (_, i): Size => {
    const shrink = whole ** (1 - i / growths);
    return { width: Math.round(width / shrink), height: Math.round(height / shrink) };
  });
  // From the second scale to the last by one ratio, as sizes are.
  const fall = (i: number) => (lastSteps / steps) ** (sizes.length > 2 ? (i - 1) / (sizes.length - 2) : 1);
  return sizes.map((size, i) => {
    if (i === 0) return { ...size, steps: firstSteps };
    return { ...size, steps: size.width * size.height > LARGE_STEPS_PX ? largeSteps : Math.round(steps * fall(i)) };
  });
}
