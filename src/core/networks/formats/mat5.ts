/**
 * MAT-files of level 5 (MATLAB's save before -v7.3), read as a stream, since the matrix we need may be
 * compressed in one piece with hundreds of megabytes that we do not.
 * https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
 */
import { show } from '../../errors.js';
import { type Shape, sizeOf } from '../../graph/tensor.js';
import { byteBudget } from './budget.js';
import { inflate } from './inflate.js';
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

const COMPRESSED = 15;
const MATRIX = 14;
const HEADER_BYTES = 128;
/** Most arrays in a file, those inside others included; MatConvNet's VGG-19 has some 3000. */
const MAX_ARRAYS = 20_000;
const MAX_VARIABLES = 1000;
const MAX_DEPTH = 16;
/** MATLAB allows 63 letters, and no array of a network has more axes. */
const MAX_NAME_BYTES = 255;
const MAX_AXES = 32;
const MAX_FIELDS = 1000;
/** Longer texts are not read. */
const MAX_TEXT_BYTES = 10_000;
/** Bytes after a compressed array that are overlooked. */
const MAX_TRAILING_BYTES = 8;

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

/** Which parts of a file to read; what is not wanted has the kind 'other'. */
export interface Wanted {
  variable(name: string): boolean;
  /** Whether to keep the numbers of an array of this shape. */
  numbers(shape: Shape): boolean;
}

/**
 * The variables of a file by name.
 *
 * @throws GivernyError NETWORK_FORMAT.
 */
export async function readMat5(bytes: Uint8Array, file: string, wanted: Wanted): Promise<Map<string, MatValue>> {
  if (bytes[126] !== 0x49) throw malformed(file, 'little-endian numbers', 'big-endian ones');
  const variables = new Map<string, MatValue>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const context: Context = { file, wanted, left: { inflated: byteBudget(bytes.length), arrays: MAX_ARRAYS } };
  let offset = HEADER_BYTES;
  let count = 0;
  while (offset < bytes.length) {
    if (offset + 8 > bytes.length) throw malformed(file, 'a whole element', `its first ${bytes.length - offset} bytes`);
    const type = view.getUint32(offset, true);
    const length = view.getUint32(offset + 4, true);
    const start = offset + 8;
    offset = start + length;
    if (offset > bytes.length) throw malformed(file, `${offset} bytes or more`, bytes.length);
    const element = bytes.subarray(start, offset);
    if (type !== COMPRESSED && type !== MATRIX) continue;
    if (++count > MAX_VARIABLES) throw malformed(file, `at most ${MAX_VARIABLES} variables`, 'more');
    const source = type === COMPRESSED ? new Source(inflate(element), context) : new Source([element], context);
    try {
      const { name, value } = await readVariable(
        source,
        type === COMPRESSED ? await readMatrixTag(source) : length,
        context,
      );
      variables.set(name, value);
    } finally {
      await source.close();
    }
  }
  return variables;
}

interface Context {
  readonly file: string;
  readonly wanted: Wanted;
  /** What may still be spent on the whole file. */
  readonly left: { inflated: number; arrays: number };
}

/** Bytes in order, from pieces of any length. */
class Source {
  /** Bytes taken so far. */
  position = 0;
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #context: Context;
  readonly #inflates: boolean;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param pieces those of a compressed element, or an element as it stands. */
  constructor(pieces: AsyncGenerator<Uint8Array> | [Uint8Array], context: Context) {
    this.#inflates = !Array.isArray(pieces);
    this.#pieces = Array.isArray(pieces) ? [][Symbol.iterator]() : pieces;
    if (Array.isArray(pieces)) this.#rest = pieces[0];
    this.#context = context;
  }

  /** The next `count` bytes, aligned for every number type. */
  async take(count: number): Promise<DataView> {
    // Checked before the bytes have a place: a count is easily said.
    const most = this.#rest.length + (this.#inflates ? this.#context.left.inflated : 0);
    if (count > most) throw this.#exhausted(count);
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

  /** Reads to the end, so that a stream cut short or with a wrong checksum is noticed. */
  async end(): Promise<void> {
    let trailing = this.#rest.length;
    while (trailing <= MAX_TRAILING_BYTES && (await this.#next())) trailing += this.#rest.length;
    if (trailing > MAX_TRAILING_BYTES) {
      throw malformed(this.#context.file, 'an array to end where it says', 'more bytes after it');
    }
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #read(count: number, use: (piece: Uint8Array) => void): Promise<void> {
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#next())) throw this.#exhausted(missing);
      const piece = this.#rest.subarray(0, missing);
      use(piece);
      missing -= piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    this.position += count;
  }

  async #next(): Promise<boolean> {
    const { file, left } = this.#context;
    let next: IteratorResult<Uint8Array>;
    try {
      next = await this.#pieces.next();
    } catch (cause) {
      throw malformed(file, 'a whole zlib stream', 'a broken one', cause);
    }
    if (next.done) return false;
    this.#rest = next.value;
    left.inflated -= next.value.length;
    if (left.inflated < 0) throw malformed(file, 'compressed arrays of a plausible size', 'far more bytes than it has');
    return true;
  }

  #exhausted(count: number): Error {
    return malformed(this.#context.file, `${count} more bytes`, 'its end');
  }
}

interface Tag {
  readonly type: number;
  readonly length: number;
  readonly padding: number;
  /** Up to four bytes of data may stand in the tag itself. */
  readonly small?: DataView;
}

async function readTag(source: Source): Promise<Tag> {
  const tag = await source.take(8);
  const first = tag.getUint32(0, true);
  // Their number is in the upper half of the type.
  const smallLength = first >>> 16;
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

/** An element of at most `maxBytes`. */
async function readElement(
  source: Source,
  maxBytes: number,
  what: string,
  { file }: Context,
): Promise<{ type: number; view: DataView }> {
  const { type, length, padding, small } = await readTag(source);
  if (length > maxBytes) throw malformed(file, `at most ${maxBytes} bytes for ${what}`, length);
  const view = small ?? (await source.take(length));
  await source.skip(padding);
  return { type, view };
}

/** At most `maxCount` integers. */
async function readIntegers(source: Source, maxCount: number, what: string, context: Context): Promise<number[]> {
  const { type, view } = await readElement(source, 8 * maxCount, what, context);
  const reader = NUMBER_TYPES[type];
  if (!reader || view.byteLength % reader.size !== 0) {
    throw malformed(context.file, `numbers for ${what}`, `${view.byteLength} bytes of type ${type}`);
  }
  return Array.from({ length: view.byteLength / reader.size }, (_, i) => reader.get(view, i * reader.size));
}

interface Header {
  readonly name: string;
  readonly flags: number;
  readonly shape: Shape;
}

async function readHeader(source: Source, context: Context): Promise<Header> {
  const { file } = context;
  if (--context.left.arrays < 0) throw malformed(file, `at most ${MAX_ARRAYS} arrays in all`, 'more');
  const [flags = 0] = await readIntegers(source, 2, 'the flags of an array', context);
  const shape = await readIntegers(source, MAX_AXES, 'the shape of an array', context);
  const name = ascii((await readElement(source, MAX_NAME_BYTES, 'the name of an array', context)).view);
  if (!Number.isSafeInteger(sizeOf(shape)) || shape.some((extent) => extent < 0)) {
    throw malformed(file, `a shape for ${name ? show(name) : 'an array'}`, show(shape));
  }
  return { name, flags, shape };
}

/** A matrix element of `length` bytes that is a variable; of one not wanted nothing but its name is read. */
async function readVariable(
  source: Source,
  length: number,
  context: Context,
): Promise<{ name: string; value: MatValue }> {
  if (length < 0) throw malformed(context.file, 'a matrix element', 'another one');
  if (length === 0) return { name: '', value: { kind: 'other' } };
  const end = source.position + length;
  const header = await readHeader(source, context);
  if (!context.wanted.variable(header.name)) return { name: header.name, value: { kind: 'other' } };
  const value = await readBody(source, header, end, 0, context);
  await source.end();
  return { name: header.name, value };
}

/** A matrix element inside another that ends at `outerEnd`. */
async function readItem(source: Source, outerEnd: number, depth: number, context: Context): Promise<MatValue> {
  const { file } = context;
  const length = await readMatrixTag(source);
  if (length < 0) throw malformed(file, 'a matrix element', 'another one');
  const end = source.position + length;
  if (end > outerEnd) throw malformed(file, 'an array inside its cell', 'one that is longer');
  if (depth > MAX_DEPTH) throw malformed(file, `at most ${MAX_DEPTH} levels of nesting`, 'more');
  if (length === 0) return { kind: 'other' };
  return readBody(source, await readHeader(source, context), end, depth, context);
}

/** What follows the header of a matrix element that ends at `end`. */
async function readBody(
  source: Source,
  header: Header,
  end: number,
  depth: number,
  context: Context,
): Promise<MatValue> {
  const value = await readValue(source, header, end, depth, context);
  if (source.position > end) throw malformed(context.file, 'an array to end where it says', 'more bytes in it');
  await source.skip(end - source.position);
  return value;
}

async function readValue(
  source: Source,
  { flags, shape }: Header,
  end: number,
  depth: number,
  context: Context,
): Promise<MatValue> {
  const kind = flags & 0xff;
  const complex = (flags & 0x800) !== 0;
  if (kind === 1) return readCell(source, shape, end, depth, context);
  if (kind === 2) return readStruct(source, shape, end, depth, context);
  if (kind === 4 && 2 * sizeOf(shape) <= MAX_TEXT_BYTES) {
    return { kind: 'text', text: readText(await readElement(source, MAX_TEXT_BYTES, 'a text', context), context.file) };
  }
  if (kind >= 6 && kind <= 15 && !complex && context.wanted.numbers(shape)) return readNumbers(source, shape, context);
  return { kind: 'other' };
}

async function readCell(source: Source, shape: Shape, end: number, depth: number, context: Context): Promise<MatValue> {
  checkItems(sizeOf(shape), context);
  const items: MatValue[] = [];
  for (let i = 0; i < sizeOf(shape); i++) items.push(await readItem(source, end, depth + 1, context));
  return { kind: 'cell', items };
}

async function readStruct(
  source: Source,
  shape: Shape,
  end: number,
  depth: number,
  context: Context,
): Promise<MatValue> {
  const fields = await readFieldNames(source, context);
  checkItems(sizeOf(shape) * Math.max(1, fields.length), context);
  const items: Record<string, MatValue>[] = [];
  for (let i = 0; i < sizeOf(shape); i++) {
    const entries: [string, MatValue][] = [];
    for (const field of fields) entries.push([field, await readItem(source, end, depth + 1, context)]);
    items.push(Object.fromEntries(entries));
  }
  return { kind: 'struct', items };
}

/** Items without any bytes count as well: they are objects here. */
function checkItems(count: number, { file, left }: Context): void {
  if (count > left.arrays) throw malformed(file, `at most ${MAX_ARRAYS} arrays in all`, 'more');
  left.arrays -= count;
}

async function readNumbers(source: Source, shape: Shape, context: Context): Promise<MatValue> {
  const size = sizeOf(shape);
  const { type, view } = await readElement(source, 8 * size, `an array of shape ${show(shape)}`, context);
  const reader = NUMBER_TYPES[type];
  if (!reader || view.byteLength !== size * reader.size) {
    const found = `${view.byteLength} bytes of type ${type}`;
    throw malformed(context.file, `${size} numbers for an array of shape ${show(shape)}`, found);
  }
  if (type === 7) return { kind: 'numbers', shape, data: new Float32Array(view.buffer, view.byteOffset, size) };
  const data = new Float32Array(size);
  for (let i = 0; i < size; i++) data[i] = reader.get(view, i * reader.size);
  return { kind: 'numbers', shape, data };
}

async function readFieldNames(source: Source, context: Context): Promise<string[]> {
  const [nameLength = 0] = await readIntegers(source, 1, 'the length of field names', context);
  if (!(nameLength > 0 && nameLength <= MAX_NAME_BYTES)) {
    throw malformed(context.file, `names of fields of 1 to ${MAX_NAME_BYTES} bytes`, nameLength);
  }
  const { view } = await readElement(source, MAX_FIELDS * nameLength, 'names of fields', context);
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
