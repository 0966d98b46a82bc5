/** Pictures brought to the size to paint at. */
import sharp from 'sharp';
import { GivernyError } from '../core/errors.js';
import { type Options, optionMeta } from '../core/options.js';
import { type Picture, picture } from '../core/picture.js';
import type { Layered } from './images.js';

const MIN_SIDE_PX = optionMeta('size').min as number;

export interface FittedPicture extends Layered {
  /** What was done, for people to read; absent where the picture had the size already. */
  readonly note?: string;
}

/**
 * Brings a picture to the size to paint at. A number is the long side, in pixels, of the result, the aspect
 * kept; width and height are met exactly by scaling and cropping the middle. A smaller picture is enlarged,
 * so that the size asked for is the size painted.
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
  const exact = typeof size !== 'number' && from.width * to.height !== from.height * to.width;
  return {
    ...(await resample(source, to, exact ? 'cover' : 'fill')),
    note: exact ? `resized from ${text(from)} and cropped to ${text(to)}` : `resized from ${text(from)} to ${text(to)}`,
  };
}

const text = ({ width, height }: Size) => `${width}x${height}`;

/** Scales a picture to exactly width x height pixels, without cropping; values are clipped to 0..255. */
export async function resizePicture(source: Picture, width: number, height: number): Promise<Picture> {
  if (source.width === width && source.height === height) return source;
  return (await resample({ picture: source }, { width, height }, 'fill')).picture;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Resamples by Lanczos, plane by plane: colours are weighted by alpha, so that transparent pixels do not
 * bleed into visible ones.
 */
async function resample({ picture: from, alpha }: Layered, to: Size, fit: 'fill' | 'cover'): Promise<Layered> {
  const scaled = (plane: Float32Array) => resamplePlane(plane, from, to, fit);
  const area = to.width * to.height;
  const pixels = from.width * from.height;
  const data = new Float32Array(3 * area);
  const cover = alpha && (await scaled(Float32Array.from(alpha)));
  for (let c = 0; c < 3; c++) {
    const plane = from.data.subarray(c * pixels, (c + 1) * pixels);
    if (!alpha || !cover) {
      data.set(await scaled(plane), c * area);
      continue;
    }
    const weighted = await scaled(plane.map((value, i) => (value * (alpha[i] as number)) / 255));
    data.set(
      weighted.map((value, i) =>
        (cover[i] as number) < 0.5 ? 255 : Math.min(255, (value * 255) / (cover[i] as number)),
      ),
      c * area,
    );
  }
  return {
    picture: picture(to.width, to.height, data),
    ...(cover ? { alpha: Uint8Array.from(cover, Math.round) } : {}),
  };
}

/** One plane of 0..255. sharp resamples whole numbers only: 16 bits keep 1/257 of a level. */
async function resamplePlane(plane: Float32Array, from: Size, to: Size, fit: 'fill' | 'cover'): Promise<Float32Array> {
  const deep = new Uint16Array(plane.length);
  for (let i = 0; i < plane.length; i++) deep[i] = Math.min(255, Math.max(0, plane[i] as number)) * 257 + 0.5;
  const { data } = await sharp(deep, {
    raw: { width: from.width, height: from.height, channels: 1 },
    limitInputPixels: false,
  })
    .resize(to.width, to.height, { kernel: 'lanczos3', fit, position: 'centre' })
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const words = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return Float32Array.from(words, (word) => word / 257);
}
