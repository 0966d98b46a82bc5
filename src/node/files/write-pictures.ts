/** Picture files written: sRGB, with their recipe. */
import sharp from 'sharp';
import { expected } from '../../core/errors.js';
import { type Recipe, recipePacket } from '../../core/painting/recipe.js';
import { type Picture, toBytes, toImageData } from '../../core/pictures/picture.js';
import { assertWritable, writeAtomically } from './atomic.js';
import { formatOf, type PictureFormat } from './formats.js';

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
  const pixels = alpha ? toImageData({ picture: source, alpha }).data : toBytes(source);
  const pipeline = sharp(pixels, {
    raw: { width, height, channels: alpha ? 4 : 3 },
    limitInputPixels: false,
  }).withIccProfile('srgb');
  if (recipe) pipeline.withXmp(recipePacket(recipe));
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
