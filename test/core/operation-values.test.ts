/** Every operation on numbers that can be followed by hand, and the sentence with which it refuses other shapes. */
import { describe, expect, test } from 'vitest';
import type { Node, OperationName } from '../../src/core/graph/node.js';
import { OPERATION_NAMES } from '../../src/core/graph/operations/table.js';
import * as o from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Shape, type Tensor, tensor } from '../../src/core/graph/tensor.js';
import { createNodeEngine } from '../../src/engines/node.js';

const engine = createNodeEngine({ threads: 1 });
const of = (shape: Shape, ...numbers: number[]): Tensor => tensor(shape, Float32Array.from(numbers));
/** 1, 2, 3 ... */
const counted = (...shape: number[]): Tensor => {
  const value = tensor(shape);
  return tensor(
    shape,
    value.data.map((_, i) => i + 1),
  );
};

interface Example {
  readonly inputs: readonly Tensor[];
  readonly build: (...inputs: Node[]) => Node;
  readonly output: Tensor;
}

interface Refusal {
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Node[]) => Node;
  readonly message: string;
}

const ANY_SHAPE = 'takes any shape';

/** Total over the table: an operation without values does not compile. */
const VALUES: Record<OperationName, readonly [Example, ...Example[]]> = {
  input: [{ inputs: [counted(2, 2)], build: (x) => x, output: counted(2, 2) }],
  constant: [
    { inputs: [], build: () => o.constant(counted(2, 2)), output: counted(2, 2) },
    { inputs: [], build: () => o.constant(7), output: of([], 7) },
    // A zero keeps its sign beside one without.
    {
      inputs: [],
      build: () => o.divide(o.constant(of([2], 1, 1)), o.constant(of([2], 0, -0))),
      output: of([2], Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    },
  ],
  add: [{ inputs: [counted(2, 2), of([2], 10, 20)], build: o.add, output: of([2, 2], 11, 22, 13, 24) }],
  subtract: [{ inputs: [counted(2, 2), of([2, 1], 1, 3)], build: o.subtract, output: of([2, 2], 0, 1, 0, 1) }],
  multiply: [{ inputs: [counted(2, 2), of([], 3)], build: o.multiply, output: of([2, 2], 3, 6, 9, 12) }],
  divide: [{ inputs: [counted(3), of([3], 2, -4, 0.5)], build: o.divide, output: of([3], 0.5, -0.5, 6) }],
  maximum: [
    { inputs: [of([2, 2], 1, -5, 7, 0), of([2], 2, -6)], build: o.maximum, output: of([2, 2], 2, -5, 7, 0) },
    { inputs: [of([2, 2], 1, -5, 7, 0), of([2], 2, -6)], build: o.minimum, output: of([2, 2], 1, -6, 2, -6) },
    { inputs: [of([4], -3, -1, 0.5, 9)], build: (x) => o.clip(x, -1, 2), output: of([4], -1, -1, 0.5, 2) },
  ],
  squareRoot: [{ inputs: [of([3], 0, 4, 2.25)], build: o.squareRoot, output: of([3], 0, 2, 1.5) }],
  exponential: [{ inputs: [of([3], 0, 1, -2)], build: o.exponential, output: of([3], 1, Math.E, Math.exp(-2)) }],
  logarithm: [{ inputs: [of([3], 1, Math.E, 0.25)], build: o.logarithm, output: of([3], 0, 1, Math.log(0.25)) }],
  absolute: [{ inputs: [of([3], -2, 0, 3)], build: o.absolute, output: of([3], 2, 0, 3) }],
  relu: [{ inputs: [of([3], -2, 0, 3)], build: o.relu, output: of([3], 0, 0, 3) }],
  gate: [{ inputs: [of([4], -2, 0, 1e-9, 3), counted(4)], build: o.gate, output: of([4], 0, 0, 3, 4) }],
  equal: [{ inputs: [counted(3), of([3], 1, 2.000001, 3)], build: o.equal, output: of([3], 1, 0, 1) }],
  detach: [{ inputs: [counted(3)], build: o.detach, output: counted(3) }],
  sumTo: [
    { inputs: [counted(2, 3)], build: (x) => o.sumTo(x, [2, 1]), output: of([2, 1], 6, 15) },
    { inputs: [counted(2, 3)], build: (x) => o.sumTo(x, [3]), output: of([3], 5, 7, 9) },
    { inputs: [counted(2, 3)], build: o.sum, output: of([], 21) },
  ],
  expand: [{ inputs: [of([2, 1], 1, 2)], build: (x) => o.expand(x, [2, 3]), output: of([2, 3], 1, 1, 1, 2, 2, 2) }],
  reshape: [{ inputs: [counted(2, 3)], build: (x) => o.reshape(x, [3, 2]), output: counted(3, 2) }],
  transpose: [
    { inputs: [counted(2, 3)], build: (x) => o.transpose(x, [1, 0]), output: of([3, 2], 1, 4, 2, 5, 3, 6) },
    {
      inputs: [counted(1, 2, 3)],
      build: (x) => o.transpose(x, [2, 0, 1]),
      output: of([3, 1, 2], 1, 4, 2, 5, 3, 6),
    },
  ],
  slice: [
    {
      inputs: [counted(3, 4)],
      build: (x) =>
        o.slice(x, [
          [1, 3],
          [2, 4],
        ]),
      output: of([2, 2], 7, 8, 11, 12),
    },
    { inputs: [counted(3, 2)], build: (x) => o.slice(x, [[0, 1], null]), output: of([1, 2], 1, 2) },
    { inputs: [counted(3, 2)], build: (x) => o.slice(x, [null, null]), output: counted(3, 2) },
  ],
  pad: [
    {
      inputs: [counted(1, 2)],
      build: (x) =>
        o.pad(x, [
          [0, 1],
          [2, 1],
        ]),
      output: of([2, 5], 0, 0, 1, 2, 0, 0, 0, 0, 0, 0),
    },
    { inputs: [counted(2)], build: (x) => o.pad(x, [null]), output: counted(2) },
  ],
  concat: [
    {
      inputs: [counted(2, 1), counted(2, 2)],
      build: (a, b) => o.concat([a, b], 1),
      output: of([2, 3], 1, 1, 2, 2, 3, 4),
    },
    {
      inputs: [counted(1, 2), counted(2, 2)],
      build: (a, b) => o.concat([a, b], 0),
      output: of([3, 2], 1, 2, 1, 2, 3, 4),
    },
  ],
  edgePad: [
    { inputs: [counted(1, 1, 1, 2)], build: o.edgePad, output: of([1, 1, 3, 4], 1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2) },
  ],
  edgeFold: [{ inputs: [counted(1, 1, 3, 4)], build: o.edgeFold, output: of([1, 1, 1, 2], 33, 45) }],
  matmul: [
    { inputs: [counted(1, 2), counted(2, 2)], build: (a, b) => o.matmul(a, b), output: of([1, 2], 7, 10) },
    {
      inputs: [counted(2, 1), counted(2, 2)],
      build: (a, b) => o.matmul(a, b, { transposeA: true, transposeB: true }),
      output: of([1, 2], 5, 11),
    },
  ],
  gram: [{ inputs: [counted(2, 2)], build: o.gram, output: of([2, 2], 5, 11, 11, 25) }],
  gemm: [
    {
      inputs: [counted(1, 2), counted(2, 2), counted(1, 2)],
      build: (a, b, c) => o.gemm(a, b, c, { alpha: 2, beta: 10 }),
      output: of([1, 2], 24, 40),
    },
  ],
  convolution: [
    {
      inputs: [counted(1, 1, 2, 3), of([1, 1, 2, 2], 1, 0, 0, 10), of([1], 100)],
      build: (x, w, bias) => o.convolution(x, w, 0, bias),
      output: of([1, 1, 1, 2], 151, 162),
    },
    {
      inputs: [counted(1, 1, 1, 2), of([1, 1, 3, 3], 0, 0, 0, 1, 10, 100, 0, 0, 0)],
      build: (x, w) => o.convolution(x, w, 1),
      output: of([1, 1, 1, 2], 210, 21),
    },
  ],
  convolutionInputGradient: [
    {
      inputs: [counted(1, 1, 1, 2), of([1, 1, 2, 2], 1, 0, 0, 10)],
      build: (y, w) => o.convolutionInputGradient(y, w, 0),
      output: of([1, 1, 2, 3], 1, 2, 0, 0, 10, 20),
    },
  ],
  convolutionWeightGradient: [
    {
      inputs: [counted(1, 1, 2, 3), of([1, 1, 1, 2], 1, 10)],
      build: (x, y) => o.convolutionWeightGradient(x, y, 0),
      output: of([1, 1, 2, 2], 21, 32, 54, 65),
    },
  ],
  sumPool: [{ inputs: [counted(1, 1, 3, 3)], build: o.sumPool, output: of([1, 1, 2, 2], 12, 9, 15, 9) }],
  averagePool: [{ inputs: [counted(1, 1, 3, 3)], build: o.averagePool, output: of([1, 1, 2, 2], 3, 4.5, 7.5, 9) }],
  maxPool: [{ inputs: [of([1, 1, 3, 2], -1, -2, -3, -4, -6, -5)], build: o.maxPool, output: of([1, 1, 2, 1], -1, -5) }],
  upsample: [
    {
      inputs: [counted(1, 1, 1, 2)],
      build: (x) => o.upsample(x, [1, 1, 2, 3]),
      output: of([1, 1, 2, 3], 1, 1, 2, 1, 1, 2),
    },
  ],
  sortBy: [
    { inputs: [of([2, 3], 3, 1, 2, 0, 9, -9), counted(2, 3)], build: o.sortBy, output: of([2, 3], 2, 3, 1, 6, 4, 5) },
    { inputs: [of([2, 3], 3, 1, 2, 0, 9, -9)], build: o.sort, output: of([2, 3], 1, 2, 3, -9, 0, 9) },
  ],
  unsortBy: [
    { inputs: [of([2, 3], 3, 1, 2, 0, 9, -9), of([2, 3], 2, 3, 1, 6, 4, 5)], build: o.unsortBy, output: counted(2, 3) },
  ],
  cumulativeSum: [
    { inputs: [counted(2, 3)], build: (x) => o.cumulativeSum(x), output: of([2, 3], 1, 3, 6, 4, 9, 15) },
    {
      inputs: [counted(2, 3)],
      build: (x) => o.cumulativeSum(x, { reverse: true }),
      output: of([2, 3], 6, 5, 3, 15, 11, 6),
    },
  ],
  lookUp: [
    {
      inputs: [of([1, 2], 10, 30), of([1, 5], 0, 0.25, 0.5, 0.75, 1)],
      build: o.lookUp,
      output: of([1, 5], 10, 10, 20, 30, 30),
    },
  ],
};

const BROADCAST = (name: OperationName, build: Refusal['build']): Refusal => ({
  shapes: [
    [2, 3],
    [2, 4],
  ],
  build,
  message: `Expected shapes that broadcast as in numpy for ${name} but received shapes [2, 3] and [2, 4].`,
});

const SAME = (name: OperationName, build: Refusal['build']): Refusal => ({
  shapes: [[2, 3], [3]],
  build,
  message: `Expected equal shapes for ${name} but received shapes [2, 3] and [3].`,
});

const FEATURES = (name: OperationName, build: Refusal['build'], axes = 'features [N, C, H, W]'): Refusal => ({
  shapes: [[3, 4, 5]],
  build,
  message: `Expected ${axes} for ${name} but received shape [3, 4, 5].`,
});

/** Total as well. */
const REFUSALS: Record<OperationName, readonly Refusal[] | typeof ANY_SHAPE> = {
  input: [
    {
      shapes: [],
      build: () => o.input('x', [2, 0.5]),
      message: 'Expected whole extents of at least 1 for input but received shape [2, 0.5].',
    },
  ],
  constant: ANY_SHAPE,
  add: [BROADCAST('add', o.add)],
  subtract: [BROADCAST('subtract', o.subtract)],
  multiply: [BROADCAST('multiply', o.multiply)],
  divide: [BROADCAST('divide', o.divide)],
  maximum: [
    BROADCAST('maximum', o.maximum),
    {
      shapes: [[2]],
      build: (x) => o.clip(x, 2, 1),
      message: 'Expected low <= high for clip but received 2 and 1.',
    },
  ],
  squareRoot: ANY_SHAPE,
  exponential: ANY_SHAPE,
  logarithm: ANY_SHAPE,
  absolute: ANY_SHAPE,
  relu: ANY_SHAPE,
  gate: [SAME('gate', o.gate)],
  equal: [SAME('equal', o.equal)],
  detach: ANY_SHAPE,
  sumTo: [
    {
      shapes: [[2, 3]],
      build: (x) => o.sumTo(x, [2, 3, 1]),
      message: 'Expected a shape that broadcasts to another for sumTo but received shapes [2, 3, 1] and [2, 3].',
    },
  ],
  expand: [
    {
      shapes: [[2, 3]],
      build: (x) => o.expand(x, [2, 4]),
      message: 'Expected a shape that broadcasts to another for expand but received shapes [2, 3] and [2, 4].',
    },
  ],
  reshape: [
    {
      shapes: [[2, 3]],
      build: (x) => o.reshape(x, [4, 2]),
      message: 'Expected a shape of 8 elements to become [4, 2] for reshape but received shape [2, 3].',
    },
  ],
  transpose: [
    {
      shapes: [[2, 3]],
      build: (x) => o.transpose(x, [0, 2, 1]),
      message: 'Expected a shape with the axes that [0, 2, 1] permutes for transpose but received shape [2, 3].',
    },
  ],
  slice: [
    {
      shapes: [[2, 3]],
      build: (x) => o.slice(x, [null, [1, 4]]),
      message: 'Expected a shape that holds elements 0..2, 1..4 for slice but received shape [2, 3].',
    },
    {
      shapes: [[2, 3]],
      build: (x) => o.slice(x, [[1, 1], null]),
      message: 'Expected a shape that holds elements 1..1, 0..3 for slice but received shape [2, 3].',
    },
    {
      shapes: [[2, 3]],
      build: (x) => o.slice(x, [null]),
      message: 'Expected a shape that holds elements 0..2 for slice but received shape [2, 3].',
    },
  ],
  pad: [
    {
      shapes: [[2, 3]],
      build: (x) => o.pad(x, [[1, 1]]),
      message: 'Expected zeros for each axis, not [1, 1], for pad but received shape [2, 3].',
    },
    {
      shapes: [[2, 3]],
      build: (x) => o.pad(x, [[-1, 1], null]),
      message: 'Expected zeros for each axis, not [-1, 1] [0, 0], for pad but received shape [2, 3].',
    },
  ],
  concat: [
    {
      shapes: [
        [2, 3],
        [2, 4],
      ],
      build: (a, b) => o.concat([a, b], 0),
      message: 'Expected shapes that differ in axis 0 alone for concat but received shapes [2, 3] and [2, 4].',
    },
    {
      shapes: [[2, 3]],
      build: (x) => o.concat([x], 2),
      message: 'Expected shapes that differ in axis 2 alone for concat but received shape [2, 3].',
    },
    { shapes: [], build: () => o.concat([], 0), message: 'Expected at least one part for concat but received none.' },
  ],
  edgePad: [FEATURES('edgePad', o.edgePad)],
  edgeFold: [FEATURES('edgeFold', o.edgeFold, 'features [N, C, H + 2, W + 2]')],
  matmul: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: (a, b) => o.matmul(a, b),
      message: 'Expected a [..., M, K] and b [..., K, N] for matmul but received shapes [2, 3] and [2, 3].',
    },
    {
      shapes: [[2, 3], [3]],
      build: (a, b) => o.matmul(a, b),
      message: 'Expected at least two axes for matmul but received shape [3].',
    },
  ],
  gram: [
    { shapes: [[2, 3, 4]], build: o.gram, message: 'Expected a matrix [C, N] for gram but received shape [2, 3, 4].' },
  ],
  gemm: [
    {
      shapes: [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      build: (a, b, c) => o.gemm(a, b, c),
      message: 'Expected a [M, K] and b [K, N] for gemm but received shapes [2, 3] and [2, 3].',
    },
    {
      shapes: [
        [2, 3],
        [3, 2],
        [2, 3],
      ],
      build: (a, b, c) => o.gemm(a, b, c),
      message: 'Expected equal shapes for gemm but received shapes [2, 2] and [2, 3].',
    },
  ],
  convolution: [
    {
      shapes: [
        [1, 3, 5, 5],
        [4, 2, 3, 3],
      ],
      build: (x, w) => o.convolution(x, w, 1),
      message:
        'Expected features [N, C, H, W] and a kernel [K, C, kH, kW] of equal C for convolution ' +
        'but received shapes [1, 3, 5, 5] and [4, 2, 3, 3].',
    },
    {
      shapes: [[1, 3, 5, 5], [4, 3, 3, 3], [3]],
      build: (x, w, bias) => o.convolution(x, w, 1, bias),
      message: 'Expected a bias [4] for convolution but received shape [3].',
    },
    {
      shapes: [
        [1, 3, 2, 5],
        [4, 3, 3, 3],
      ],
      build: (x, w) => o.convolution(x, w, 0),
      message:
        'Expected features that a kernel of 3x3 fits into, with padding 0, for convolution but received shape [1, 3, 2, 5].',
    },
  ],
  convolutionInputGradient: [
    {
      shapes: [
        [1, 3, 5, 5],
        [4, 2, 3, 3],
      ],
      build: (y, w) => o.convolutionInputGradient(y, w, 1),
      message:
        "Expected a gradient [N, K, H', W'] and a kernel [K, C, kH, kW] of equal K for convolutionInputGradient " +
        'but received shapes [1, 3, 5, 5] and [4, 2, 3, 3].',
    },
  ],
  convolutionWeightGradient: [
    {
      shapes: [
        [1, 3, 5, 5],
        [2, 4, 5, 5],
      ],
      build: (x, y) => o.convolutionWeightGradient(x, y, 1),
      message:
        "Expected features [N, C, H, W] and a gradient [N, K, H', W'] of equal N for convolutionWeightGradient " +
        'but received shapes [1, 3, 5, 5] and [2, 4, 5, 5].',
    },
  ],
  sumPool: [FEATURES('sumPool', o.sumPool)],
  averagePool: [FEATURES('averagePool', o.averagePool)],
  maxPool: [FEATURES('maxPool', o.maxPool)],
  upsample: [
    FEATURES('upsample', (x) => o.upsample(x, [1, 1, 8, 10])),
    {
      shapes: [[1, 2, 3, 3]],
      build: (x) => o.upsample(x, [1, 2, 5, 8]),
      message: 'Expected features [N, C, 3, 4] for upsample but received shape [1, 2, 3, 3].',
    },
  ],
  sortBy: [SAME('sortBy', o.sortBy)],
  unsortBy: [SAME('unsortBy', o.unsortBy)],
  cumulativeSum: [
    {
      shapes: [[]],
      build: (x) => o.cumulativeSum(x),
      message: 'Expected at least one axis for cumulativeSum but received shape [].',
    },
  ],
  lookUp: [
    {
      shapes: [
        [2, 3],
        [3, 3],
      ],
      build: o.lookUp,
      message:
        'Expected a table [..., K] and places [..., N] of equal leading axes for lookUp ' +
        'but received shapes [2, 3] and [3, 3].',
    },
  ],
};

describe.each(OPERATION_NAMES)('%s', (name) => {
  test('computes what it says', async () => {
    for (const { inputs, build, output } of VALUES[name]) {
      const y = build(...inputs.map(({ shape }, i) => o.input(`x${i}`, shape)));
      expect(y.shape).toEqual(output.shape);
      const program = await Program.load(engine, { y });
      const results = await program.run(Object.fromEntries(inputs.map((value, i) => [`x${i}`, value])));
      await program.dispose();
      expect(results.y?.shape).toEqual(output.shape);
      for (const [i, value] of output.data.entries()) expect(results.y?.data[i]).toBeCloseTo(value, 5);
    }
  });

  const refusals = REFUSALS[name];
  if (refusals === ANY_SHAPE) return;
  test('refuses shapes that do not fit in one sentence', () => {
    for (const { shapes, build, message } of refusals) {
      expect(() => build(...shapes.map((shape, i) => o.input(`x${i}`, shape)))).toThrow(new RangeError(message));
    }
  });
});
