/** Pictures brought to the size to paint at. */
import { GivernyError } from '../errors.js';
import { type Options, optionMeta } from '../options/options.js';
import { type Layered, picture, type Size } from './picture.js';
import { resamplePlanes } from './resample.js';

const MIN_SIDE_PX = optionMeta('size').min as number;

export interface FittedPicture extends Layered {
  /** What was done, for people to read; absent where the picture had the size already. */
  readonly note?: string;
}

/** How something becomes as large as a painting: scaled, then cut down to its middle. */
export interface Fitting {
  readonly scaled: Size;
  readonly fitted: Size;
}

/**
 * A number is the long side, in pixels, of the result, the aspect kept; width and height are met exactly by scaling
 * and cropping the middle, or by stretching.
 *
 * @param name what the sentence calls the picture.
 * @throws GivernyError IMAGE_SIZE where a side would come below 32 pixels.
 */
export function fittingOf(from: Size, size: Options['size'], name?: string, fit: Options['fit'] = 'crop'): Fitting {
  const scale = typeof size === 'number' ? size / Math.max(from.width, from.height) : 0;
  const fitted =
    typeof size === 'number'
      ? { width: Math.round(from.width * scale), height: Math.round(from.height * scale) }
      : { width: size.width, height: size.height };
  if (fitted.width < MIN_SIDE_PX || fitted.height < MIN_SIDE_PX) {
    const what = name === undefined ? text(from) : `"${name}" of ${text(from)}`;
    throw new GivernyError(
      'IMAGE_SIZE',
      `Expected both sides to have at least ${MIN_SIDE_PX} pixels but ${what} becomes ${text(fitted)}.`,
    );
  }
  const sameAspect =
    typeof size === 'number' || fit === 'stretch' || from.width * fitted.height === from.height * fitted.width;
  return { scaled: sameAspect ? fitted : covering(from, fitted), fitted };
}

/**
 * Brings a picture to the size to paint at, as fittingOf says. A smaller picture is enlarged, so that the size asked
 * for is the size painted. Values are clipped to 0..255.
 *
 * @throws GivernyError IMAGE_SIZE where a side would come below 32 pixels.
 */
export async function fitPicture(
  source: Layered & { readonly name?: string },
  size: Options['size'],
  fit: Options['fit'] = 'crop',
): Promise<FittedPicture> {
  const { picture: from, alpha } = source;
  const { scaled: whole, fitted } = fittingOf(from, size, source.name, fit);
  if (isSameSize(from, fitted)) return { picture: from, ...(alpha ? { alpha } : {}) };
  const resized = scaled(source, whole);
  if (isSameSize(whole, fitted)) return { ...resized, note: `resized from ${text(from)} to ${text(fitted)}` };
  return { ...cropped(resized, fitted), note: `resized from ${text(from)} and cropped to ${text(fitted)}` };
}

/** The size that styles are brought to beside a painting of `size`. */
export function styleSize({ size, styleScale }: Pick<Options, 'size' | 'styleScale'>): Options['size'] {
  if (typeof size === 'number') return size * styleScale;
  return { width: Math.round(size.width * styleScale), height: Math.round(size.height * styleScale) };
}

const isSameSize = (a: Size, b: Size) => a.width === b.width && a.height === b.height;

const text = ({ width, height }: Size) => `${width}x${height}`;

/** The size of least area that has the aspect of `from`, to the pixel, and holds `to`. */
function covering(from: Size, to: Size): Size {
  const scale = Math.max(to.width / from.width, to.height / from.height);
  return { width: Math.round(from.width * scale), height: Math.round(from.height * scale) };
}

/** Colours are weighted by alpha, so that transparent pixels do not bleed into visible ones. */
function scaled({ picture: from, alpha }: Layered, to: Size): Layered {
  if (!alpha) return { picture: picture(to.width, to.height, resamplePlanes(from.data, from, to).map(clip)) };
  const pixels = alpha.length;
  const weighted = from.data.map((value, i) => (value * (alpha[i % pixels] as number)) / 255);
  const cover = resamplePlanes(Float32Array.from(alpha), from, to);
  const colours = resamplePlanes(weighted, from, to).map((value, i) => {
    const opacity = cover[i % cover.length] as number;
    return opacity < 0.5 ? 255 : clip((value * 255) / opacity);
  });
  return {
    picture: picture(to.width, to.height, colours),
    alpha: Uint8Array.from(cover, (value) => Math.round(clip(value))),
  };
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
