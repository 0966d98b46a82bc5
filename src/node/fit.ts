/** Pictures brought to the size to paint at. */
import { GivernyError } from '../core/errors.js';
import { type Options, optionMeta } from '../core/options.js';
import { picture, type Size } from '../core/picture.js';
import { resamplePlanes } from '../core/resample.js';
import type { Layered } from './images.js';

const MIN_SIDE_PX = optionMeta('size').min as number;

export interface FittedPicture extends Layered {
  /** What was done, for people to read; absent where the picture had the size already. */
  readonly note?: string;
}

/**
 * Brings a picture to the size to paint at. A number is the long side, in pixels, of the result, the aspect
 * kept; width and height are met exactly by scaling and cropping the middle. A smaller picture is enlarged,
 * so that the size asked for is the size painted. Values are clipped to 0..255.
 *
 * @throws GivernyError IMAGE_SIZE where a side would come below 32 pixels.
 */
export async function fitPicture(
  source: Layered & { readonly name?: string },
  size: Options['size'],
): Promise<FittedPicture> {
  const { picture: from, alpha } = source;
  const scale = typeof size === 'number' ? size / Math.max(from.width, from.height) : 0;
  const to =
    typeof size === 'number'
      ? { width: Math.round(from.width * scale), height: Math.round(from.height * scale) }
      : { width: size.width, height: size.height };
  if (to.width < MIN_SIDE_PX || to.height < MIN_SIDE_PX) {
    const what = source.name === undefined ? text(from) : `"${source.name}" of ${text(from)}`;
    throw new GivernyError(
      'IMAGE_SIZE',
      `Expected both sides to have at least ${MIN_SIDE_PX} pixels but ${what} becomes ${text(to)}.`,
    );
  }
  if (from.width === to.width && from.height === to.height) return { picture: from, ...(alpha ? { alpha } : {}) };
  if (typeof size === 'number' || from.width * to.height === from.height * to.width) {
    return { ...scaled(source, to), note: `resized from ${text(from)} to ${text(to)}` };
  }
  return {
    ...cropped(scaled(source, covering(from, to)), to),
    note: `resized from ${text(from)} and cropped to ${text(to)}`,
  };
}

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

/** The middle of a picture. */
function cropped({ picture: from, alpha }: Layered, to: Size): Layered {
  const left = (from.width - to.width) >> 1;
  const top = (from.height - to.height) >> 1;
  const middle = <T extends Float32Array | Uint8Array>(planes: T, result: T): T => {
    for (let row = 0; row * to.width < result.length; row++) {
      const plane = Math.floor(row / to.height);
      const start = (plane * from.height + top + (row % to.height)) * from.width + left;
      result.set(planes.subarray(start, start + to.width), row * to.width);
    }
    return result;
  };
  const result = picture(to.width, to.height);
  middle(from.data, result.data);
  return { picture: result, ...(alpha ? { alpha: middle(alpha, new Uint8Array(to.width * to.height)) } : {}) };
}
