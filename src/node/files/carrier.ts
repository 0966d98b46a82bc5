/**
 * A picture as an uncompressed PNG in memory, with what sharp cannot be told but keeps: a profile whose numbers the
 * pixels are already, EXIF as bytes, a resolution. Source: PNG, third edition.
 */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Size } from '../../core/pictures/picture.js';

/** Interleaved numbers of 8 or 16 bits, [height, width, channels]. */
export interface Raster extends Size {
  readonly samples: Uint8Array | Uint16Array;
  readonly channels: 3 | 4;
}

export interface Carried {
  /** An ICC profile. */
  readonly profile?: Uint8Array | undefined;
  /** A TIFF structure. */
  readonly exif?: Uint8Array | undefined;
  /** In pixels per inch. */
  readonly density?: number | undefined;
}

/** Signature and header. */
const BEFORE_CHUNKS = 33;

export async function carrierOf({ samples, channels, width, height }: Raster, carried: Carried): Promise<Buffer> {
  const raw = sharp(samples, { raw: { width, height, channels }, limitInputPixels: false });
  if (samples instanceof Uint16Array) raw.toColourspace('rgb16');
  const png = await raw.png({ compressionLevel: 0 }).toBuffer();
  const { profile, exif, density } = carried;
  return Buffer.concat([
    png.subarray(0, BEFORE_CHUNKS),
    ...(profile ? [chunk('iCCP', Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(profile)]))] : []),
    ...(density === undefined ? [] : [chunk('pHYs', physical(density))]),
    ...(exif ? [chunk('eXIf', exif)] : []),
    png.subarray(BEFORE_CHUNKS),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const result = Buffer.alloc(12 + data.length);
  result.writeUInt32BE(data.length, 0);
  result.write(type, 4, 'latin1');
  result.set(data, 8);
  result.writeUInt32BE(crc32(result.subarray(4, 8 + data.length)), 8 + data.length);
  return result;
}

/** Pixels per metre, of both sides. */
function physical(density: number): Buffer {
  const result = Buffer.alloc(9);
  for (const at of [0, 4]) result.writeUInt32BE(Math.round(density / 0.0254), at);
  result[8] = 1;
  return result;
}
