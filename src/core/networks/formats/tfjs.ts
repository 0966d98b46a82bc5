/**
 * TensorFlow.js: a model.json, whose weightsManifest lists arrays in the order of their bytes in shards
 * beside it. Arrays may be quantised to uint8 or uint16 (value = stored * scale + min) or to float16.
 */

import * as z from 'zod';
import { joined } from '../../bytes.js';
import { sizeOf, type Tensor } from '../../graph/tensor.js';
import type { NetworkFile } from './canonical.js';
import { fromHalf } from './half.js';
import { fromKeras, kerasLayer } from './keras.js';
import { malformed } from './malformed.js';
import { float32Of } from './safetensors.js';
import { decodeUtf8 } from './utf8.js';

const arraySchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().min(0)),
  dtype: z.string(),
  quantization: z
    .object({ dtype: z.enum(['uint8', 'uint16', 'float16']), scale: z.number().default(1), min: z.number().default(0) })
    .optional(),
});
const modelSchema = z.object({
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(arraySchema) })),
});
type ArraySpec = z.output<typeof arraySchema>;

/** Whether `bytes` are JSON that mentions a weightsManifest. */
export function isTfjs(bytes: Uint8Array): boolean {
  return parse(bytes) !== undefined;
}

function parse(bytes: Uint8Array): { weightsManifest: unknown } | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  try {
    const model: unknown = JSON.parse(decodeUtf8(bytes));
    return typeof model === 'object' && model !== null && 'weightsManifest' in model ? model : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param readShard reads a file by its path relative to model.json; never asked for one outside its folder.
 * @throws GivernyError NETWORK_FORMAT.
 */
export async function readTfjs(
  bytes: Uint8Array,
  file: string,
  readShard: (path: string) => Promise<Uint8Array>,
): Promise<Omit<NetworkFile, 'metadata'>> {
  const model = modelSchema.safeParse(parse(bytes));
  if (!model.success) {
    const [issue] = model.error.issues;
    throw malformed(file, 'a weightsManifest of TensorFlow.js', `a fault at ${issue?.path.join('.') || 'its top'}`);
  }
  const arrays: [string, Tensor][] = [];
  for (const { paths, weights } of model.data.weightsManifest) {
    const shards: Uint8Array[] = [];
    for (const path of paths) {
      if (/^[/\\]|^\w+:|(^|[/\\])\.\.([/\\]|$)/.test(path)) throw malformed(file, 'shards beside it', path);
      shards.push(await readShard(path));
    }
    arrays.push(...readGroup(file, weights, shards.length === 1 ? (shards[0] as Uint8Array) : joined(shards)));
  }
  return { format: 'TensorFlow.js', ...fromKeras(file, arrays) };
}

/** The arrays of one group lie end to end, across the shards' borders. */
function* readGroup(file: string, specs: readonly ArraySpec[], bytes: Uint8Array): Generator<[string, Tensor]> {
  let offset = 0;
  for (const spec of specs) {
    const stored = spec.quantization?.dtype ?? spec.dtype;
    const bytesEach = { float32: 4, int32: 4, uint16: 2, float16: 2, uint8: 1, bool: 1 }[stored];
    if (!bytesEach) throw malformed(file, `numbers of a known type for ${spec.name}`, stored);
    const end = offset + sizeOf(spec.shape) * bytesEach;
    if (end > bytes.length) throw malformed(`the shards of ${file}`, `${end} bytes or more`, bytes.length);
    if (kerasLayer(spec.name)) {
      yield [spec.name, { shape: spec.shape, data: decode(file, spec, stored, bytes.subarray(offset, end)) }];
    }
    offset = end;
  }
  if (offset !== bytes.length) throw malformed(`the shards of ${file}`, `${offset} bytes`, bytes.length);
}

function decode(file: string, { name, quantization }: ArraySpec, stored: string, bytes: Uint8Array): Float32Array {
  if (stored === 'float32') return float32Of(bytes);
  if (!quantization) throw malformed(file, `floats for ${name}`, stored);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { scale, min } = quantization;
  if (stored === 'uint8') return Float32Array.from(bytes, (value) => value * scale + min);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => {
    const value = view.getUint16(2 * i, true);
    return stored === 'float16' ? fromHalf(value) : value * scale + min;
  });
}
