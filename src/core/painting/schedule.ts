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

/** Scales of more pixels than this count as large. */
const LARGE_PX = 4e6;
/** Whether a scale is so large that the memory of its optimiser is kept small. */
export const isLarge = ({ width, height }: Size) => width * height > LARGE_PX;
/** Past steps that L-BFGS remembers, and how many it does of large scales, where each takes 24 bytes a pixel or 6. */
export const HISTORY = 10;
export const LARGE_HISTORY = 5;

/** Below this a picture vanishes in the network's poolings. */
export const MIN_SIDE_PX = 32;

/**
 * Scales of a painting of width x height pixels, the last of them that size itself: each is larger than the one
 * before by the square root of 2, in both directions, as in style-transfer-pytorch (Crowson). Large forms are
 * settled where they are cheap, and where they lie within what a feature sees.
 */
export function scalesOf(
  { width, height }: Size,
  { firstSize, firstSteps, steps }: Pick<Options, 'firstSize' | 'firstSteps' | 'steps'>,
): Scale[] {
  const scales: Scale[] = [{ width, height, steps }];
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  for (let shrink = Math.SQRT2; firstSize > 0; shrink *= Math.SQRT2) {
    // A little less than asked for is near enough: 181 / sqrt 2 is 127.99.
    if (Math.round(long / shrink) < firstSize || Math.round(short / shrink) < MIN_SIDE_PX) break;
    scales.unshift({ width: Math.round(width / shrink), height: Math.round(height / shrink), steps });
  }
  const first = scales[0] as Scale;
  if (scales.length > 1) scales[0] = { ...first, steps: firstSteps };
  return scales;
}
