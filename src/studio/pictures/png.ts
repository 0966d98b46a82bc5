/** PNG by hand: chunks for metadata, and pictures of few colours whose bytes do not depend on the browser. */

import { joined } from '../../core/bytes.js';
import type { RGB } from '../../core/pictures/flat-colors.js';
import type { Size } from '../../core/pictures/picture.js';
import { uint32 } from './bytes.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** @param pixels [height, width], indices of the palette's colours. */
export function encodePalettePng(
  { width, height }: Size,
  pixels: Uint8Array,
  palette: readonly RGB[],
): Uint8Array<ArrayBuffer> {
  // 8 bits per pixel, by palette, no interlacing.
  const header = joined([uint32(width, false), uint32(height, false), Uint8Array.of(8, 3, 0, 0, 0)]);
  const rows = new Uint8Array((width + 1) * height);
  // Each row begins with the number of its filter: none.
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return joined([
    SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('PLTE', Uint8Array.from(palette.flat())),
    pngChunk('IDAT', stored(rows)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** A zlib stream of blocks that are not compressed: compressors differ from browser to browser. */
function stored(bytes: Uint8Array): Uint8Array {
  const most = 0xffff;
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += most) {
    const part = bytes.subarray(at, at + most);
    const last = at + most >= bytes.length ? 1 : 0;
    const [low, high] = [part.length & 255, part.length >> 8];
    blocks.push(Uint8Array.of(last, low, high, low ^ 255, high ^ 255), part);
  }
  return joined([Uint8Array.of(0x78, 0x01), ...blocks, uint32(adler32(bytes), false)]);
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

export function pngChunk(name: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const named = joined([new TextEncoder().encode(name), data]);
  return joined([uint32(data.length, false), named, uint32(crc32(named), false)]);
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
