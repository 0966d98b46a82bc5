/** Measures of tiles become measures of the whole picture. */
import { type Tensor, type Tensors, tensor } from '../../graph/tensor.js';
import type { Join, Joins } from '../term.js';

/** How measures of a name join. */
export const joinsBy =
  (joins: Joins = 'sum') =>
  (measure: string): Join =>
    typeof joins === 'string' ? joins : joins(measure);

/** Joins measures tile by tile. */
export class Joined {
  readonly #sums = new Map<string, { readonly shape: readonly number[]; readonly sum: Float64Array }>();
  readonly #parts = new Map<string, Tensor[]>();

  /** @param joinOf how measures of a name join. */
  constructor(readonly joinOf: (name: string) => Join) {}

  add(measures: Tensors): void {
    for (const [name, part] of Object.entries(measures)) {
      if (this.joinOf(name) === 'concat') {
        this.#parts.set(name, [...(this.#parts.get(name) ?? []), part]);
        continue;
      }
      const { sum } = this.#sums.get(name) ?? { sum: new Float64Array(part.data.length) };
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part.data[i] as number);
      this.#sums.set(name, { shape: part.shape, sum });
    }
  }

  measures(): Tensors {
    const sums = [...this.#sums].map(([name, { shape, sum }]) => [name, tensor(shape, Float32Array.from(sum))]);
    const rows = [...this.#parts].map(([name, parts]) => [name, sideBySide(parts)]);
    return Object.fromEntries([...sums, ...rows]);
  }
}

/** Parts [..., n] side by side along the last axis. */
function sideBySide(parts: readonly Tensor[]): Tensor {
  const [first, ...others] = parts as [Tensor, ...Tensor[]];
  if (others.length === 0) return first;
  const extent = parts.reduce((sum, { shape }) => sum + (shape.at(-1) as number), 0);
  const result = tensor([...first.shape.slice(0, -1), extent]);
  let start = 0;
  for (const { shape, data } of parts) {
    const own = shape.at(-1) as number;
    for (let row = 0; row * own < data.length; row++) {
      result.data.set(data.subarray(row * own, (row + 1) * own), row * extent + start);
    }
    start += own;
  }
  return result;
}

/** The columns of x [..., N] from `start` on, [..., n]. */
export function columnsOf({ shape, data }: Tensor, start: number, count: number): Tensor {
  const extent = shape.at(-1) as number;
  if (count === extent) return { shape, data };
  const result = tensor([...shape.slice(0, -1), count]);
  for (let row = 0; row * extent < data.length; row++) {
    result.data.set(data.subarray(row * extent + start, row * extent + start + count), row * count);
  }
  return result;
}
