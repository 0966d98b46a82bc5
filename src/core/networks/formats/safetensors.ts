/**
 * Safetensors: eight bytes with the length of a JSON header, the header, then the tensors' bytes.
 * https://github.com/huggingface/safetensors#format
 */
import { show } from '../../errors.js';
import { type Shape, sizeOf, type Tensor, type Tensors } from '../../graph/tensor.js';
import { fromHalf, toHalf } from './half.js';
import { MAX_JSON_BYTES, parseJson } from './json.js';
import { malformed } from './malformed.js';
import { encodeUtf8 } from './utf8.js';

/** Where one tensor lies; offsets in bytes from the start of the file. */
export interface SafetensorsEntry {
  readonly dtype: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Most axes a tensor can have. */
const MAX_RANK = 32;

const BYTES_PER_ELEMENT: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
};

/** Whether `bytes` begin as a safetensors file does. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes[6] === 0 && bytes[7] === 0;
}

/**
 * Bytes of header, its length field included, as told by the first 8 bytes of a file.
 *
 * @throws GivernyError NETWORK_FORMAT.
 */
export function safetensorsHeaderSize(start: Uint8Array, file: string): number {
  if (start.length < 8) throw malformed(file, 'at least 8 bytes', start.length);
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_JSON_BYTES) {
    throw malformed(file, `a header of at most ${MAX_JSON_BYTES} bytes`, `the length ${length}`);
  }
  return 8 + length;
}

/**
 * Reads and checks the header alone: the tensors must fill the file without gaps or overlaps.
 *
 * @param start the file's first bytes, at least up to the end of the header.
 * @param fileBytes length of the whole file.
 * @throws GivernyError NETWORK_FORMAT.
 */
export function readSafetensorsHeader(start: Uint8Array, fileBytes: number, file: string): SafetensorsHeader {
  const { dataEnd, ...header } = parseSafetensorsHeader(start, file);
  if (dataEnd !== fileBytes) throw malformed(file, `${dataEnd} bytes in all`, fileBytes);
  return header;
}

/**
 * As readSafetensorsHeader, of a file of whatever length.
 *
 * @returns the header, and where the tensors end, in bytes from the start of the file.
 * @throws GivernyError NETWORK_FORMAT.
 */
export function parseSafetensorsHeader(start: Uint8Array, file: string): SafetensorsHeader & { dataEnd: number } {
  const dataStart = safetensorsHeaderSize(start, file);
  if (dataStart > start.length) throw malformed(file, `a header of ${dataStart - 8} bytes`, start.length - 8);
  const header = parseObject(start.subarray(8, dataStart), file);
  const entries = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = readMetadata(value, file);
    else entries.set(name, readEntry(name, value, dataStart, file));
  }
  let covered = dataStart;
  for (const [name, { begin, end }] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) throw malformed(file, `${show(name)} to begin at byte ${covered}`, `byte ${begin}`);
    covered = end;
  }
  return { entries, metadata, dataEnd: covered };
}

/**
 * Reads a whole file. Float32 tensors are views of `bytes` where its alignment allows.
 *
 * @param wanted which tensors to read; all by default.
 * @throws GivernyError NETWORK_FORMAT, also where a wanted tensor is neither F32, F16 nor BF16.
 */
export function readSafetensors(
  bytes: Uint8Array,
  file: string,
  wanted: (name: string) => boolean = () => true,
): { tensors: Tensors; metadata: Readonly<Record<string, string>> } {
  const { entries, metadata } = readSafetensorsHeader(bytes, bytes.length, file);
  // fromEntries, because assigning a tensor called "__proto__" would not add a property.
  const tensors = Object.fromEntries(
    [...entries]
      .filter(([name]) => wanted(name))
      .map(([name, entry]) => [name, decodeSafetensor(name, entry, bytes.subarray(entry.begin, entry.end), file)]),
  );
  return { tensors, metadata };
}

/**
 * Turns the bytes of one tensor into numbers.
 *
 * @throws GivernyError NETWORK_FORMAT where it is neither F32, F16 nor BF16.
 */
export function decodeSafetensor(name: string, entry: SafetensorsEntry, bytes: Uint8Array, file: string): Tensor {
  const { dtype, shape } = entry;
  if (dtype === 'F32') return { shape, data: float32Of(bytes) };
  if (dtype !== 'F16' && dtype !== 'BF16') throw malformed(file, `${show(name)} as F32, F16 or BF16`, dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const data = new Float32Array(bytes.length / 2);
  if (dtype === 'F16') {
    for (let i = 0; i < data.length; i++) data[i] = fromHalf(view.getUint16(2 * i, true));
  } else {
    // A bfloat16 is the upper half of a float32.
    const bits = new Uint32Array(data.buffer);
    for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
  }
  return { shape, data };
}

/** Little-endian float32 numbers in `bytes`: a view where they are aligned, else a copy. */
export function float32Of(bytes: Uint8Array): Float32Array {
  // Not slice(), which on Node's Buffer does not copy.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** The bytes of a safetensors file holding `tensors` in their order, as float32 or rounded to float16. */
export function writeSafetensors(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
  dtype: 'F32' | 'F16' = 'F32',
): Uint8Array {
  const typed = Object.entries(tensors).map(([name, { shape }]) => [name, { shape, dtype }] as const);
  const header = writeSafetensorsHeader(Object.fromEntries(typed), metadata);
  const width = dtype === 'F32' ? 4 : 2;
  const count = Object.values(tensors).reduce((total, { data }) => total + data.length, 0);
  const bytes = new Uint8Array(header.length + count * width);
  bytes.set(header);
  let offset = header.length;
  for (const { data } of Object.values(tensors)) {
    if (dtype === 'F32') new Float32Array(bytes.buffer, offset, data.length).set(data);
    else new Uint16Array(bytes.buffer, offset, data.length).set(Uint16Array.from(data, toHalf));
    offset += data.length * width;
  }
  return bytes;
}

/**
 * What comes before the tensors' bytes in a safetensors file: its length is a multiple of 8, which aligns the tensors,
 * so that readers need not copy them.
 */
export function writeSafetensorsHeader(
  tensors: Readonly<Record<string, { readonly shape: Shape; readonly dtype: 'F32' | 'F16' | 'I8' }>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let dataBytes = 0;
  for (const [name, { shape, dtype }] of Object.entries(tensors)) {
    const begin = dataBytes;
    dataBytes += sizeOf(shape) * (BYTES_PER_ELEMENT[dtype] as number);
    header[name] = { dtype, shape, data_offsets: [begin, dataBytes] };
  }
  const json = encodeUtf8(JSON.stringify(header));
  const bytes = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  bytes.set(json, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  return bytes;
}

function parseObject(json: Uint8Array, file: string): object {
  const { value, members } = parseJson(json, file, 'a safetensors header');
  if (!isObject(value)) throw malformed(file, 'a JSON object as header', show(value));
  const names = Object.keys(value).length;
  if (members !== names) throw malformed(file, 'each tensor once', `${members} of ${names} different names`);
  return value;
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (isObject(value) && Object.values(value).every((text) => typeof text === 'string')) {
    return value as Record<string, string>;
  }
  throw malformed(file, 'texts as metadata', show(value));
}

function readEntry(name: string, value: unknown, dataStart: number, file: string): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = (isObject(value) ? value : {}) as Record<string, unknown>;
  if (isCounts(shape) && shape.length > MAX_RANK) {
    throw malformed(file, `at most ${MAX_RANK} axes for ${show(name)}`, shape.length);
  }
  const bytesEach = typeof dtype === 'string' && Object.hasOwn(BYTES_PER_ELEMENT, dtype) && BYTES_PER_ELEMENT[dtype];
  if (typeof dtype !== 'string' || !bytesEach || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw malformed(file, `a type, a shape and two offsets for ${show(name)}`, show(value));
  }
  const [begin = 0, end = 0] = offsets;
  if (end - begin !== sizeOf(shape) * bytesEach) {
    throw malformed(file, `${sizeOf(shape) * bytesEach} bytes for ${show(name)}`, end - begin);
  }
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
