/**
 * TensorFlow.js: a model.json, whose weightsManifest lists arrays in the order of their bytes in shards
 * beside it. Arrays may be quantised to uint8 or uint16 (value = stored * scale + min) or to float16.
 */

import * as z from 'zod';
import { joined } from '../../bytes.js';
import { show } from '../../errors.js';
import { sizeOf, type Tensor } from '../../graph/tensor.js';
import type { NetworkFile } from './canonical.js';
import { fromHalf } from './half.js';
import { MAX_JSON_BYTES, parseJson } from './json.js';
import { fromKeras, kerasLayer } from './keras.js';
import { malformed } from './malformed.js';
import { float32Of } from './safetensors.js';

const arraySchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().min(0)).max(32),
  dtype: z.string(),
  quantization: z
    .object({ dtype: z.enum(['uint8', 'uint16', 'float16']), scale: z.number().default(1), min: z.number().default(0) })
    .optional(),
});
const modelSchema = z.object({
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(arraySchema) })),
});
type ArraySpec = z.output<typeof arraySchema>;

/** Bytes of all shards together: twice those of VGG-19 with its fully connected layers. */
const MAX_SHARD_BYTES = 2 ** 30;

/** Whether `bytes` look like JSON that mentions a weightsManifest. */
export function isTfjs(bytes: Uint8Array): boolean {
  if (bytes[0] !== OPEN_OBJECT) return false;
  const start = bytes.subarray(0, MAX_JSON_BYTES);
  for (let at = start.indexOf(QUOTE); at >= 0; at = start.indexOf(QUOTE, at + 1)) {
    if (MANIFEST_KEY.every((byte, i) => start[at + i] === byte)) return true;
  }
  return false;
}

const [OPEN_OBJECT, QUOTE] = [0x7b, 0x22];
const MANIFEST_KEY = Array.from('"weightsManifest"', (letter) => letter.charCodeAt(0));

/**
 * @param readShard reads at most so many bytes of a file by its path relative to model.json; never asked for one
 *   outside its folder, nor twice for the same.
 * @throws GivernyError NETWORK_FORMAT.
 */
export async function readTfjs(
  bytes: Uint8Array,
  file: string,
  readShard: (path: string, maxBytes: number) => Promise<Uint8Array>,
): Promise<Omit<NetworkFile, 'metadata'>> {
  const model = modelSchema.safeParse(parseJson(bytes, file, 'a model.json').value);
  if (!model.success) {
    const [issue] = model.error.issues;
    throw malformed(file, 'a weightsManifest of TensorFlow.js', `a fault at ${issue?.path.join('.') || 'its top'}`);
  }
  const { weightsManifest } = model.data;
  checkPaths(
    file,
    weightsManifest.flatMap(({ paths }) => paths),
  );
  const sizes = weightsManifest.map(({ weights }) =>
    weights.reduce((sum, spec) => sum + sizeOf(spec.shape) * storageOf(file, spec).bytesEach, 0),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (!(total <= MAX_SHARD_BYTES)) throw malformed(file, `arrays of at most ${MAX_SHARD_BYTES} bytes in all`, total);
  const arrays: [string, Tensor][] = [];
  for (const [i, { paths, weights }] of weightsManifest.entries()) {
    const size = sizes[i] as number;
    const shards: Uint8Array[] = [];
    let left = size;
    for (const path of paths) {
      const shard = await readShard(path, left);
      left -= shard.length;
      if (left < 0) break;
      shards.push(shard);
    }
    if (left !== 0) throw malformed(`the shards of ${file}`, `${size} bytes`, left < 0 ? 'more' : size - left);
    arrays.push(...readGroup(file, weights, shards.length === 1 ? (shards[0] as Uint8Array) : joined(shards)));
  }
  return { format: 'TensorFlow.js', ...fromKeras(file, arrays) };
}

/** Each shard is a file of its own beside model.json, or in a folder there. */
function checkPaths(file: string, paths: readonly string[]): void {
  const seen = new Set<string>();
  for (const path of paths) {
    const plain = path.replace(/^\.\//, '');
    if (/^[/\\]|^\w+:|(^|[/\\])\.{0,2}([/\\]|$)/.test(plain)) throw malformed(file, 'shards beside it', show(path));
    // On some systems names that differ in case alone are the same file's.
    const key = plain.toLowerCase();
    if (seen.has(key)) throw malformed(file, 'each shard once', `${show(path)} again`);
    seen.add(key);
  }
}

const BYTES_EACH: Readonly<Record<string, number>> = { float32: 4, int32: 4, uint16: 2, float16: 2, uint8: 1, bool: 1 };

/** The type an array is stored as. */
function storageOf(file: string, { name, dtype, quantization }: ArraySpec): { stored: string; bytesEach: number } {
  const stored = quantization?.dtype ?? dtype;
  const bytesEach = Object.hasOwn(BYTES_EACH, stored) ? BYTES_EACH[stored] : undefined;
  if (!bytesEach) throw malformed(file, `numbers of a known type for ${show(name)}`, show(stored));
  return { stored, bytesEach };
}

/** The arrays of one group lie end to end, across the shards' borders. */
function* readGroup(file: string, specs: readonly ArraySpec[], bytes: Uint8Array): Generator<[string, Tensor]> {
  let offset = 0;
  for (const spec of specs) {
    const { stored, bytesEach } = storageOf(file, spec);
    const end = offset + sizeOf(spec.shape) * bytesEach;
    if (kerasLayer(spec.name)) {
      yield [spec.name, { shape: spec.shape, data: decode(file, spec, stored, bytes.subarray(offset, end)) }];
    }
    offset = end;
  }
}

function decode(file: string, { name, quantization }: ArraySpec, stored: string, bytes: Uint8Array): Float32Array {
  if (stored === 'float32') return float32Of(bytes);
  if (!quantization) throw malformed(file, `floats for ${show(name)}`, show(stored));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { scale, min } = quantization;
  if (stored === 'uint8') return Float32Array.from(bytes, (value) => value * scale + min);
  const data = new Float32Array(bytes.length / 2);
  for (let i = 0; i < data.length; i++) {
    const value = view.getUint16(2 * i, true);
    data[i] = stored === 'float16' ? fromHalf(value) : value * scale + min;
  }
  return data;
}
