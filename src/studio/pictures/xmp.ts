/** Puts an XMP packet into the bytes of a PNG, JPEG or WebP, and finds it there, where other programs look for it. */

import { joined } from '../../core/bytes.js';
import { uint32 } from './bytes.js';
import { pngChunk } from './png.js';

const text = new TextEncoder();
const PNG_KEYWORD = text.encode('XML:com.adobe.xmp\0\0\0\0\0');
const JPEG_KEYWORD = text.encode('http://ns.adobe.com/xap/1.0/\0');
/** An APP1 segment holds this many bytes at most, its length field and keyword included. */
const JPEG_MOST = 65_535;

/** @throws RangeError where the bytes are no such picture, or the packet is too long for a JPEG. */
export function insertXmp(bytes: Uint8Array<ArrayBuffer>, packet: string): Uint8Array<ArrayBuffer> {
  const xmp = text.encode(packet);
  if (isPng(bytes)) {
    // After the signature and IHDR, which is always 25 bytes.
    return joined([bytes.subarray(0, 33), pngChunk('iTXt', joined([PNG_KEYWORD, xmp])), bytes.subarray(33)]);
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return insertJpeg(bytes, xmp);
  if (isWebp(bytes)) return insertWebp(bytes, xmp);
  throw new RangeError('Expected a PNG, JPEG or WebP.');
}

/** The packet in a picture that insertXmp or `giverny` wrote; undefined where there is none. */
export async function findXmp(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  // In JPEG and WebP the packet is plain text; in a PNG it may be compressed.
  const where = isPng(bytes) ? await pngPacket(bytes) : bytes;
  const [start, end] = [text.encode('<x:xmpmeta'), text.encode('</x:xmpmeta>')];
  const from = indexOf(where, start, 0);
  const to = from < 0 ? -1 : indexOf(where, end, from);
  return to < 0 ? undefined : new TextDecoder().decode(where.subarray(from, to + end.length));
}

/** The text of a PNG's XMP chunk, iTXt or zTXt; empty where it has none. */
async function pngPacket(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const keyword = PNG_KEYWORD.subarray(0, PNG_KEYWORD.indexOf(0) + 1);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + view.getUint32(at));
    if (!keyword.every((byte, i) => data[i] === byte)) continue;
    // zTXt: method of compression. iTXt: flag and method, then language and translated keyword, each ended by 0.
    if (type === 'zTXt') return inflated(data.subarray(keyword.length + 1));
    if (type !== 'iTXt') continue;
    const content = data.subarray(data.indexOf(0, data.indexOf(0, keyword.length + 2) + 1) + 1);
    return data[keyword.length] === 1 ? inflated(content) : content;
  }
  return new Uint8Array();
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let i = bytes.indexOf(wanted[0] as number, from); i >= 0; i = bytes.indexOf(wanted[0] as number, i + 1)) {
    if (wanted.every((byte, j) => bytes[i + j] === byte)) return i;
  }
  return -1;
}

function insertJpeg(bytes: Uint8Array<ArrayBuffer>, xmp: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = 2 + JPEG_KEYWORD.length + xmp.length;
  if (size > JPEG_MOST) throw new RangeError('The recipe is too long for a JPEG: save a PNG.');
  const segment = joined([Uint8Array.of(0xff, 0xe1, size >> 8, size & 255), JPEG_KEYWORD, xmp]);
  // JFIF asks for its own segment to come first.
  const app0 = bytes[2] === 0xff && bytes[3] === 0xe0 ? 4 + (((bytes[4] as number) << 8) | (bytes[5] as number)) : 2;
  return joined([bytes.subarray(0, app0), segment, bytes.subarray(app0)]);
}

/** A WebP with metadata is an extended one: its first chunk says what follows. */
function insertWebp(bytes: Uint8Array<ArrayBuffer>, xmp: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunks = webpChunks(bytes);
  const extended = chunks.find(({ name }) => name === 'VP8X');
  const header = extended ? extended.data.slice() : webpHeader(chunks);
  header[0] = (header[0] as number) | 0x04;
  const parts = [
    webpChunk('VP8X', header),
    ...chunks.filter(({ name }) => name !== 'VP8X').map(({ name, data }) => webpChunk(name, data)),
    webpChunk('XMP ', xmp),
  ];
  const body = joined([text.encode('WEBP'), ...parts]);
  return joined([text.encode('RIFF'), uint32(body.length, true), body]);
}

interface Chunk {
  readonly name: string;
  readonly data: Uint8Array;
}

function webpChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    chunks.push({
      name: new TextDecoder().decode(bytes.subarray(at, at + 4)),
      data: bytes.subarray(at + 8, at + 8 + size),
    });
    at += 8 + size + (size & 1);
  }
  return chunks;
}

/** VP8X of a plain WebP: flags, then width - 1 and height - 1 in 24 bits each. */
function webpHeader(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const image = chunks.find(({ name }) => name === 'VP8 ' || name === 'VP8L');
  if (!image) throw new RangeError('Expected a WebP with an image.');
  const view = new DataView(image.data.buffer, image.data.byteOffset, image.data.byteLength);
  const lossless = image.name === 'VP8L';
  const packed = lossless ? view.getUint32(1, true) : 0;
  const width = lossless ? packed & 0x3fff : (view.getUint16(6, true) & 0x3fff) - 1;
  const height = lossless ? (packed >> 14) & 0x3fff : (view.getUint16(8, true) & 0x3fff) - 1;
  const alpha = lossless && (packed >> 28) & 1 ? 0x10 : 0;
  const three = (value: number) => [value & 255, (value >> 8) & 255, value >> 16];
  return Uint8Array.of(alpha, 0, 0, 0, ...three(width), ...three(height));
}

function webpChunk(name: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined([text.encode(name), uint32(data.length, true), data, new Uint8Array(data.length & 1)]);
}

const isPng = (bytes: Uint8Array) => bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;

const isWebp = (bytes: Uint8Array) =>
  new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === 'RIFF' &&
  new TextDecoder('latin1').decode(bytes.subarray(8, 12)) === 'WEBP';
