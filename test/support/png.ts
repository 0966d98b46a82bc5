/** Chunks in PNG files. */
import { crc32 } from 'node:zlib';

/** One chunk: its length, type, data and check. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const made = Buffer.alloc(12 + data.length);
  made.writeUInt32BE(data.length);
  made.write(type, 4, 'latin1');
  made.set(data, 8);
  made.writeUInt32BE(crc32(made.subarray(4, 8 + data.length)), 8 + data.length);
  return made;
}

/** A PNG with chunks before its pixels: their data by type. */
export function withChunks(png: Buffer, chunks: Readonly<Record<string, Uint8Array | readonly number[]>>): Buffer {
  const extra = Object.entries(chunks).map(([type, data]) => chunk(type, Uint8Array.from(data)));
  // After the signature and the header.
  return Buffer.concat([png.subarray(0, 33), ...extra, png.subarray(33)]);
}
