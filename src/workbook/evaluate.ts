/** Recorded operations on numbers, in double precision: a check is exact, quick and needs no runtime. */
import { sizeOf } from '../core/graph/tensor.js';
import type { RecordedNode } from './recorded.js';

/** Numbers with their shape, row-major. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Numbers that all results of one evaluation may have together. */
const MOST_NUMBERS = 2 ** 24;

/**
 * The value of one recorded node.
 *
 * @param inputs values by the names of inputs.
 * @throws RangeError where more numbers come up than checks of small shapes need.
 */
export function evaluate(
  recorded: readonly RecordedNode[],
  returned: number,
  inputs: Readonly<Record<string, Numbers>>,
): Numbers {
  const values: Numbers[] = [];
  let held = 0;
  for (const node of recorded.slice(0, returned + 1)) {
    held += sizeOf(node.shape);
    if (held > MOST_NUMBERS) throw new RangeError(`Expected at most ${MOST_NUMBERS} numbers but received more.`);
    const from = node.inputs.map((place) => values[place] as Numbers);
    values.push(computed(node, from, inputs));
  }
  return values[returned] as Numbers;
}

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
};
const UNARY: Readonly<Record<string, (a: number) => number>> = {
  sqrt: Math.sqrt,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
};

function computed(node: RecordedNode, from: readonly Numbers[], inputs: Readonly<Record<string, Numbers>>): Numbers {
  const { operation, shape } = node;
  const [a, b] = from as [Numbers, Numbers];
  const binary = BINARY[operation];
  const unary = UNARY[operation];
  if (binary) return elementwise(shape, a, b, binary);
  if (unary) return { shape, data: a.data.map(unary) };
  switch (operation) {
    case 'input':
      return inputs[node.name ?? ''] ?? { shape, data: new Float64Array(sizeOf(shape)) };
    case 'constant':
      return { shape, data: Float64Array.from(node.values ?? []) };
    case 'sum':
      return summed(a, node.axes ?? [], shape);
    case 'reshape':
      return { shape, data: a.data };
    case 'transpose':
      return gathered(a, shape, permutedStrides(a.shape, node.axes ?? []), 0);
    case 'expand':
      return gathered(a, shape, broadcastStrides(a.shape, shape), 0);
    case 'slice': {
      const strides = stridesOf(a.shape);
      const offset = (node.begin ?? []).reduce((sum, start, i) => sum + start * (strides[i] as number), 0);
      return gathered(a, shape, strides, offset);
    }
    case 'concat':
      return joined(from, shape, node.axes?.[0] ?? 0);
    case 'matMul':
      return product(a, b, shape, node.transposeA === true, node.transposeB === true);
    default:
      throw new RangeError(`Expected a known operation but received ${String(operation).slice(0, 40)}.`);
  }
}

/** Numbers from one element to the next along each axis. */
function stridesOf(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const extent of [...shape].reverse()) {
    strides.unshift(stride);
    stride *= extent;
  }
  return strides;
}

function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  return to.map((_, axis) => {
    const own = axis - to.length + from.length;
    return own < 0 || from[own] === 1 ? 0 : (strides[own] as number);
  });
}

function permutedStrides(shape: readonly number[], axes: readonly number[]): number[] {
  const strides = stridesOf(shape);
  return axes.map((axis) => strides[axis] as number);
}

/** Elements of `a` in the order of `shape`, each axis with its own stride. */
function gathered(a: Numbers, shape: readonly number[], strides: readonly number[], offset: number): Numbers {
  const data = new Float64Array(sizeOf(shape));
  const index = shape.map(() => 0);
  let from = offset;
  for (let i = 0; i < data.length; i++) {
    data[i] = a.data[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      from -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return { shape, data };
}

function elementwise(shape: readonly number[], a: Numbers, b: Numbers, of: (a: number, b: number) => number): Numbers {
  const spread = (x: Numbers) =>
    String(x.shape) === String(shape) ? x : gathered(x, shape, broadcastStrides(x.shape, shape), 0);
  const [x, y] = [spread(a).data, spread(b).data];
  return { shape, data: x.map((value, i) => of(value, y[i] as number)) };
}

function summed(a: Numbers, axes: readonly number[], shape: readonly number[]): Numbers {
  const kept = a.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...kept, ...axes];
  const sorted = gathered(
    a,
    order.map((axis) => a.shape[axis] as number),
    permutedStrides(a.shape, order),
    0,
  );
  const data = new Float64Array(sizeOf(shape));
  const each = sorted.data.length / data.length;
  for (let i = 0; i < sorted.data.length; i++) {
    const to = Math.floor(i / each);
    data[to] = (data[to] as number) + (sorted.data[i] as number);
  }
  return { shape, data };
}

function joined(parts: readonly Numbers[], shape: readonly number[], axis: number): Numbers {
  const data = new Float64Array(sizeOf(shape));
  const outer = sizeOf(shape.slice(0, axis));
  let at = 0;
  for (let i = 0; i < outer; i++) {
    for (const part of parts) {
      const size = part.data.length / outer;
      data.set(part.data.subarray(i * size, (i + 1) * size), at);
      at += size;
    }
  }
  return { shape, data };
}

function product(a: Numbers, b: Numbers, shape: readonly number[], transposeA: boolean, transposeB: boolean): Numbers {
  const [m, n] = shape.slice(-2) as [number, number];
  const k = a.shape.at(transposeA ? -2 : -1) as number;
  const [rowA, columnA] = transposeA ? [1, m] : [k, 1];
  const [rowB, columnB] = transposeB ? [1, k] : [n, 1];
  const data = new Float64Array(sizeOf(shape));
  for (let batch = 0; batch < data.length / (m * n); batch++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum +=
            (a.data[batch * m * k + i * rowA + l * columnA] as number) *
            (b.data[batch * k * n + l * rowB + j * columnB] as number);
        }
        data[batch * m * n + i * n + j] = sum;
      }
    }
  }
  return { shape, data };
}
