/** Picture files written, with their recipe. */
import sharp from 'sharp';
import { expected } from '../../core/errors.js';
import { type Recipe, recipePacket } from '../../core/painting/recipe.js';
import { type Picture, toBytes, toImageData } from '../../core/pictures/picture.js';
import { assertWritable, writeAtomically } from './atomic.js';
import { carrierOf, type Raster } from './carrier.js';
import { exifBytes, tiffWithExif } from './exif/carried.js';
import { assertBits, formatOf, type PictureFormat, type PrintWish } from './formats.js';
import { builtIn, inProfile, type Print } from './print.js';

/**
 * Checks before a painting begins that its picture can be written at its end.
 *
 * @throws GivernyError FORMAT_UNSUPPORTED, OPTION_INVALID where the format has no 16 bits, WRITE_FAILED.
 */
export async function assertWritablePicture(path: string, bits?: PrintWish['bits']): Promise<void> {
  assertBits(formatOf(path), bits);
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
  /** Default: sRGB of 8 bits. */
  readonly print?: Print | undefined;
}

/**
 * The bytes of an image file. Values are clipped to 0..255; 8 bits are truncated as the notebook does, 16 bits are
 * rounded.
 *
 * @throws GivernyError OPTION_INVALID where the format has no 16 bits.
 */
export async function encodePicture(source: Picture, format: PictureFormat, finish: Finish = {}): Promise<Uint8Array> {
  const { alpha, recipe, quality = 95, print = { bits: 8 } } = finish;
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw expected('a whole number from 1 to 100', 'quality', quality);
  }
  assertBits(format, print.bits);
  const { width, height } = source;
  const { density, exif } = print;
  const profile = print.profile ?? (await builtIn('srgb'));
  const stored = { width, height, density, isSrgb: print.profile === undefined };
  // In a TIFF, libvips does not write EXIF.
  const isApart = format !== 'tiff' && (exif !== undefined || density !== undefined);
  const carrier = await carrierOf(
    { ...(await samplesOf(source, alpha, print)), width, height, channels: alpha ? 4 : 3 },
    { profile, density, exif: isApart ? exifBytes(exif, stored) : undefined },
  );
  const pipeline = sharp(carrier, { limitInputPixels: false }).keepIccProfile();
  if (isApart) pipeline.keepExif();
  if (print.bits === 16) pipeline.toColourspace('rgb16');
  if (recipe) pipeline.withXmp(recipePacket(recipe));
  switch (format) {
    case 'png':
      return pipeline.png().toBuffer();
    case 'tiff': {
      const perMm = density === undefined ? {} : { xres: density / 25.4, yres: density / 25.4 };
      const tiff = await pipeline
        .tiff({ compression: 'deflate', predictor: 'horizontal', resolutionUnit: 'inch', ...perMm })
        .toBuffer();
      return exif ? tiffWithExif(tiff, exif, stored) : tiff;
    }
    case 'webp':
      return pipeline.webp({ quality }).toBuffer();
    case 'avif':
      return pipeline.avif({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
    case 'jpeg':
      // Brush strokes are fine colour detail: halved chroma would smear them.
      return pipeline.flatten({ background: 'white' }).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
  }
}

/** Interleaved numbers in the profile that is asked for. */
async function samplesOf(
  source: Picture,
  alpha: Uint8Array | undefined,
  { bits, profile }: Print,
): Promise<Pick<Raster, 'samples'>> {
  if (bits === 8 && !profile) {
    return { samples: alpha ? new Uint8Array(toImageData({ picture: source, alpha }).data.buffer) : toBytes(source) };
  }
  const { width, height } = source;
  const rgb = wide(source, alpha);
  const converted = profile ? await inProfile({ samples: rgb, width, height, channels: alpha ? 4 : 3 }, profile) : rgb;
  return { samples: bits === 16 ? converted : Uint8Array.from(converted, (sample) => sample / 257) };
}

/** Of 16 bits, rounded: [height, width, 3], or 4 with alpha. */
function wide({ width, height, data }: Picture, alpha: Uint8Array | undefined): Uint16Array {
  const plane = width * height;
  const channels = alpha ? 4 : 3;
  const samples = new Uint16Array(channels * plane);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < plane; i++) {
      samples[channels * i + c] = Math.round(257 * Math.min(255, Math.max(0, data[c * plane + i] as number)));
    }
  }
  if (alpha) for (let i = 0; i < plane; i++) samples[4 * i + 3] = 257 * (alpha[i] as number);
  return samples;
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
