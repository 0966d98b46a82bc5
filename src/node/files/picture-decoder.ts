/** The pixels of a picture's file, by strips of rows. */
import sharp from 'sharp';
import type { GivernyError } from '../../core/errors.js';
import type { Samples } from './color/converter.js';
import type { StoredColor } from './color/stored.js';
import { hasAllScans, withJpegEnd } from './jpeg-end.js';
import type { PictureFile } from './picture-file.js';
import { type Header, undecodable } from './picture-header.js';

/** Rows of a picture as they are stored: not turned upright. */
export interface Strip {
  readonly samples: Samples;
  /** Interleaved. */
  readonly channels: 3 | 4;
}

/** libvips keeps finished operations with their rows, in case one is asked for again; here none ever is. */
sharp.cache(false);

/** Size of a strip. Buffers of more than 32 MB go back to the system at once; smaller ones wait in glibc's heap. */
const STRIP_BYTES = 36 * 2 ** 20;

/** Whether a picture's samples are more than one strip. */
export const isLarge = (header: Header, color: StoredColor) => header.height * rowBytes(header, color) > STRIP_BYTES;

/** How many rows to decode at once: all of them where the decoder unpacks the whole picture for any of them. */
export function rowsAtOnce(header: Header, color: StoredColor): number {
  const { format, isProgressive, height } = header;
  const streams = format === 'tiff' || ((format === 'jpeg' || format === 'png') && !isProgressive);
  return streams ? Math.min(height, Math.max(1, Math.floor(STRIP_BYTES / rowBytes(header, color)))) : height;
}

function rowBytes({ width, channels }: Header, color: StoredColor): number {
  return width * Math.max(3, channels) * { uchar: 1, ushort: 2, float: 4 }[color.depth];
}

/** Decodes a picture's rows. A strip further down costs the decoding of all rows above it. */
export class PictureDecoder {
  #input: Uint8Array | string;

  constructor(
    readonly file: PictureFile,
    readonly header: Header,
  ) {
    this.#input = file.input;
  }

  /**
   * @param rows how many, from `top` on.
   * @throws GivernyError IMAGE_UNREADABLE, FORMAT_UNSUPPORTED where there is no decoder.
   */
  async read(color: StoredColor, top: number, rows: number): Promise<Strip> {
    try {
      return await this.#attempt(color, top, rows, 'warning');
    } catch (error) {
      if (this.#lacksItsEnd(error)) return this.read(color, top, rows);
      // Harmless oddities warn as well (many phones write such JPEGs); broken image data only warns in JPEG.
      if (/Corrupt JPEG data: (?!\d+ extraneous)/.test(String(error))) throw this.#refusal(error);
      return this.#attempt(color, top, rows, 'error').catch((cause) => {
        throw this.#refusal(cause);
      });
    }
  }

  async #attempt(color: StoredColor, top: number, rows: number, failOn: 'warning' | 'error'): Promise<Strip> {
    const { width, height, space, hasProfile } = this.header;
    const pipeline = sharp(this.#input, { failOn, limitInputPixels: width * height, ignoreIcc: !color.managed });
    if (rows < height) pipeline.extract({ left: 0, top, width, height: rows });
    const { depth } = color;
    if (depth === 'uchar') pipeline.toColourspace('srgb');
    if (depth === 'ushort') pipeline.toColourspace('rgb16');
    if (depth === 'float' && space === 'scrgb') pipeline.toColourspace('scrgb');
    // sharp converts profiles of 16-bit RGB to Display P3, and to sRGB only if asked for a profile in the output.
    if (color.managed && space === 'rgb16' && hasProfile) pipeline.withIccProfile('srgb');
    const { data, info } = await pipeline.raw({ depth }).toBuffer({ resolveWithObject: true });
    return { samples: samplesOf(data, depth), channels: info.channels as 3 | 4 };
  }

  /** Whether this is a JPEG that lacks no more than its end marker; it has one from then on. */
  #lacksItsEnd(error: unknown): boolean {
    if (this.#input !== this.file.input || !/premature end of JPEG/.test(String(error))) return false;
    if (typeof this.#input === 'string' || !hasAllScans(this.#input)) return false;
    this.#input = withJpegEnd(this.#input);
    return true;
  }

  #refusal(cause: unknown): GivernyError {
    return undecodable(this.file.name, this.header, cause);
  }
}

function samplesOf(data: Buffer, depth: 'uchar' | 'ushort' | 'float'): Samples {
  if (depth === 'uchar') return data;
  const { buffer, byteOffset, byteLength } = data;
  return depth === 'ushort'
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Float32Array(buffer, byteOffset, byteLength / 4);
}
