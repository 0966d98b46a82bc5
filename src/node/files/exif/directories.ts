/** TIFF directories, which EXIF is made of: read from files, and laid out anew. Sources: TIFF 6.0, Exif 2.32. */
import { joined } from '../../../core/bytes.js';

export interface Entry {
  readonly type: number;
  readonly count: number;
  /** Its numbers, the low byte first whatever the file's order. */
  readonly value: Uint8Array;
}

/** By tag. */
export type Directory = ReadonlyMap<number, Entry>;

/** Bytes of a file; fewer where it has no more. */
export type ReadAt = (at: number, length: number) => Uint8Array;

export const SHORT = 3;
export const LONG = 4;
const RATIONAL = 5;

/** Bytes of one value, by type. */
const SIZES: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 129: 1 },
};
/** Bytes of one number within a value, where they are more than one. */
const NUMBERS: Readonly<Record<number, number>> = { 3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8 };

/** Reads a file's directories. What is broken in them is left out. */
export class Directories {
  readonly root: Directory;
  readonly #readAt: ReadAt;
  readonly #little: boolean;
  readonly #mostBytes: number;

  /** @param mostBytes of a value: longer ones are left out. */
  constructor(readAt: ReadAt, mostBytes: number) {
    this.#readAt = readAt;
    this.#mostBytes = mostBytes;
    const start = viewOf(readAt(0, 8));
    const mark = start.byteLength === 8 ? start.getUint32(0) : 0;
    this.#little = mark === 0x49492a00;
    this.root = this.#little || mark === 0x4d4d002a ? this.#directoryAt(start.getUint32(4, this.#little)) : new Map();
  }

  /** The directory that an entry points to; an empty one where there is none. */
  behind(pointer: Entry | undefined): Directory {
    return pointer?.type === LONG && pointer.count === 1 ? this.#directoryAt(numberOf(pointer)) : new Map();
  }

  #directoryAt(at: number): Directory {
    const start = viewOf(this.#readAt(at, 2));
    const count = start.byteLength === 2 ? start.getUint16(0, this.#little) : 0;
    const bytes = this.#readAt(at + 2, 12 * count);
    const entries = new Map<number, Entry>();
    for (let i = 0; i + 12 <= bytes.byteLength; i += 12) {
      const view = viewOf(bytes.subarray(i, i + 12));
      const [tag, type] = [view.getUint16(0, this.#little), view.getUint16(2, this.#little)];
      const values = view.getUint32(4, this.#little);
      const length = values * (SIZES[type] ?? Number.POSITIVE_INFINITY);
      if (length > this.#mostBytes || entries.has(tag)) continue;
      const stored =
        length <= 4 ? bytes.subarray(i + 8, i + 8 + length) : this.#readAt(view.getUint32(8, this.#little), length);
      if (stored.byteLength !== length) continue;
      entries.set(tag, { type, count: values, value: this.#little ? stored : swapped(stored, NUMBERS[type] ?? 1) });
    }
    return entries;
  }
}

/** Of bytes; "Exif" before a TIFF structure, as JPEG has it, is passed over. */
export function readerOf(bytes: Uint8Array): ReadAt {
  const start = Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? 6 : 0;
  return (at, length) => bytes.subarray(start + at, start + at + length);
}

/** EXIF of a picture's file: a TIFF has it among its own directories. */
export function exifOf(
  { readAt }: { readonly readAt: ReadAt },
  { format, exif }: { readonly format: string; readonly exif?: Uint8Array | undefined },
): ReadAt | undefined {
  return format === 'tiff' ? readAt : exif && readerOf(exif);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  if (size === 1) return bytes;
  const result = Uint8Array.from(bytes);
  for (let i = 0; i < result.length; i += size) result.subarray(i, i + size).reverse();
  return result;
}

/** The first number of an entry of SHORT or LONG; 0 where it is another. */
export function numberOf({ type, value }: Entry): number {
  const view = viewOf(value);
  if (type === SHORT && value.length >= 2) return view.getUint16(0, true);
  return type === LONG && value.length >= 4 ? view.getUint32(0, true) : 0;
}

export function numberEntry(type: typeof SHORT | typeof LONG, number: number): Entry {
  const view = new DataView(new ArrayBuffer(type === SHORT ? 2 : 4));
  if (type === SHORT) view.setUint16(0, number, true);
  else view.setUint32(0, number, true);
  return { type, count: 1, value: new Uint8Array(view.buffer) };
}

/** A positive number, to a thousandth. */
export function rationalEntry(number: number): Entry {
  const view = new DataView(new ArrayBuffer(8));
  const denominator = Number.isInteger(number) ? 1 : 1000;
  view.setUint32(0, Math.round(number * denominator), true);
  view.setUint32(4, denominator, true);
  return { type: RATIONAL, count: 1, value: new Uint8Array(view.buffer) };
}

/**
 * The bytes of a directory and of those that it points to, in Intel's byte order.
 *
 * @param at where in the file the bytes will be; even.
 * @param below directories by the tag of `root` that points to them; empty ones are left out.
 */
export function laidOut(at: number, root: Directory, below: Readonly<Record<number, Directory>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const pointers = new Map<number, Entry>();
  let end = at + sizeOf(root, Object.values(below).filter(({ size }) => size > 0).length);
  for (const [tag, directory] of Object.entries(below)) {
    if (directory.size === 0) continue;
    parts.push(bytesOf(directory, end));
    pointers.set(Number(tag), numberEntry(LONG, end));
    end += sizeOf(directory);
  }
  return joined([bytesOf(new Map([...root, ...pointers]), at), ...parts]);
}

/** @param more entries to come, whose values fit into them. */
function sizeOf(directory: Directory, more = 0): number {
  const outside = [...directory.values()].reduce(
    (sum, { value }) => sum + (value.length > 4 ? even(value.length) : 0),
    0,
  );
  return 2 + 12 * (directory.size + more) + 4 + outside;
}

const even = (length: number) => length + (length % 2);

function bytesOf(directory: Directory, at: number): Uint8Array {
  const result = new Uint8Array(sizeOf(directory));
  const view = viewOf(result);
  let outside = 2 + 12 * directory.size + 4;
  view.setUint16(0, directory.size, true);
  const sorted = [...directory].sort(([a], [b]) => a - b);
  for (const [i, [tag, { type, count, value }]] of sorted.entries()) {
    const entry = 2 + 12 * i;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setUint32(entry + 4, count, true);
    if (value.length <= 4) result.set(value, entry + 8);
    else {
      view.setUint32(entry + 8, at + outside, true);
      result.set(value, outside);
      outside += even(value.length);
    }
  }
  return result;
}
