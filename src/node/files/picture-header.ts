/** What a picture's file says of itself, and which files are refused before they are decoded. */
import sharp, { type Metadata } from 'sharp';
import { GivernyError } from '../../core/errors.js';
import { optionMeta } from '../../core/options/options.js';
import type { Size } from '../../core/pictures/picture.js';
import type { PictureFile } from './picture-file.js';

export interface Header extends Metadata {
  /** Size of the picture in pixels, turned upright. */
  readonly natural: Size;
}

const MIN_SIDE_PX = optionMeta('size').min as number;
const READABLE: readonly (string | undefined)[] = ['jpeg', 'png', 'webp', 'heif', 'tiff', 'gif'];
const READABLE_TEXT = 'a JPEG, PNG, WebP, AVIF, TIFF or GIF picture';

/** @throws GivernyError IMAGE_UNREADABLE, FORMAT_UNSUPPORTED. */
export async function readMetadata({ input, head, name }: PictureFile): Promise<Metadata> {
  try {
    return await sharp(input, { limitInputPixels: false }).metadata();
  } catch (error) {
    if (hasHeicBrand(head)) throw undecodableHeic(name, error);
    if (/unsupported image format/.test(String(error))) {
      throw new GivernyError('IMAGE_UNREADABLE', `Expected ${READABLE_TEXT} but "${name}" is none of these.`, {
        cause: error,
      });
    }
    throw damaged(name, error);
  }
}

/**
 * Reads a picture's header.
 *
 * @param maxPixels a picture of more is refused.
 * @throws GivernyError as readMetadata, and IMAGE_SIZE for sides under 32 pixels or too many pixels.
 */
export async function readHeader(file: PictureFile, maxPixels: number): Promise<Header> {
  const metadata = await readMetadata(file);
  const { name } = file;
  if (!READABLE.includes(metadata.format)) {
    throw new GivernyError(
      'FORMAT_UNSUPPORTED',
      `Expected ${READABLE_TEXT} but "${name}" is ${String(metadata.format).toUpperCase()}.`,
    );
  }
  const { width, height } = metadata.autoOrient;
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
  return { ...metadata, natural: { width, height } };
}

/** The sentence for a file that cannot be decoded. */
export function undecodable(name: string, { format, compression }: Metadata, cause: unknown): GivernyError {
  if (format === 'heif' && compression !== 'av1') return undecodableHeic(name, cause);
  return damaged(name, cause);
}

function damaged(name: string, cause: unknown): GivernyError {
  const why = (cause as Error).message.split('\n')[0];
  return new GivernyError(
    'IMAGE_UNREADABLE',
    `Expected a whole picture but "${name}" is cut short or damaged (${why}).`,
    { cause },
  );
}

/** Phones write HEIC; sharp as npm installs it has no decoder for its video codec, a libvips of one's own may. */
function undecodableHeic(name: string, cause: unknown): GivernyError {
  return new GivernyError(
    'FORMAT_UNSUPPORTED',
    `Expected ${READABLE_TEXT} but "${name}" is HEIC, and there is no decoder for it here; save it as JPEG, for example with "sips -s format jpeg photo.heic --out photo.jpg" on a Mac or "heif-convert photo.heic photo.jpg" on Linux.`,
    { cause },
  );
}

const hasHeicBrand = (head: Uint8Array) => /^ftyp(hei|hev)/.test(Buffer.from(head.subarray(4, 12)).toString('latin1'));
