/** Picture files read: of any usual format, to planar sRGB floats. */
import { basename } from 'node:path';
import sharp from 'sharp';
import type { Options } from '../../core/options/options.js';
import { fittingOf, StripScaler } from '../../core/pictures/fit.js';
import { oriented } from '../../core/pictures/orient.js';
import type { Layered, Size } from '../../core/pictures/picture.js';
import { ColorConverter, fromSamples } from './color/converter.js';
import { type StoredColor, storedColor } from './color/stored.js';
import { isLarge, PictureDecoder, rowsAtOnce, type Strip } from './picture-decoder.js';
import { openPictureFile, type PictureSource } from './picture-file.js';
import { readHeader } from './picture-header.js';
import { assertRegularFile } from './read.js';

export interface LoadedPicture extends Layered {
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  /** The file's name without its folder. */
  readonly name: string;
  /** Size of the file's picture in pixels, upright; `picture` may be smaller, see ReadOptions.size. */
  readonly natural: Size;
  /** Sentences for people about how the file was read. */
  readonly notices: readonly string[];
}

export interface ReadOptions {
  /**
   * The size that fitPicture will bring the picture to. A large picture is then scaled while it is decoded, so that
   * it is never in memory whole; fitPicture gives the same result as for the whole picture, to rounding.
   */
  readonly size?: Options['size'];
  /** How fitPicture will bring it there. */
  readonly fit?: Options['fit'] | undefined;
  /** More pixels are refused before they are decoded: a file of some kilobytes may hold billions. */
  readonly maxPixels?: number;
  /** What sentences and the recipe call bytes that come without a path. */
  readonly name?: string;
}

/** The largest phone photos of 2024 have 108 or, rarely, 200 million pixels. */
const MAX_PIXELS = 150_000_000;
/** Pixels that are floats at one time. */
const BLOCK_PIXELS = 250_000;

/**
 * Reads a picture: turned upright by its EXIF orientation, its colours converted to sRGB in 0..255 from whatever
 * profile, depth or ink; of an animation the first frame.
 *
 * Pixels that nobody can see become white, as the paper under a painting: what is stored there is arbitrary.
 *
 * @param source A path, or the bytes of a file.
 * @throws GivernyError FILE_NOT_FOUND, IMAGE_UNREADABLE, FORMAT_UNSUPPORTED, or IMAGE_SIZE for sides
 *   under 32 pixels or too many pixels.
 */
export async function readPicture(source: PictureSource, options: ReadOptions = {}): Promise<LoadedPicture> {
  const { size, fit, maxPixels = MAX_PIXELS } = options;
  const file = await openPictureFile(source, options.name);
  const header = await readHeader(file, maxPixels);
  const decoder = new PictureDecoder(file, header);
  const color = await storedColor(file, header, () => peakOfFloats(decoder));
  const convert = await conversion(decoder, color);
  const { natural, orientation = 1 } = header;
  const scaled = size === undefined ? undefined : fittingOf(natural, size, file.name, fit).scaled;
  const read =
    scaled === undefined || !isLarge(header, color)
      ? convert(await decoder.read(color, 0, header.height))
      : await readScaled(decoder, color, convert, orientation >= 5 ? turned(scaled) : scaled);
  const name = basename(file.name);
  return {
    ...oriented(read, orientation),
    sha256: file.sha256,
    name,
    natural,
    notices: color.notice === undefined ? [] : [`${name}: ${color.notice}`],
  };
}

const turned = ({ width, height }: Size): Size => ({ width: height, height: width });

/**
 * The natural size of a picture file, upright, from its first bytes.
 *
 * @throws Error where it cannot be read, or is no regular file.
 */
export async function pictureSize(path: string): Promise<Size> {
  await assertRegularFile(path);
  const { width, height } = (await sharp(path, { limitInputPixels: false }).metadata()).autoOrient;
  return { width, height };
}

/** @param to as the file's rows lie. */
async function readScaled(
  decoder: PictureDecoder,
  color: StoredColor,
  convert: Conversion,
  to: Size,
): Promise<Layered> {
  const { width } = decoder.header;
  let scaler: StripScaler | undefined;
  for await (const { samples, channels } of strips(decoder, color)) {
    scaler ??= new StripScaler(decoder.header, to, channels === 4);
    const block = channels * width * Math.max(1, Math.floor(BLOCK_PIXELS / width));
    for (let at = 0; at < samples.length; at += block) {
      scaler.push(convert({ samples: samples.subarray(at, at + block), channels }));
    }
  }
  return (scaler as StripScaler).finish();
}

/** All of a picture, from the top. */
async function* strips(decoder: PictureDecoder, color: StoredColor): AsyncGenerator<Strip> {
  const { height } = decoder.header;
  const rows = rowsAtOnce(decoder.header, color);
  for (let top = 0; top < height; top += rows) yield await decoder.read(color, top, Math.min(rows, height - top));
}

type Conversion = (strip: Strip) => Layered;

/** How the picture's samples become sRGB; of a high dynamic range the brightest light is looked for first. */
async function conversion(decoder: PictureDecoder, color: StoredColor): Promise<Conversion> {
  const { width } = decoder.header;
  if (!color.encoding) return ({ samples, channels }) => fromSamples(samples, channels, width, color.max);
  const converter = new ColorConverter(color.encoding, color.max);
  let peak = 1;
  if (color.encoding.highRange) {
    for await (const { samples, channels } of strips(decoder, color)) {
      peak = Math.max(peak, converter.peakOf(samples, channels));
    }
  }
  return ({ samples, channels }) => converter.convert(samples, channels, width, peak);
}

async function peakOfFloats(decoder: PictureDecoder): Promise<number> {
  let peak = 0;
  for await (const { samples } of strips(decoder, { managed: false, depth: 'float', max: 1 })) {
    for (const sample of samples) peak = Math.max(peak, sample);
  }
  return peak;
}
