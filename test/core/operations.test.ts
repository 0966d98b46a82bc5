/** Walks the table of operations: every gradient against finite differences, on the engine that paints. */
import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/core/graph/gradient.js';
import type { Node, OperationName } from '../../src/core/graph/node.js';
import * as o from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Shape, type Tensor, tensor } from '../../src/core/graph/tensor.js';
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
  matmul: [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      name: `transposeA ${transposeA} transposeB ${transposeB}`,
      shapes: [transposeA ? [2, 4, 3] : [2, 3, 4], transposeB ? [2, 5, 4] : [2, 4, 5]],
      build: (a: Node, b: Node) => o.matmul(a, b, { transposeA, transposeB }),
    })),
  ),
  gram: [{ shapes: [[3, 7]], build: o.gram }],
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

async function evaluate(outputs: Record<string, Node>, feeds: Record<string, Tensor>) {
  const program = await Program.load(engine, outputs);
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

/** <a, b> in double precision. */
const dot = (a: Float32Array, b: Float32Array) => a.reduce((total, value, i) => total + value * (b[i] as number), 0);

/**
 * Directional derivatives of <y(x), v> + <y(x), y(x)>/2 along random directions, by central differences.
 * The quadratic term makes upstream gradients depend on the value, as they do in a real cost.
 */
async function check({ shapes, build, masks = [], awayFromZero = 0, positive, distinct }: Example, order: 1 | 2) {
  const inputs = shapes.map((shape, i) => o.input(`x${i}`, shape));
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
  const free = inputs.filter((_, i) => !masks.includes(i));
  const y = build(...inputs);
  let cost = o.add(o.sum(o.multiply(y, o.constant(draw(y.shape)))), o.scale(o.sum(o.multiply(y, y)), 0.5));
  if (order === 2) {
    const first = gradients(cost, free);
    cost = first.map((g) => o.sum(o.multiply(g, o.constant(draw(g.shape))))).reduce((a, b) => o.add(a, b));
  }
  const wanted = gradients(cost, free);
  const feeds = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, draw(shape)]));
  const outputs = Object.fromEntries(wanted.map((node, i) => [`g${i}`, node]));
  const program = await Program.load(engine, { cost });
  const analytic = await evaluate(outputs, feeds);
  for (const [i, node] of free.entries()) {
    const name = `x${inputs.indexOf(node)}`;
    const at = feeds[name] as Tensor;
    for (let trial = 0; trial < 3; trial++) {
      const direction = Float32Array.from(at.data, () => numbers() * 2 - 1);
      const along = async (h: number) => {
        const moved = tensor(
          at.shape,
          at.data.map((value, j) => value + h * (direction[j] as number)),
        );
        return ((await program.run({ ...feeds, [name]: moved })).cost as Tensor).data[0] as number;
      };
      const h = 1e-2;
      // Richardson's combination of two central differences: exact for the polynomials most operations are.
      const central = async (step: number) => ((await along(step)) - (await along(-step))) / (2 * step);
      const numeric = (4 * (await central(h)) - (await central(2 * h))) / 3;
      const exact = dot((analytic[`g${i}`] as Tensor).data, direction);
      const size = Math.sqrt(dot((analytic[`g${i}`] as Tensor).data, (analytic[`g${i}`] as Tensor).data));
      expect(Math.abs(numeric - exact) / (size + 1), `input ${i}: ${numeric} against ${exact}`).toBeLessThan(5e-3);
    }
  }
  await program.dispose();
}

describe('gradient of', () => {
  for (const name of o.OPERATION_NAMES) {
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
  for (const name of o.OPERATION_NAMES) {
    const examples = EXAMPLES[name];
    if (examples === LEAF) continue;
    test(name, () => check(examples[0] as Example, 2));
  }
});
