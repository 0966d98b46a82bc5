/** Pictures in and out: files of any usual format to planar sRGB floats and back, by sharp. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import sharp from 'sharp';
import { expected, GivernyError } from '../../core/errors.js';
import { optionMeta } from '../../core/options/options.js';
import { type Recipe, recipeOfXmp, xmpPacket } from '../../core/painting/recipe.js';
import { fromBytes, fromRgba, type Layered, type Picture, type Size, toBytes } from '../../core/pictures/picture.js';
import { assertWritable, reason, writeAtomically } from './atomic.js';

export interface LoadedPicture extends Layered {
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  /** The file's name without its folder. */
  readonly name: string;
}

export interface ReadOptions {
  /** More pixels are refused before they are decoded: a file of some kilobytes may hold billions. */
  readonly maxPixels?: number;
  /** What sentences and the recipe call bytes that come without a path. */
  readonly name?: string;
}

/** The largest phone photos of 2024 have 108 or, rarely, 200 million pixels. */
const MAX_PIXELS = 150_000_000;
const MIN_SIDE_PX = optionMeta('size').min as number;
const READABLE: readonly (string | undefined)[] = ['jpeg', 'png', 'webp', 'heif', 'tiff', 'gif'];
const READABLE_TEXT = 'a JPEG, PNG, WebP, AVIF, TIFF or GIF picture';

/**
 * Reads a picture at its natural size: turned upright by its EXIF orientation, its colours converted from
 * whatever profile, depth or ink to 8-bit sRGB; of an animation the first frame.
 *
 * Pixels that nobody can see become white, as the paper under a painting: what is stored there is arbitrary.
 *
 * @param source A path, or the bytes of a file.
 * @throws GivernyError FILE_NOT_FOUND, IMAGE_UNREADABLE, FORMAT_UNSUPPORTED, or IMAGE_SIZE for sides
 *   under 32 pixels or too many pixels.
 */
export async function readPicture(source: string | Uint8Array, options: ReadOptions = {}): Promise<LoadedPicture> {
  const { maxPixels = MAX_PIXELS, name = typeof source === 'string' ? source : 'the picture' } = options;
  const bytes = await readBytes(source, name);
  const { format, compression, autoOrient, space, hasProfile } = await readMetadata(bytes, name);
  if (!READABLE.includes(format) || (format === 'heif' && compression !== 'av1')) {
    throw unsupported(name, compression === 'hevc' ? 'HEIC' : String(format).toUpperCase());
  }
  const { width, height } = autoOrient;
  if (width < MIN_SIDE_PX || height < MIN_SIDE_PX) {
    throw new GivernyError(
      'IMAGE_SIZE',
      `Expected both sides to have at least ${MIN_SIDE_PX} pixels but "${name}" is ${width}x${height}.`,
    );
  }
  if (width * height > maxPixels) {
    throw new GivernyError(
      'IMAGE_SIZE',
      `Expected at most ${maxPixels} pixels but "${name}" has ${width * height} (${width}x${height}).`,
    );
  }
  // sharp converts profiles of 16-bit RGB to Display P3, and to sRGB only if asked for a profile in the output.
  const deepProfile = space === 'rgb16' && hasProfile;
  const { data, channels } = await decode(bytes, name, maxPixels, deepProfile);
  return {
    ...(channels === 3 ? { picture: fromBytes(width, height, data) } : fromRgba(width, height, data)),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    name: basename(name),
  };
}

/**
 * The natural size of a picture file, upright, from its first bytes.
 *
 * @throws Error where it cannot be read.
 */
export async function pictureSize(path: string): Promise<Size> {
  const { width, height } = (await sharp(path, { limitInputPixels: false }).metadata()).autoOrient;
  return { width, height };
}

async function readBytes(source: string | Uint8Array, name: string): Promise<Uint8Array> {
  const bytes =
    typeof source !== 'string'
      ? source
      : await readFile(source).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
            throw new GivernyError('FILE_NOT_FOUND', `Expected a picture at "${name}" but there is no such file.`);
          }
          throw new GivernyError('IMAGE_UNREADABLE', `Expected a picture at "${name}" but ${reason(error)}.`, {
            cause: error,
          });
        });
  if (bytes.length === 0) {
    throw new GivernyError('IMAGE_UNREADABLE', `Expected a picture but "${name}" is empty (0 bytes).`);
  }
  return bytes;
}

async function readMetadata(bytes: Uint8Array, name: string) {
  // The prebuilt sharp cannot decode the HEIC of phones; the brand says so where the metadata cannot be read.
  const brand = Buffer.from(bytes.subarray(4, 12)).toString('latin1');
  if (/^ftyp(hei|hev)/.test(brand)) throw unsupported(name, 'HEIC');
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    if (/unsupported image format/.test(String(error))) {
      throw new GivernyError('IMAGE_UNREADABLE', `Expected ${READABLE_TEXT} but "${name}" is none of these.`, {
        cause: error,
      });
    }
    throw damaged(name, error);
  }
}

function unsupported(name: string, format: string): GivernyError {
  return new GivernyError('FORMAT_UNSUPPORTED', `Expected ${READABLE_TEXT} but "${name}" is ${format}.`);
}

function damaged(name: string, cause: unknown): GivernyError {
  const why = (cause as Error).message.split('\n')[0];
  return new GivernyError(
    'IMAGE_UNREADABLE',
    `Expected a whole picture but "${name}" is cut short or damaged (${why}).`,
    {
      cause,
    },
  );
}

/** Interleaved 8-bit sRGB, 3 channels, or 4 with alpha. */
async function decode(bytes: Uint8Array, name: string, maxPixels: number, deepProfile: boolean) {
  const attempt = async (failOn: 'warning' | 'error') => {
    const pipeline = sharp(bytes, { failOn, limitInputPixels: maxPixels }).autoOrient().toColourspace('srgb');
    if (deepProfile) pipeline.withIccProfile('srgb');
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { data, channels: info.channels };
  };
  try {
    return await attempt('warning');
  } catch (error) {
    // Harmless oddities warn as well (many phones write such JPEGs); broken image data only warns in JPEG.
    if (/Corrupt JPEG data: (?!\d+ extraneous)/.test(String(error))) throw damaged(name, error);
    return attempt('error').catch((cause) => {
      throw damaged(name, cause);
    });
  }
}

export const FORMATS = ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const;
export type PictureFormat = (typeof FORMATS)[number];

const EXTENSIONS: Readonly<Record<string, PictureFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'avif',
};

/**
 * The format that a path's extension stands for.
 *
 * @throws GivernyError FORMAT_UNSUPPORTED.
 */
export function formatOf(path: string): PictureFormat {
  const extension = extname(path).toLowerCase();
  const format = EXTENSIONS[extension];
  if (format) return format;
  throw new GivernyError(
    'FORMAT_UNSUPPORTED',
    `Expected a name ending in ${Object.keys(EXTENSIONS).join(', ')} for the picture to write but received "${path}".`,
  );
}

/**
 * Checks before a painting begins that its picture can be written at its end.
 *
 * @throws GivernyError FORMAT_UNSUPPORTED, WRITE_FAILED.
 */
export async function assertWritablePicture(path: string): Promise<void> {
  formatOf(path);
  await assertWritable(path);
}

/** What goes into a file besides the picture. */
export interface Finish {
  /** [height, width], as in Layered; in a JPEG what is transparent turns white. */
  readonly alpha?: Uint8Array | undefined;
  /** Travels in the file's metadata. */
  readonly recipe?: Recipe | undefined;
  /** Of JPEG, WebP and AVIF, 1 to 100. */
  readonly quality?: number | undefined;
}

/** The bytes of an image file, tagged sRGB; values are clipped to 0..255 and truncated. */
export async function encodePicture(source: Picture, format: PictureFormat, finish: Finish = {}): Promise<Uint8Array> {
  const { alpha, recipe, quality = 95 } = finish;
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw expected('a whole number from 1 to 100', 'quality', quality);
  }
  const { width, height } = source;
  const pipeline = sharp(alpha ? interleave(toBytes(source), alpha) : toBytes(source), {
    raw: { width, height, channels: alpha ? 4 : 3 },
    limitInputPixels: false,
  }).withIccProfile('srgb');
  if (recipe) pipeline.withXmp(xmpPacket(recipe));
  switch (format) {
    case 'png':
      return pipeline.png().toBuffer();
    case 'tiff':
      return pipeline.tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer();
    case 'webp':
      return pipeline.webp({ quality }).toBuffer();
    case 'avif':
      return pipeline.avif({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
    case 'jpeg':
      // Brush strokes are fine colour detail: halved chroma would smear them.
      return pipeline.flatten({ background: 'white' }).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
  }
}

/**
 * Writes a picture in the format of its extension, whole or not at all.
 *
 * @returns the path that was written: `path`, or a neighbour where another program keeps that file open.
 * @throws GivernyError FORMAT_UNSUPPORTED, WRITE_FAILED, DISK_FULL.
 */
export async function writePicture(path: string, source: Picture, finish: Finish = {}): Promise<string> {
  return writeAtomically(path, await encodePicture(source, formatOf(path), finish));
}

function interleave(rgb: Uint8Array, alpha: Uint8Array): Uint8Array {
  if (rgb.length !== 3 * alpha.length) {
    throw new RangeError(`A picture of ${rgb.length / 3} pixels needs as many values of alpha, not ${alpha.length}.`);
  }
  const rgba = new Uint8Array(4 * alpha.length);
  for (let i = 0; i < alpha.length; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = rgb[3 * i + c] as number;
    rgba[4 * i + 3] = alpha[i] as number;
  }
  return rgba;
}

/**
 * The recipe that a painted picture carries.
 *
 * @throws GivernyError RECIPE_INVALID where there is none or it was changed; otherwise as readPicture.
 */
export async function readRecipe(source: string | Uint8Array, name?: string): Promise<Recipe> {
  const called = name ?? (typeof source === 'string' ? source : 'the picture');
  const { xmpAsString = '' } = await readMetadata(await readBytes(source, called), called);
  const recipe = recipeOfXmp(xmpAsString, called);
  if (recipe) return recipe;
  throw new GivernyError('RECIPE_INVALID', `Expected a picture painted by Giverny but "${called}" carries no recipe.`);
}
