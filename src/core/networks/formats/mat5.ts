/**
 * MAT-files of level 5 (MATLAB's save before -v7.3), read as a stream, since the matrix we need may be
 * compressed in one piece with hundreds of megabytes that we do not.
 * https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
 */
import { type Shape, sizeOf } from '../../graph/tensor.js';
import { malformed } from './malformed.js';
import { decodeUtf8 } from './utf8.js';

export type MatValue =
  | { readonly kind: 'cell'; readonly items: readonly MatValue[] }
  | { readonly kind: 'struct'; readonly items: readonly Readonly<Record<string, MatValue>>[] }
  | { readonly kind: 'text'; readonly text: string }
  /** In MATLAB's order: the first index runs fastest. */
  | { readonly kind: 'numbers'; readonly shape: Shape; readonly data: Float32Array }
  /** Something we do not read: sparse, complex or opaque arrays, or numbers that were not wanted. */
  | { readonly kind: 'other' };

declare const DecompressionStream: new (
  format: 'deflate',
) => {
  writable: { getWriter(): { write(bytes: Uint8Array): Promise<void>; close(): Promise<void> } };
  readable: {
    getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> };
  };
};

const COMPRESSED = 15;
const MATRIX = 14;
const HEADER_BYTES = 128;
/** Bounds against files made to exhaust us; real networks stay far below. */
const MAX_DEPTH = 16;
const MAX_ITEMS = 10_000;
const MAX_ARRAY_BYTES = 2 ** 28;

/** Readers of the numeric types, by the format's numbers. */
const NUMBER_TYPES: Readonly<Record<number, { size: number; get: (view: DataView, at: number) => number }>> = {
  1: { size: 1, get: (view, at) => view.getInt8(at) },
  2: { size: 1, get: (view, at) => view.getUint8(at) },
  3: { size: 2, get: (view, at) => view.getInt16(at, true) },
  4: { size: 2, get: (view, at) => view.getUint16(at, true) },
  5: { size: 4, get: (view, at) => view.getInt32(at, true) },
  6: { size: 4, get: (view, at) => view.getUint32(at, true) },
  7: { size: 4, get: (view, at) => view.getFloat32(at, true) },
  9: { size: 8, get: (view, at) => view.getFloat64(at, true) },
  12: { size: 8, get: (view, at) => Number(view.getBigInt64(at, true)) },
  13: { size: 8, get: (view, at) => Number(view.getBigUint64(at, true)) },
};

export function isMat5(bytes: Uint8Array): boolean {
  // Version 1.0 and "IM" or "MI" by byte order.
  const [a, b, c, d] = bytes.subarray(124, HEADER_BYTES);
  return (a === 0 && b === 1 && c === 0x49 && d === 0x4d) || (a === 1 && b === 0 && c === 0x4d && d === 0x49);
}

/**
 * The variables of a file by name.
 *
 * @param wanted whether to keep the numbers of an array of this shape; others are skipped.
 * @throws GivernyError NETWORK_FORMAT.
 */
export async function readMat5(
  bytes: Uint8Array,
  file: string,
  wanted: (shape: Shape) => boolean,
): Promise<Map<string, MatValue>> {
  if (bytes[126] !== 0x49) throw malformed(file, 'little-endian numbers', 'big-endian ones');
  const variables = new Map<string, MatValue>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = HEADER_BYTES;
  while (offset < bytes.length) {
    if (offset + 8 > bytes.length) throw malformed(file, 'a whole element', `its first ${bytes.length - offset} bytes`);
    const type = view.getUint32(offset, true);
    const length = view.getUint32(offset + 4, true);
    const start = offset + 8;
    offset = start + length;
    if (offset > bytes.length) throw malformed(file, `${offset} bytes or more`, bytes.length);
    const element = bytes.subarray(start, offset);
    if (type !== COMPRESSED && type !== MATRIX) continue;
    const source = new Source(type === COMPRESSED ? inflate(element) : [element], file);
    try {
      const { name, value } = await readMatrix(source, type === COMPRESSED ? await readMatrixTag(source) : length, {
        file,
        wanted,
        depth: 0,
      });
      variables.set(name, value);
      await source.end();
    } finally {
      await source.close();
    }
  }
  return variables;
}

/** The zlib stream's content, piece by piece. */
async function* inflate(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const { writable, readable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const write = async () => {
    for (let at = 0; at < bytes.length; at += 2 ** 16) await writer.write(bytes.subarray(at, at + 2 ** 16));
    await writer.close();
  };
  // What goes wrong here is reported to the reader as well.
  write().catch(() => {});
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (next.value) yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Bytes in order, from pieces of any length. */
class Source {
  /** Bytes taken so far. */
  position = 0;
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #file: string;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncGenerator<Uint8Array> | Uint8Array[], file: string) {
    this.#pieces = Array.isArray(pieces) ? pieces[Symbol.iterator]() : pieces;
    this.#file = file;
  }

  /** The next `count` bytes, aligned for every number type. */
  async take(count: number): Promise<DataView> {
    if (count > MAX_ARRAY_BYTES) throw malformed(this.#file, `arrays of at most ${MAX_ARRAY_BYTES} bytes`, count);
    const bytes = new Uint8Array(count);
    let filled = 0;
    await this.#read(count, (piece) => {
      bytes.set(piece, filled);
      filled += piece.length;
    });
    return new DataView(bytes.buffer);
  }

  async skip(count: number): Promise<void> {
    await this.#read(count, () => {});
  }

  /** Reads on to the end, so that a stream cut short or with a wrong checksum is noticed. */
  async end(): Promise<void> {
    while (await this.#next());
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #read(count: number, use: (piece: Uint8Array) => void): Promise<void> {
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#next())) {
        throw malformed(this.#file, `${missing} more bytes`, 'its end');
      }
      const piece = this.#rest.subarray(0, missing);
      use(piece);
      missing -= piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    this.position += count;
  }

  async #next(): Promise<boolean> {
    try {
      const { done, value } = await this.#pieces.next();
      if (done) return false;
      this.#rest = value;
      return true;
    } catch (cause) {
      throw malformed(this.#file, 'a whole zlib stream', 'a broken one', cause);
    }
  }
}

interface Context {
  readonly file: string;
  readonly wanted: (shape: Shape) => boolean;
  readonly depth: number;
}

async function readTag(source: Source): Promise<{ type: number; length: number; padding: number; small?: DataView }> {
  const tag = await source.take(8);
  const first = tag.getUint32(0, true);
  const smallLength = first >>> 16;
  // Up to four bytes of data may stand in the tag itself, its length in the upper half of the type.
  if (smallLength > 0) {
    const small = new DataView(tag.buffer, 4, Math.min(4, smallLength));
    return { type: first & 0xffff, length: small.byteLength, padding: 0, small };
  }
  const length = tag.getUint32(4, true);
  return { type: first, length, padding: first === MATRIX ? 0 : (8 - (length % 8)) % 8 };
}

async function readMatrixTag(source: Source): Promise<number> {
  const { type, length } = await readTag(source);
  return type === MATRIX ? length : -1;
}

async function readElement(source: Source): Promise<{ type: number; view: DataView }> {
  const { type, length, padding, small } = await readTag(source);
  const view = small ?? (await source.take(length));
  await source.skip(padding);
  return { type, view };
}

async function readNumbers(source: Source, file: string): Promise<number[]> {
  const { type, view } = await readElement(source);
  const reader = NUMBER_TYPES[type];
  if (!reader || view.byteLength % reader.size !== 0) throw malformed(file, 'an array of numbers', `type ${type}`);
  return Array.from({ length: view.byteLength / reader.size }, (_, i) => reader.get(view, i * reader.size));
}

/** Reads the body of a matrix element of `length` bytes. */
async function readMatrix(
  source: Source,
  length: number,
  context: Context,
): Promise<{ name: string; value: MatValue }> {
  const { file, depth } = context;
  if (length < 0) throw malformed(file, 'a matrix element', 'another one');
  if (length === 0) return { name: '', value: { kind: 'other' } };
  if (depth > MAX_DEPTH) throw malformed(file, `at most ${MAX_DEPTH} levels of nesting`, 'more');
  const end = source.position + length;
  const [flags = 0] = await readNumbers(source, file);
  const shape = await readNumbers(source, file);
  const name = ascii((await readElement(source)).view);
  const size = sizeOf(shape);
  if (!Number.isSafeInteger(size) || shape.some((extent) => extent < 0)) {
    throw malformed(file, `a shape for ${name || 'an array'}`, `[${shape}]`);
  }
  const value = await readValue(source, flags, shape, end, context);
  if (source.position > end) throw malformed(file, `${length} bytes for ${name || 'an array'}`, 'more');
  await source.skip(end - source.position);
  return { name, value };
}

async function readValue(
  source: Source,
  flags: number,
  shape: Shape,
  end: number,
  context: Context,
): Promise<MatValue> {
  const { file } = context;
  const kind = flags & 0xff;
  const complex = (flags & 0x800) !== 0;
  const size = sizeOf(shape);
  const readItem = async () => {
    const inner = await readMatrixTag(source);
    if (source.position + inner > end) throw malformed(file, 'an array inside its cell', 'one that is longer');
    return (await readMatrix(source, inner, { ...context, depth: context.depth + 1 })).value;
  };
  if (kind === 1 || kind === 2) {
    if (size > MAX_ITEMS) throw malformed(file, `at most ${MAX_ITEMS} items in a cell or struct`, size);
    const fields = kind === 2 ? await readFieldNames(source, file) : [];
    const cells: MatValue[] = [];
    const structs: Record<string, MatValue>[] = [];
    for (let i = 0; i < size; i++) {
      if (kind === 1) {
        cells.push(await readItem());
      } else {
        const entries: [string, MatValue][] = [];
        for (const field of fields) entries.push([field, await readItem()]);
        structs.push(Object.fromEntries(entries));
      }
    }
    return kind === 1 ? { kind: 'cell', items: cells } : { kind: 'struct', items: structs };
  }
  if (kind === 4) return { kind: 'text', text: readText(await readElement(source), file) };
  if (kind >= 6 && kind <= 15 && !complex && context.wanted(shape)) {
    const { type, view } = await readElement(source);
    const reader = NUMBER_TYPES[type];
    if (!reader || view.byteLength !== size * reader.size) {
      throw malformed(
        file,
        `${size} numbers for an array of shape [${shape}]`,
        `${view.byteLength} bytes of type ${type}`,
      );
    }
    if (type === 7) return { kind: 'numbers', shape, data: new Float32Array(view.buffer, view.byteOffset, size) };
    const data = Float32Array.from({ length: size }, (_, i) => reader.get(view, i * reader.size));
    return { kind: 'numbers', shape, data };
  }
  return { kind: 'other' };
}

async function readFieldNames(source: Source, file: string): Promise<string[]> {
  const [nameLength = 0] = await readNumbers(source, file);
  const { view } = await readElement(source);
  if (!(nameLength > 0) || view.byteLength / nameLength > MAX_ITEMS) {
    throw malformed(file, 'names of fields', `${view.byteLength} bytes in names of ${nameLength}`);
  }
  return Array.from({ length: Math.floor(view.byteLength / nameLength) }, (_, i) => {
    const name = ascii(new DataView(view.buffer, view.byteOffset + i * nameLength, nameLength));
    return name.split('\0')[0] ?? '';
  });
}

function ascii(view: DataView): string {
  return Array.from({ length: view.byteLength }, (_, i) => String.fromCharCode(view.getUint8(i))).join('');
}

function readText({ type, view }: { type: number; view: DataView }, file: string): string {
  if (type === 4 || type === 17) {
    return Array.from({ length: view.byteLength >> 1 }, (_, i) =>
      String.fromCharCode(view.getUint16(2 * i, true)),
    ).join('');
  }
  if (type !== 1 && type !== 2 && type !== 16) throw malformed(file, 'text', `an element of type ${type}`);
  try {
    return decodeUtf8(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  } catch (cause) {
    throw malformed(file, 'text in UTF-8', 'other bytes', cause);
  }
}
