/** The numbers of a dataset. (Sections III.A.1 and IV.A.2.b, d, i, l of the format's specification.) */
import { show } from '../../../errors.js';
import { type Shape, sizeOf, type Tensor } from '../../../graph/tensor.js';
import { fromHalf } from '../half.js';
import { inflateStart } from '../inflate.js';
import { float32Of } from '../safetensors.js';
import { Cursor, NOWHERE, type Source } from './cursor.js';
import { treeLeaves } from './links.js';
import { MESSAGES, type Message } from './objects.js';

/**
 * Reads a dataset of floats, whole or in chunks.
 *
 * @param path what messages call the dataset.
 * @throws GivernyError NETWORK_FORMAT.
 */
export async function readDataset(source: Source, path: string, messages: readonly Message[]): Promise<Tensor> {
  const at = (type: number, what: string): number => {
    const message = messages.find((found) => found.type === type);
    if (!message) throw source.fault(`a ${what} for ${show(path)}`, 'none');
    if (message.shared) throw source.fault(`a ${what} of its own for ${show(path)}`, 'a shared one');
    return message.at;
  };
  const shape = readShape(source, path, at(MESSAGES.dataspace, 'shape'));
  const type = readType(source, path, at(MESSAGES.datatype, 'type'));
  const size = sizeOf(shape);
  // The bytes as they are stored, and the numbers they become.
  source.spendBytes(size * (type.bytes + 4));
  const layout = new Cursor(source, at(MESSAGES.layout, 'layout'));
  const [version, kind] = [layout.uint(1), layout.uint(1)];
  if (version !== 3 && version !== 4) throw source.fault(`a layout of version 3 or 4 for ${show(path)}`, version);
  if (kind === COMPACT) {
    const length = layout.uint(2);
    if (length < size * type.bytes) throw source.fault(`${size * type.bytes} bytes for ${show(path)}`, length);
    return { shape, data: decode(layout.take(size * type.bytes), type) };
  }
  if (kind === WHOLE) {
    const address = layout.uint64();
    if (address === NOWHERE) throw source.fault(`numbers for ${show(path)}`, 'none');
    return { shape, data: decode(source.range(address, size * type.bytes), type) };
  }
  if (kind !== CHUNKED || version === 4) {
    throw source.fault(`${show(path)} whole or in chunks with a tree of version 1`, `a layout of class ${kind}`);
  }
  const filters = messages.some((message) => message.type === MESSAGES.filters)
    ? readFilters(source, at(MESSAGES.filters, 'list of filters'))
    : [];
  return { shape, data: await readChunks(source, { path, shape, type, filters }, layout) };
}

const [COMPACT, WHOLE, CHUNKED] = [0, 1, 2];

function readShape(source: Source, path: string, at: number): Shape {
  const space = new Cursor(source, at);
  const [version, rank] = [space.uint(1), space.uint(1)];
  if (version !== 1 && version !== 2) throw source.fault(`a shape of version 1 or 2 for ${show(path)}`, version);
  space.skip(version === 1 ? 6 : 2);
  const shape = Array.from({ length: rank }, () => space.uint64());
  if (!Number.isSafeInteger(sizeOf(shape))) throw source.fault(`a shape for ${show(path)}`, show(shape));
  return shape;
}

interface FloatType {
  readonly bytes: 2 | 4 | 8;
  readonly littleEndian: boolean;
}

const MANTISSA_BITS = { 2: 10, 4: 23, 8: 52 } as const;

/** IEEE 754 in 16, 32 or 64 bits; nothing else is a weight. */
function readType(source: Source, path: string, at: number): FloatType {
  const type = new Cursor(source, at);
  const [kind, order] = [type.uint(1) & 15, type.uint(1)];
  const bytes = type.skip(2).uint(4);
  const mantissaBits = type.skip(7).uint(1);
  if (kind === 1 && (bytes === 2 || bytes === 4 || bytes === 8) && mantissaBits === MANTISSA_BITS[bytes]) {
    return { bytes, littleEndian: (order & 1) === 0 };
  }
  throw source.fault(`floats of 16, 32 or 64 bits for ${show(path)}`, `${8 * bytes} bits of class ${kind}`);
}

function decode(stored: Uint8Array, { bytes, littleEndian }: FloatType): Float32Array {
  if (bytes === 4 && littleEndian) return float32Of(stored);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  const data = new Float32Array(stored.length / bytes);
  for (let i = 0; i < data.length; i++) {
    if (bytes === 4) data[i] = view.getFloat32(4 * i, littleEndian);
    else if (bytes === 8) data[i] = view.getFloat64(8 * i, littleEndian);
    else data[i] = fromHalf(view.getUint16(2 * i, littleEndian));
  }
  return data;
}

const [DEFLATE, SHUFFLE, FLETCHER32] = [1, 2, 3];

/** What was done to each chunk before it was stored, in order. */
function readFilters(source: Source, at: number): number[] {
  const list = new Cursor(source, at);
  const [version, count] = [list.uint(1), list.uint(1)];
  if (version !== 1 && version !== 2) throw source.fault('a list of filters of version 1 or 2', version);
  if (version === 1) list.skip(6);
  return Array.from({ length: count }, () => {
    const filter = list.uint(2);
    if (filter !== DEFLATE && filter !== SHUFFLE && filter !== FLETCHER32) {
      throw source.fault('chunks filtered by deflate, shuffle and fletcher32', `filter ${filter}`);
    }
    const nameBytes = version === 1 ? list.uint(2) : 0;
    const values = list.skip(2).uint(2);
    list.skip(nameBytes + 4 * (version === 1 ? values + (values % 2) : values));
    return filter;
  });
}

interface Chunked {
  readonly path: string;
  readonly shape: Shape;
  readonly type: FloatType;
  readonly filters: readonly number[];
}

async function readChunks(source: Source, dataset: Chunked, layout: Cursor): Promise<Float32Array> {
  const { path, shape, type } = dataset;
  const rank = layout.uint(1);
  const address = layout.uint64();
  const extents = Array.from({ length: rank }, () => layout.uint(4));
  const chunk = extents.slice(0, -1);
  if (chunk.length !== shape.length || chunk.some((extent) => extent === 0) || extents.at(-1) !== type.bytes) {
    throw source.fault(`chunks of ${show(path)} that fit its shape ${show(shape)}`, show(extents));
  }
  const leaves = address === NOWHERE ? [] : treeLeaves(source, address, 1, rank);
  const perAxis = shape.map((extent, axis) => Math.ceil(extent / (chunk[axis] as number)));
  if (leaves.length !== sizeOf(perAxis)) {
    throw source.fault(`${sizeOf(perAxis)} chunks of ${show(path)}`, leaves.length);
  }
  source.spendBytes(leaves.length * sizeOf(extents));
  const data = new Float32Array(sizeOf(shape));
  const seen = new Set<number>();
  for (const { key, child } of leaves) {
    const cursor = new Cursor(source, key);
    const [bytes, mask] = [cursor.uint(4), cursor.uint(4)];
    const offset = chunk.map(() => cursor.uint64());
    const index = offset.reduce(
      (sum, from, axis) => sum * (perAxis[axis] as number) + from / (chunk[axis] as number),
      0,
    );
    if (offset.some((from, axis) => from >= (shape[axis] as number)) || !Number.isInteger(index) || seen.has(index)) {
      throw source.fault(`each chunk of ${show(path)} once`, `one at ${show(offset)}`);
    }
    seen.add(index);
    const stored = source.range(child, bytes);
    place(decode(await unfilter(source, dataset, stored, mask, sizeOf(extents)), type), chunk, data, shape, offset);
  }
  return data;
}

/** Undoes the filters that `mask` does not leave out. */
async function unfilter(
  source: Source,
  { path, type, filters }: Chunked,
  stored: Uint8Array,
  mask: number,
  chunkBytes: number,
): Promise<Uint8Array> {
  let bytes = stored;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (mask & (1 << i)) continue;
    if (filters[i] === DEFLATE) {
      // A checksum of 4 bytes may be inside, and what is longer than it should is noticed below.
      const inflated = await inflateStart(bytes, chunkBytes + 5);
      if (!inflated) throw source.fault(`a whole zlib stream for ${show(path)}`, 'a broken one');
      bytes = inflated;
    } else if (filters[i] === SHUFFLE) bytes = unshuffle(bytes, type.bytes);
    else bytes = checked(source, path, bytes);
  }
  if (bytes.length !== chunkBytes) throw source.fault(`chunks of ${chunkBytes} bytes for ${show(path)}`, bytes.length);
  return bytes;
}

/** Shuffled bytes lie by their place in the element: all first bytes, then all second ones. */
function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  const result = bytes.slice();
  for (let place = 0; place < elementBytes; place++) {
    for (let i = 0; i < count; i++) result[i * elementBytes + place] = bytes[place * count + i] as number;
  }
  return result;
}

/** The bytes before a Fletcher-32 checksum, once it is found right: of 16-bit big-endian words, itself little-endian. */
function checked(source: Source, path: string, bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(0, Math.max(0, bytes.length - 4));
  let [first, second] = [0, 0];
  for (let i = 0; i < content.length; i += 2) {
    first = (first + 256 * (content[i] as number) + (content[i + 1] ?? 0)) % 65535;
    second = (second + first) % 65535;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const matches =
    bytes.length >= 4 &&
    view.getUint16(content.length, true) % 65535 === first &&
    view.getUint16(content.length + 2, true) % 65535 === second;
  if (!matches) throw source.fault(`the right checksum for ${show(path)}`, 'another one');
  return content;
}

/** Copies a chunk to its place; what lies beyond the shape is padding. */
function place(from: Float32Array, chunk: Shape, to: Float32Array, shape: Shape, offset: readonly number[]): void {
  const last = shape.length - 1;
  const run = chunk[last] as number;
  const used = Math.min(run, (shape[last] as number) - (offset[last] as number));
  for (let row = 0; row * run < from.length; row++) {
    let rest = row;
    let target = offset[last] as number;
    let stride = shape[last] as number;
    let inside = true;
    for (let axis = last - 1; axis >= 0; axis--) {
      const extent = chunk[axis] as number;
      const position = (offset[axis] as number) + (rest % extent);
      rest = Math.floor(rest / extent);
      if (position >= (shape[axis] as number)) inside = false;
      target += position * stride;
      stride *= shape[axis] as number;
    }
    if (inside) to.set(from.subarray(row * run, row * run + used), target);
  }
}
