/** Vectors of an optimiser's memory, at a quarter of their size where pictures are large. */
import { addAndMultiply, addTo, dotOf } from './vectors.js';

/** Numbers of a block, which share a scale. */
const BLOCK = 1024;
/** The largest magnitude of an integer. */
const MOST = 127;

/**
 * A vector in 8-bit integers, each block of 1024 with a scale of its own (Dettmers et al., "8-bit Optimizers via
 * Block-wise Quantization", ICLR 2022): number i is `values[i] * scales[floor(i / 1024)]`.
 */
export interface Packed {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** How many scales a packed vector of so many numbers has. */
export const scalesOf = (length: number): number => Math.ceil(length / BLOCK);

export type Vector = Float32Array | Packed;

/** a - b, packed. No vector of full length comes up on the way. */
export function packedDifference(a: Float32Array, b: Float32Array): Packed {
  const values = new Int8Array(a.length);
  const scales = new Float32Array(scalesOf(a.length));
  for (let block = 0; block < scales.length; block++) {
    const [begin, end] = [block * BLOCK, Math.min(a.length, (block + 1) * BLOCK)];
    let largest = 0;
    for (let i = begin; i < end; i++) largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
    if (largest === 0) continue;
    scales[block] = largest / MOST;
    for (let i = begin; i < end; i++) {
      values[i] = Math.round((((a[i] as number) - (b[i] as number)) * MOST) / largest);
    }
  }
  return { values, scales };
}

/** The numbers of a vector; `vector` itself where it is not packed. */
export function unpacked(vector: Vector): Float32Array {
  if (vector instanceof Float32Array) return vector;
  const result = new Float32Array(vector.values.length);
  for (let begin = 0; begin < result.length; begin += BLOCK) result.set(blockAt(vector, begin, spare), begin);
  return result;
}

const spare = new Float32Array(BLOCK);
const otherSpare = new Float32Array(BLOCK);

/** <a, b>, added up in double precision. */
export function dot(a: Vector, b: Vector): number {
  if (a instanceof Float32Array && b instanceof Float32Array) return dotOf(a, b);
  const length = a instanceof Float32Array ? a.length : a.values.length;
  let total = 0;
  for (let begin = 0; begin < length; begin += BLOCK) {
    total += dotOf(blockAt(a, begin, spare), blockAt(b, begin, otherSpare));
  }
  return total;
}

/**
 * a += factor * b; one pass over memory where nothing is packed.
 *
 * @returns <a, c> of what `a` is then; 0 without `c`.
 */
export function accumulate(a: Float32Array, factor: number, b: Vector, c?: Vector): number {
  if (!(b instanceof Float32Array) || (c && !(c instanceof Float32Array))) {
    for (let begin = 0; begin < a.length; begin += BLOCK) {
      addTo(a.subarray(begin, begin + BLOCK), factor, blockAt(b, begin, spare));
    }
    return c ? dot(a, c) : 0;
  }
  if (!c) {
    addTo(a, factor, b);
    return 0;
  }
  return addAndMultiply(a, factor, b, c);
}

/** The numbers of a block; of a packed one in `into`. */
function blockAt(vector: Vector, begin: number, into: Float32Array): Float32Array {
  if (vector instanceof Float32Array) return vector.subarray(begin, begin + BLOCK);
  const { values, scales } = vector;
  const scale = scales[begin / BLOCK] as number;
  const count = Math.min(BLOCK, values.length - begin);
  for (let i = 0; i < count; i++) into[i] = (values[begin + i] as number) * scale;
  return into.subarray(0, count);
}
