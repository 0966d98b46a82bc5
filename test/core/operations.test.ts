/** Walks the table of operations: every gradient against finite differences, on the engine that paints. */
import { describe, expect, test } from 'vitest';
import { checkGradient } from '../../src/core/graph/check-gradient.js';
import { gradients } from '../../src/core/graph/gradient.js';
import type { Node, OperationName } from '../../src/core/graph/node.js';
import { OPERATION_NAMES } from '../../src/core/graph/operations/table.js';
import * as o from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Shape, tensor } from '../../src/core/graph/tensor.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { seededNumbers } from '../support/random.js';

interface Example {
  readonly name?: string;
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Node[]) => Node;
  /** Inputs by which the operation is not differentiable (masks). */
  readonly masks?: readonly number[];
  /** Inputs kept at least this far from 0, away from kinks and poles. */
  readonly awayFromZero?: number;
  readonly positive?: true;
  /** No two elements of an input within reach of each other's steps. */
  readonly distinct?: true;
}

const LEAF = 'has no inputs to differentiate by';

/** Total over the table: an operation without examples does not compile. */
const EXAMPLES: Record<OperationName, readonly Example[] | typeof LEAF> = {
  input: LEAF,
  constant: LEAF,
  add: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: o.add,
    },
    {
      name: 'broadcast',
      shapes: [
        [2, 3, 4],
        [3, 1],
      ],
      build: o.add,
    },
  ],
  subtract: [
    {
      name: 'broadcast',
      shapes: [
        [3, 1],
        [2, 3, 4],
      ],
      build: o.subtract,
    },
  ],
  multiply: [
    { name: 'broadcast', shapes: [[2, 3], [3]], build: o.multiply },
    { name: 'with itself', shapes: [[2, 3]], build: (x) => o.multiply(x, x) },
  ],
  divide: [{ name: 'broadcast', shapes: [[2, 3], []], build: o.divide, awayFromZero: 0.5 }],
  maximum: [
    { shapes: [[2, 3], [3]], build: o.maximum, distinct: true },
    {
      name: 'minimum',
      shapes: [
        [2, 3, 2],
        [3, 1],
      ],
      build: o.minimum,
      distinct: true,
    },
    { name: 'clip', shapes: [[3, 4]], build: (x) => o.clip(x, -0.33, 0.27), distinct: true },
  ],
  exponential: [{ shapes: [[2, 3]], build: o.exponential }],
  logarithm: [
    { shapes: [[2, 3]], build: o.logarithm, awayFromZero: 0.5, positive: true },
    {
      name: 'power',
      shapes: [[2, 3]],
      build: (x) => o.exponential(o.scale(o.logarithm(x), 1.7)),
      awayFromZero: 0.5,
      positive: true,
    },
  ],
  absolute: [{ shapes: [[3, 4]], build: o.absolute, awayFromZero: 0.1 }],
  squareRoot: [{ shapes: [[2, 3]], build: o.squareRoot, awayFromZero: 0.5, positive: true }],
  relu: [{ shapes: [[3, 4]], build: o.relu, awayFromZero: 0.1 }],
  gate: [
    {
      shapes: [
        [3, 4],
        [3, 4],
      ],
      build: o.gate,
      masks: [0],
      awayFromZero: 0.1,
    },
  ],
  equal: [
    {
      name: 'as a factor',
      shapes: [
        [1, 1, 4, 4],
        [1, 1, 4, 4],
      ],
      build: (a, x) => o.multiply(o.equal(a, o.upsample(o.maxPool(a), [1, 1, 4, 4])), x),
      masks: [0],
    },
  ],
  sumTo: [
    { shapes: [[2, 3, 4]], build: (x) => o.sumTo(x, [3, 1]) },
    { name: 'scalar', shapes: [[2, 3]], build: o.sum },
  ],
  expand: [{ shapes: [[3, 1]], build: (x) => o.expand(x, [2, 3, 4]) }],
  reshape: [{ shapes: [[2, 6]], build: (x) => o.reshape(x, [3, 4]) }],
  transpose: [{ shapes: [[2, 3, 4]], build: (x) => o.transpose(x, [2, 0, 1]) }],
  slice: [
    { shapes: [[3, 5, 4]], build: (x) => o.slice(x, [null, [1, 4], [0, 2]]) },
    { name: 'the last', shapes: [[2, 5]], build: (x) => o.slice(x, [null, [4, 5]]) },
  ],
  pad: [
    { shapes: [[2, 3, 2]], build: (x) => o.pad(x, [null, [2, 0], [1, 3]]) },
    { name: 'negative values', shapes: [[2, 3]], build: (x) => o.exponential(o.pad(x, [[1, 1], null])) },
  ],
  concat: [
    {
      shapes: [
        [2, 3, 2],
        [2, 1, 2],
        [2, 2, 2],
      ],
      build: (...parts) => o.concat(parts, 1),
    },
    { name: 'with itself', shapes: [[2, 3]], build: (x) => o.concat([x, o.multiply(x, x), x], 0) },
    { name: 'one part', shapes: [[2, 3]], build: (x) => o.concat([x], 1) },
  ],
  matmul: [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      name: `transposeA ${transposeA} transposeB ${transposeB}`,
      shapes: [transposeA ? [2, 4, 3] : [2, 3, 4], transposeB ? [2, 5, 4] : [2, 4, 5]],
      build: (a: Node, b: Node) => o.matmul(a, b, { transposeA, transposeB }),
    })),
  ),
  gram: [{ shapes: [[3, 7]], build: o.gram }],
  gemm: [
    {
      shapes: [
        [3, 4],
        [4, 5],
        [3, 5],
      ],
      build: (a, b, c) => o.gemm(a, b, c, { alpha: 0.5, beta: -2 }),
    },
    { name: 'of one matrix', shapes: [[3, 3]], build: (a) => o.gemm(a, a, a, { alpha: 2, beta: 3 }) },
  ],
  convolution: [
    {
      name: 'plain',
      shapes: [
        [2, 3, 5, 6],
        [4, 3, 3, 3],
      ],
      build: (x, w) => o.convolution(x, w, 1),
    },
    {
      name: 'with bias',
      shapes: [[1, 3, 5, 6], [4, 3, 3, 3], [4]],
      build: (x, w, bias) => o.convolution(x, w, 1, bias),
    },
    {
      name: 'Winograd with bias',
      shapes: [[1, 96, 5, 6], [97, 96, 3, 3], [97]],
      build: (x, w, bias) => o.convolution(x, w, 1, bias),
    },
    {
      name: '1x1',
      shapes: [
        [1, 3, 5, 6],
        [2, 3, 1, 1],
      ],
      build: (x, w) => o.convolution(x, w, 0),
    },
    {
      name: 'Winograd, ragged tiles',
      shapes: [
        [1, 96, 5, 6],
        [97, 96, 3, 3],
      ],
      build: (x, w) => o.convolution(x, w, 1),
    },
  ],
  convolutionInputGradient: [
    {
      name: 'transposed',
      shapes: [
        [1, 4, 5, 6],
        [4, 3, 3, 3],
      ],
      build: (y, w) => o.convolutionInputGradient(y, w, 1),
    },
    {
      name: 'turned kernel',
      shapes: [
        [1, 4, 5, 6],
        [4, 17, 3, 3],
      ],
      build: (y, w) => o.convolutionInputGradient(y, w, 1),
    },
    {
      name: 'Winograd',
      shapes: [
        [1, 97, 5, 6],
        [97, 96, 3, 3],
      ],
      build: (y, w) => o.convolutionInputGradient(y, w, 1),
    },
  ],
  convolutionWeightGradient: [
    {
      name: 'plain',
      shapes: [
        [2, 3, 5, 6],
        [2, 4, 5, 6],
      ],
      build: (x, y) => o.convolutionWeightGradient(x, y, 1),
    },
    {
      name: 'Winograd',
      shapes: [
        [1, 96, 5, 6],
        [1, 97, 5, 6],
      ],
      build: (x, y) => o.convolutionWeightGradient(x, y, 1),
    },
  ],
  sumPool: [{ name: 'odd', shapes: [[1, 2, 5, 7]], build: o.sumPool }],
  averagePool: [
    { name: 'even', shapes: [[1, 2, 4, 6]], build: o.averagePool },
    { name: 'odd', shapes: [[1, 2, 5, 7]], build: o.averagePool },
  ],
  maxPool: [{ name: 'odd', shapes: [[1, 2, 5, 7]], build: o.maxPool, distinct: true }],
  edgePad: [{ shapes: [[2, 2, 3, 4]], build: o.edgePad }],
  edgeFold: [{ shapes: [[2, 2, 5, 4]], build: o.edgeFold }],
  detach: [
    {
      name: 'as a factor',
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: (x, a) => o.multiply(x, o.detach(a)),
      masks: [1],
    },
  ],
  sortBy: [
    {
      shapes: [
        [2, 5],
        [2, 5],
      ],
      build: o.sortBy,
      masks: [0],
      distinct: true,
    },
    { name: 'sort', shapes: [[2, 5]], build: o.sort, distinct: true },
  ],
  unsortBy: [
    {
      shapes: [
        [2, 5],
        [2, 5],
      ],
      build: o.unsortBy,
      masks: [0],
      distinct: true,
    },
  ],
  cumulativeSum: [
    { name: 'up to', shapes: [[2, 5]], build: (x) => o.cumulativeSum(x) },
    { name: 'from', shapes: [[2, 5]], build: (x) => o.cumulativeSum(x, { reverse: true }) },
  ],
  lookUp: [
    {
      name: 'as a factor',
      shapes: [
        [2, 3],
        [2, 5],
        [2, 3],
      ],
      build: (x, table, at) => o.multiply(x, o.lookUp(table, at)),
      masks: [1, 2],
    },
  ],
  upsample: [{ name: 'odd', shapes: [[1, 2, 3, 4]], build: (x) => o.upsample(x, [1, 2, 5, 7]) }],
};

const engine = createNodeEngine({ threads: 1 });

/**
 * Checks the gradient of <y, v> + <y, y>/2, for y what the example builds. The quadratic term makes upstream gradients
 * depend on the value, as they do in a real cost. Of order 2, that of <gradient, v>.
 */
async function check({ shapes, build, masks = [], awayFromZero = 0, positive, distinct }: Example, order: 1 | 2) {
  const numbers = seededNumbers(7);
  const draw = (shape: Shape) => {
    const value = tensor(shape);
    for (let i = 0; i < value.data.length; i++) {
      const r = numbers() * 2 - 1;
      value.data[i] = (positive ? Math.abs(r) : r) + (positive || r > 0 ? awayFromZero : -awayFromZero);
    }
    if (distinct) {
      const order = [...value.data.keys()].sort((i, j) => (value.data[i] as number) - (value.data[j] as number));
      for (const [rank, i] of order.entries()) value.data[i] = (rank - order.length / 2) * 0.1;
    }
    return value;
  };
  const along = (node: Node) => o.sum(o.multiply(node, o.constant(draw(node.shape))));
  const wanted = shapes.map((_, i) => i).filter((i) => !masks.includes(i));
  const cost = (...inputs: Node[]) => {
    const y = build(...inputs);
    const first = o.add(along(y), o.scale(o.sum(o.multiply(y, y)), 0.5));
    if (order === 1) return first;
    return gradients(
      first,
      wanted.map((i) => inputs[i] as Node),
    )
      .map(along)
      .reduce((a, b) => o.add(a, b));
  };
  // The rounding of Winograd's tiles, of 96 channels, is 6e-3 of what a direction of the bias changes.
  const settings = { wanted, tolerance: 0.01, ...(distinct ? { longestStep: 0.02 } : {}) };
  await checkGradient(engine, cost, shapes.map(draw), settings);
}

describe('gradient of', () => {
  for (const name of OPERATION_NAMES) {
    const examples = EXAMPLES[name];
    if (examples === LEAF) continue;
    for (const example of examples) {
      test([name, example.name].filter(Boolean).join(', '), () => check(example, 1));
    }
  }
});

test('elements of a cell that are equally large share its gradient, whole cells and partial ones', async () => {
  const x = o.input('x', [1, 1, 3, 3]);
  const [gradient] = gradients(o.sum(o.maxPool(x)), [x]) as [Node];
  const program = await Program.load(createNodeEngine(), { gradient }, {});
  const at = tensor([1, 1, 3, 3], Float32Array.of(2, 2, 7, 1, 2, 7, 3, 4, 5));
  const { gradient: found } = await program.run({ x: at });
  const third = Math.fround(1 / 3);
  const wanted = [third, third, 0.5, 0, third, 0.5, 0, 1, 1];
  found?.data.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] as number, 6);
  });
  await program.dispose();
});

test('no gradient flows through detach', () => {
  const x = o.input('x', [2, 3]);
  expect(() => gradients(o.sum(o.detach(x)), [x])).toThrow(/does not depend/);
});

describe('second gradient of', () => {
  for (const name of OPERATION_NAMES) {
    const examples = EXAMPLES[name];
    if (examples === LEAF) continue;
    test(name, () => check(examples[0] as Example, 2));
  }
});
