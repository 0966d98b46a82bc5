/** Files that are no pictures, lie about what they are, or are bombs. */
import { deflateSync, gzipSync } from 'node:zlib';
import { chunk } from '../../support/png.js';
import { pngOf } from '../../support/service.js';
import type { Hostile } from './case.js';

const bytes = (...parts: (string | number[] | Uint8Array)[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array | string))));

/** A PNG whose header says so many pixels, whatever its data hold. */
function png(width: number, height: number, ...more: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(1e6)));
  return bytes(signature, chunk('IHDR', header), ...more, pixels, chunk('IEND', Buffer.alloc(0)));
}

const xml = '<?xml version="1.0"?>';
const entities = `<!DOCTYPE svg [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i} "&a${i || ''};&a${i || ''};">`).join('')}]>`;
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><image href="/etc/passwd"/></svg>';

const unsupported: [string, Uint8Array<ArrayBuffer>][] = [
  ['text', bytes('hello')],
  ['one byte', bytes([0])],
  ['zeros', new Uint8Array(1e6)],
  ['HTML', bytes('<!doctype html><script>alert(1)</script>')],
  ['SVG', bytes(svg)],
  ['SVG after spaces', bytes(' \n\t', svg)],
  ['SVG after a byte order mark', bytes([0xef, 0xbb, 0xbf], xml, svg)],
  ['SVG with an entity of a file', bytes(xml, '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>', svg)],
  ['SVG with a billion entities', bytes(xml, entities, svg)],
  ['compressed SVG', new Uint8Array(gzipSync(svg))],
  ['a compressed bomb', new Uint8Array(gzipSync(Buffer.alloc(2e7)))],
  ['PDF', bytes('%PDF-1.7\n1 0 obj')],
  ['PostScript', bytes('%!PS-Adobe-3.0\n(/etc/passwd) run')],
  ['BMP', bytes('BM', [0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0])],
  ['an icon', bytes([0, 0, 1, 0, 1, 0])],
  ['JPEG XL', bytes([0xff, 0x0a, 0xff, 0xff])],
  ['JPEG 2000', bytes([0, 0, 0, 12], 'jP  \r\n', [0x87, 0x0a])],
  ['Photoshop', bytes('8BPS', [0, 1])],
  ['OpenEXR', bytes([0x76, 0x2f, 0x31, 0x01])],
  ['PPM', bytes('P6 99999 99999 255\n')],
  ['a script of ImageMagick', bytes('push graphic-context\nimage over 0,0 0,0 "|id"\n')],
  ['a shell script', bytes('#!/bin/sh\nid\n')],
  ['ELF', bytes([0x7f], 'ELF')],
  ['ZIP', bytes('PK', [3, 4])],
  ['a network', bytes([8, 0, 0, 0, 0, 0, 0, 0], '{}      ')],
  ['MP4 cut short', bytes([0, 0, 0], 'ft')],
];

const unreadable: [string, Uint8Array<ArrayBuffer> | (() => Promise<Uint8Array<ArrayBuffer>>)][] = [
  ['nothing', new Uint8Array(0)],
  ['the first bytes of a JPEG', bytes([0xff, 0xd8, 0xff])],
  ['a JPEG of noise', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16], 'JFIF', new Uint8Array(1000).fill(0xff))],
  ['a PNG without a header', bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 'nothing')],
  ['a PNG cut short', async () => (await pngOf(1)).slice(0, 20)],
  ['a GIF without pictures', bytes('GIF89a', [0, 1, 0, 1, 0, 0, 0, 0x3b])],
  ['a WebP of nothing', bytes('RIFF', [4, 0, 0, 0], 'WEBP')],
  ['a WebP that claims 4 GB', bytes('RIFF', [255, 255, 255, 255], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0])],
  ['a TIFF whose directory is itself', bytes('II*\0', [8, 0, 0, 0, 0, 0, 8, 0, 0, 0])],
  ['a TIFF of the other order', bytes('MM\0*', [0, 0, 0, 8, 255, 255])],
  ['an AVIF of boxes in boxes', bytes([0, 0, 0, 24], 'ftypavif', new Uint8Array(1000))],
  ['MP4', bytes([0, 0, 0, 24], 'ftypisom', new Uint8Array(100))],
];

const post = (
  name: string,
  body: Uint8Array<ArrayBuffer> | (() => Promise<Uint8Array<ArrayBuffer>>),
  status: number,
  code: string,
) => ({ name: `picture: ${name}`, path: '/v1/pictures', method: 'POST', body, status, code }) satisfies Hostile;

const names = [
  '../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '/etc/passwd',
  'a'.repeat(5000),
  '\u202egnp.exe',
  'x\r\nset-cookie: a=b',
  '\u0000',
  '<script>alert(1)</script>',
  '; drop table giverny.blobs',
  'CON',
  '.',
  '',
  '👩‍🎨.png',
];

export const PICTURES: readonly Hostile[] = [
  ...unsupported.map(([name, body]) => post(name, body, 415, 'FORMAT_UNSUPPORTED')),
  ...unreadable.map(([name, body]) => post(name, body, 422, 'IMAGE_UNREADABLE')),
  post('a bomb of 60000 by 60000', png(60_000, 60_000), 422, 'IMAGE_SIZE'),
  post('a strip of a million by 200', png(1e6, 200), 422, 'IMAGE_SIZE'),
  post('1 by 1', png(1, 1), 422, 'IMAGE_SIZE'),
  post('more than any body', () => Promise.resolve(new Uint8Array(2 ** 26 + 1)), 413, 'TOO_LARGE'),
  ...names.map(
    (name) =>
      ({
        name: `picture called ${JSON.stringify(name.slice(0, 30))}`,
        path: `/v1/pictures?name=${encodeURIComponent(name)}`,
        method: 'POST',
        body: () => pngOf(3),
        status: 201,
      }) satisfies Hostile,
  ),
];
