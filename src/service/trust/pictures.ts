/** Pictures from strangers: what they are is read from their bytes, and how many pixels they have before any is decoded. */
import { GivernyError } from '../../core/errors.js';
import { openPictureFile } from '../../node/files/picture-file.js';
import { readHeader } from '../../node/files/picture-header.js';

/** Pixels of an uploaded picture; 108 million are a large phone's. */
export const MAX_PIXELS = 120_000_000;

export interface CheckedPicture {
  readonly name: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
}

/** How files begin that are read, in hex: JPEG, PNG, WebP, AVIF, TIFF, GIF. Nothing else reaches a decoder. */
const BEGINNINGS =
  /^(ffd8ff|89504e470d0a1a0a|52494646.{8}57454250|.{8}66747970|49492[ab]00|4d4d002[ab]|474946383[79]61)/;

/** @throws GivernyError IMAGE_UNREADABLE, FORMAT_UNSUPPORTED (SVG and PDF among them), IMAGE_SIZE. */
export async function checkPicture(bytes: Uint8Array, name: string): Promise<CheckedPicture> {
  const plain = plainName(name);
  if (bytes.length > 0 && !BEGINNINGS.test(Buffer.from(bytes.subarray(0, 16)).toString('hex'))) {
    throw new GivernyError(
      'FORMAT_UNSUPPORTED',
      `Expected a JPEG, PNG, WebP, AVIF, TIFF or GIF picture but "${plain}" is none of these.`,
    );
  }
  const { format, natural } = await readHeader(await openPictureFile(bytes, plain), MAX_PIXELS);
  return { name: plain, mediaType: `image/${format === 'heif' ? 'avif' : format}`, ...natural };
}

/** A name to show, from whatever a client calls its file: no folders, nothing unprintable. */
function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replace(/[^\p{L}\p{N} ._()-]/gu, '_').slice(-80);
  return /[\p{L}\p{N}]/u.test(plain) ? plain : 'picture';
}
