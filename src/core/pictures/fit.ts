/** Pictures brought to the size to paint at. */
import { GivernyError } from '../errors.js';
import { type Options, optionMeta } from '../options/options.js';
import { type Layered, picture, type Size } from './picture.js';
import { StripResampler } from './resample.js';

const MIN_SIDE_PX = optionMeta('size').min as number;
const MAX_SIDE_PX = optionMeta('size').max as number;
/** A picture that is cut down to its middle is no larger before that. */
const MAX_SCALED_PIXELS = 2 * MAX_SIDE_PX ** 2;

export interface FittedPicture extends Layered {
  /** What was done, for people to read; absent where the picture had the size already. */
  readonly note?: string;
}

/** How a picture gets the size of a painting: it is scaled, then cropped to its middle. */
export interface Fitting {
  readonly scaled: Size;
  readonly fitted: Size;
}

/**
 * The size, in whole pixels, that has this long side and the aspect of `from`. Long strips become larger, so that
 * their short side has the 32 pixels that the network needs.
 */
export function sizeOfLongSide(from: Size, longSidePx: number): Size {
  const scale = Math.max(
    longSidePx / Math.max(from.width, from.height),
    MIN_SIDE_PX / Math.min(from.width, from.height),
  );
  return { width: Math.round(from.width * scale), height: Math.round(from.height * scale) };
}

/**
 * The size that a picture is painted at. For a number, that is the long side in pixels and the aspect is kept, as
 * sizeOfLongSide says; width and height are met exactly by scaling and cropping the middle.
 *
 * @param name what the sentence calls the picture.
 * @throws GivernyError IMAGE_SIZE where the picture would have to become too large.
 */
export function fittingOf(from: Size, size: Options['size'], name?: string, fit: Options['fit'] = 'crop'): Fitting {
  const fitted = typeof size === 'number' ? sizeOfLongSide(from, size) : { width: size.width, height: size.height };
  const sameAspect =
    typeof size === 'number' || fit === 'stretch' || from.width * fitted.height === from.height * fitted.width;
  const scaled = sameAspect ? fitted : covering(from, fitted);
  const what = name === undefined ? text(from) : `"${name}" of ${text(from)}`;
  if (Math.max(fitted.width, fitted.height) > MAX_SIDE_PX) {
    throw new GivernyError(
      'IMAGE_SIZE',
      `Expected sides from ${MIN_SIDE_PX} to ${MAX_SIDE_PX} pixels but ${what} becomes ${text(fitted)}.`,
    );
  }
  if (scaled.width * scaled.height > MAX_SCALED_PIXELS) {
    throw new GivernyError(
      'IMAGE_SIZE',
      `Expected a size nearer to the aspect of the picture but ${what} becomes ${text(scaled)} before it is cropped to ${text(fitted)}.`,
    );
  }
  return { scaled, fitted };
}

/** What fitPicture takes; what readPicture returns is one. */
export interface Fittable extends Layered {
  /** What the sentence calls the picture. */
  readonly name?: string;
  /** Size of the file's picture, where it was shrunk while it was read. */
  readonly natural?: Size | undefined;
}

/**
 * Brings a picture to the size to paint at, as fittingOf says. A smaller picture is enlarged, so that the size asked
 * for is the size painted. Values are clipped to 0..255.
 *
 * @throws GivernyError IMAGE_SIZE where the picture would have to become too large.
 */
export async function fitPicture(
  source: Fittable,
  size: Options['size'],
  fit: Options['fit'] = 'crop',
): Promise<FittedPicture> {
  const { picture: from, alpha, natural = from } = source;
  const { scaled: whole, fitted } = fittingOf(natural, size, source.name, fit);
  if (isSameSize(natural, fitted)) return { picture: from, ...(alpha ? { alpha } : {}) };
  const resized = isSameSize(from, whole) ? { picture: from, ...(alpha ? { alpha } : {}) } : scaled(source, whole);
  if (!isSameSize(whole, fitted)) {
    return { ...cropped(resized, fitted), note: `resized from ${text(natural)} and cropped to ${text(fitted)}` };
  }
  const grown = typeof size === 'number' && Math.max(fitted.width, fitted.height) > Math.ceil(size);
  const why = grown ? `, as the short side needs ${MIN_SIDE_PX} pixels` : '';
  return { ...resized, note: `resized from ${text(natural)} to ${text(fitted)}${why}` };
}

/**
 * The size that styles are brought to beside a painting: their long side is the painting's times `styleScale`, or
 * they are cropped to the painting's shape, as `styleFit` says. resolveOptions bounds it to the largest side.
 */
export function styleSize({
  size,
  styleScale,
  styleFit,
}: Pick<Options, 'size' | 'styleScale' | 'styleFit'>): Options['size'] {
  if (typeof size === 'number') return size * styleScale;
  if (styleFit === 'whole') return Math.max(size.width, size.height) * styleScale;
  return { width: Math.round(size.width * styleScale), height: Math.round(size.height * styleScale) };
}

const isSameSize = (a: Size, b: Size) => a.width === b.width && a.height === b.height;

const text = ({ width, height }: Size) => `${width}x${height}`;

/** The size of least area that has the aspect of `from`, to the pixel, and holds `to`. */
function covering(from: Size, to: Size): Size {
  const scale = Math.max(to.width / from.width, to.height / from.height);
  return { width: Math.round(from.width * scale), height: Math.round(from.height * scale) };
}

function scaled(source: Layered, to: Size): Layered {
  const scaler = new StripScaler(source.picture, to, source.alpha !== undefined);
  scaler.push(source);
  return scaler.finish();
}

/**
 * Scales a picture whose rows come in strips. Colours are weighted by alpha, so that transparent pixels do not bleed
 * into visible ones. Values are clipped to 0..255.
 */
export class StripScaler {
  readonly #resampler: StripResampler;
  readonly #to: Size;
  readonly #layered: boolean;
  #opaque = true;

  /** @param layered whether strips may have alpha. */
  constructor(from: Size, to: Size, layered: boolean) {
    this.#resampler = new StripResampler(from, to, layered ? 4 : 3);
    this.#to = to;
    this.#layered = layered;
  }

  /** @param strip the next rows, of the source's width. */
  push({ picture: strip, alpha }: Layered): void {
    if (!this.#layered) {
      this.#resampler.push(strip.data);
      return;
    }
    if (alpha) this.#opaque = false;
    const pixels = strip.width * strip.height;
    const planes = new Float32Array(4 * pixels).fill(255, 3 * pixels);
    planes.set(alpha ? strip.data.map((value, i) => (value * (alpha[i % pixels] as number)) / 255) : strip.data);
    if (alpha) planes.set(alpha, 3 * pixels);
    this.#resampler.push(planes);
  }

  /** The scaled picture, when all rows have come; without alpha where all was opaque. */
  finish(): Layered {
    const { width, height } = this.#to;
    const { result } = this.#resampler;
    const colours = result.subarray(0, 3 * width * height);
    if (this.#opaque) return { picture: picture(width, height, colours.map(clip)) };
    const cover = result.subarray(3 * width * height);
    const unweighted = colours.map((value, i) => {
      const opacity = cover[i % cover.length] as number;
      return opacity < 0.5 ? 255 : clip((value * 255) / opacity);
    });
    const alpha = Uint8Array.from(cover, (value) => Math.round(clip(value)));
    return { picture: picture(width, height, unweighted), alpha };
  }
}

const clip = (value: number) => Math.min(255, Math.max(0, value));

function cropped({ picture: from, alpha }: Layered, to: Size): Layered {
  const data = middleOf(from.data, from, to);
  return { picture: picture(to.width, to.height, data), ...(alpha ? { alpha: middleOf(alpha, from, to) } : {}) };
}

/** The middle of planes [P, from.height, from.width], [P, to.height, to.width]. */
export function middleOf<T extends Float32Array | Uint8Array>(planes: T, from: Size, to: Size): T {
  const left = (from.width - to.width) >> 1;
  const top = (from.height - to.height) >> 1;
  const count = planes.length / (from.width * from.height);
  const result = new (planes.constructor as new (length: number) => T)(count * to.width * to.height);
  for (let row = 0; row < count * to.height; row++) {
    const plane = Math.floor(row / to.height);
    const start = (plane * from.height + top + (row % to.height)) * from.width + left;
    result.set(planes.subarray(start, start + to.width), row * to.width);
  }
  return result;
}
