/** ICC profiles of tables, made in the test. */
import { deflateSync } from 'node:zlib';
import { withChunks } from './png.js';

/** Linear Adobe RGB (1998) to XYZ of D50, row by row, and back. */
const TO_XYZ = [0.60974, 0.20528, 0.14919, 0.31111, 0.62567, 0.06322, 0.01947, 0.06087, 0.74457];
const FROM_XYZ = [1.96253, -0.61068, -0.34137, -0.97876, 1.91615, 0.03342, 0.02869, -0.14067, 1.34926];
const GAMMA = 563 / 256;
/** D50 of the connection space. */
const WHITE = [0.9642, 1, 0.8249];

/** What 16 bits of an XYZ connection space mean: 0x8000 is 1. */
const XYZ_SCALE = 65535 / 32768;
const CURVE_ENTRIES = 4096;
const CORNERS = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [(i >> 2) & 1, (i >> 1) & 1, i & 1] as const);

/**
 * A profile of the colours of Adobe RGB (1998), which are in tables alone: no curves and no primaries.
 *
 * @param leadsBack whether there are tables from the connection space to RGB too, as scanners' profiles have none.
 */
export function tableProfile(leadsBack: boolean): Buffer {
  const curve = (power: number) => Array.from({ length: CURVE_ENTRIES }, (_, i) => (i / (CURVE_ENTRIES - 1)) ** power);
  const there = table([1, 0, 0, 0, 1, 0, 0, 0, 1], curve(GAMMA), [0, 1], ([r, g, b]) =>
    [0, 3, 6].map(
      (row) =>
        ((TO_XYZ[row] as number) * r + (TO_XYZ[row + 1] as number) * g + (TO_XYZ[row + 2] as number) * b) / XYZ_SCALE,
    ),
  );
  const back = table(
    FROM_XYZ.map((value) => value * XYZ_SCALE),
    [0, 1],
    curve(1 / GAMMA),
    (corner) => corner,
  );
  return profileOf([
    ['desc', description('Tables')],
    ['cprt', Buffer.from('text\0\0\0\0CC0\0', 'latin1')],
    ['wtpt', Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), fixed(WHITE)])],
    ['A2B0', there],
    ...(leadsBack ? [['B2A0', back] as const] : []),
  ]);
}

/** The type lut16Type: a matrix for XYZ alone, curves in, a grid of two points in each direction, curves out. */
function table(
  matrix: readonly number[],
  curveIn: readonly number[],
  curveOut: readonly number[],
  at: (corner: readonly [number, number, number]) => readonly number[],
): Buffer {
  const head = Buffer.alloc(52);
  head.write('mft2', 0, 'latin1');
  head.set([3, 3, 2], 8);
  head.set(fixed(matrix), 12);
  head.writeUInt16BE(curveIn.length, 48);
  head.writeUInt16BE(curveOut.length, 50);
  const thrice = (curve: readonly number[]) => [...curve, ...curve, ...curve];
  const shares = [...thrice(curveIn), ...CORNERS.flatMap(at), ...thrice(curveOut)];
  const body = Buffer.alloc(2 * shares.length);
  shares.forEach((share, i) => {
    body.writeUInt16BE(Math.round(share * 65535), 2 * i);
  });
  return Buffer.concat([head, body]);
}

/** The type s15Fixed16Number. */
function fixed(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeInt32BE(Math.round(value * 65536), 4 * i);
  });
  return bytes;
}

function description(name: string): Buffer {
  const bytes = Buffer.alloc(12 + name.length + 1 + 8 + 70);
  bytes.write('desc', 0, 'latin1');
  bytes.writeUInt32BE(name.length + 1, 8);
  bytes.write(name, 12, 'latin1');
  return bytes;
}

function profileOf(tags: readonly (readonly [string, Buffer])[]): Buffer {
  const head = Buffer.alloc(128 + 4 + 12 * tags.length);
  const padded = tags.map(([, bytes]) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]));
  let at = head.length;
  head.writeUInt32BE(tags.length, 128);
  tags.forEach(([name, bytes], i) => {
    head.write(name, 132 + 12 * i, 'latin1');
    head.writeUInt32BE(at, 136 + 12 * i);
    head.writeUInt32BE(bytes.length, 140 + 12 * i);
    at += (padded[i] as Buffer).length;
  });
  head.writeUInt32BE(at, 0);
  head.writeUInt32BE(0x02400000, 8);
  head.write('prtrRGB XYZ ', 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  head.set(fixed(WHITE), 68);
  return Buffer.concat([head, ...padded]);
}

/** A PNG with a profile in it. */
export function withProfile(png: Buffer, profile: Buffer): Buffer {
  return withChunks(png, { iCCP: Buffer.concat([Buffer.from('tables\0\0', 'latin1'), deflateSync(profile)]) });
}
