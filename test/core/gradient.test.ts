/** The reverse walk from several outputs, and the check that compares gradients with differences. */
import { describe, expect, test } from 'vitest';
import { features } from '../../src/core/networks/features.js';
import { createNodeEngine } from '../../src/engines/node.js';
import {
  absolute,
  add,
  checkGradient,
  clip,
  concat,
  constant,
  detach,
  divide,
  exponential,
  gradients,
  input,
  matmul,
  multiply,
  type Node,
  Program,
  reshape,
  scale,
  squareRoot,
  subtract,
  sum,
  sumTo,
  type Tensor,
  tensor,
} from '../../src/graph.js';
import { smallNetwork } from '../support/network.js';
import { seededNumbers } from '../support/random.js';

const engine = createNodeEngine({ threads: 1 });

function drawn(shape: readonly number[], seed: number, size = 1): Tensor {
  const numbers = seededNumbers(seed);
  const { data } = tensor(shape);
  return tensor(
    shape,
    data.map(() => size * (2 * numbers() - 1)),
  );
}

describe('gradients from cotangents', () => {
  const x = input('x', [2, 3]);
  const w = input('w', [3, 4]);
  // The second output depends on the first one, the third is wanted itself, and the last is there twice.
  const product = matmul(exponential(x), w);
  const outputs = [product, multiply(product, product), w, product];
  const cotangents = outputs.map(({ shape }, i) => input(`c${i}`, shape));
  const written = outputs.map((y, i) => sum(multiply(y, cotangents[i] as Node))).reduce((a, b) => add(a, b));

  test('are those of the sum of products, written out', async () => {
    const nodes = {
      x: gradients(outputs, [x, w], cotangents)[0] as Node,
      w: gradients(outputs, [x, w], cotangents)[1] as Node,
      writtenX: gradients(written, [x, w])[0] as Node,
      writtenW: gradients(written, [x, w])[1] as Node,
    };
    const program = await Program.load(engine, nodes);
    const results = await program.run({
      x: drawn([2, 3], 1),
      w: drawn([3, 4], 2),
      c0: drawn([2, 4], 3),
      c1: drawn([2, 4], 4),
      c2: drawn([3, 4], 5),
      c3: drawn([2, 4], 8),
    });
    await program.dispose();
    for (const [own, whole] of [
      ['x', 'writtenX'],
      ['w', 'writtenW'],
    ] as const) {
      const found = results[own] as Tensor;
      expect(found.shape).toEqual(results[whole]?.shape);
      for (const [i, value] of found.data.entries()) expect(value).toBeCloseTo(results[whole]?.data[i] as number, 5);
    }
  });

  test('carry a cost on from another graph', async () => {
    // J = |tanh-like share of y|^2 of y = w x, once as one graph and once by its gradient with respect to y.
    const y = matmul(x, w);
    const costOf = (node: Node) => sum(absolute(divide(node, add(absolute(node), constant(1)))));
    const at = { x: drawn([2, 3], 6), w: drawn([3, 4], 7) };
    const given = input('y', y.shape);
    const run = async (outputs: Record<string, Node>, feeds: Record<string, Tensor>) => {
      const program = await Program.load(engine, outputs);
      return program.run(feeds).finally(() => program.dispose());
    };
    const whole = await run({ y, gradient: gradients(costOf(y), [x])[0] as Node }, at);
    const judged = await run({ cotangent: gradients(costOf(given), [given])[0] as Node }, { y: whole.y as Tensor });
    const carried = await run(
      { gradient: gradients([y], [x], [input('cotangent', y.shape)])[0] as Node },
      { ...at, cotangent: judged.cotangent as Tensor },
    );
    for (const [i, value] of (carried.gradient as Tensor).data.entries()) {
      expect(value).toBeCloseTo(whole.gradient?.data[i] as number, 6);
    }
  });

  test('have the shapes of the outputs', () => {
    expect(() => gradients([product], [x], [input('c', [2, 3])])).toThrow(
      new RangeError('Expected a cotangent of shape [2, 4] for gradients but received shape [2, 3].'),
    );
    expect(() => gradients([product, w], [x], [input('c', [2, 4])])).toThrow(
      new RangeError('Expected 2 cotangents for gradients but received 1.'),
    );
    expect(() => gradients([w], [x], [input('c', [3, 4])])).toThrow('it does not depend on one of shape [2, 3]');
    expect(() => gradients(product, [x])).toThrow(
      new RangeError('Expected a scalar cost for gradients but received shape [2, 4].'),
    );
  });
});

describe('checkGradient', () => {
  const squares = (x: Node) => sum(multiply(x, x));

  test.each([1e-9, 1, 1e9])('finds a gradient wrong that lacks a part, whatever its size (%d)', async (size) => {
    const at = [drawn([3, 4], 1)];
    expect(await checkGradient(engine, (x) => scale(squares(x), size), at)).toEqual([expect.any(Number)]);
    const wrong = (x: Node) => scale(sum(multiply(x, add(x, scale(detach(x), 0.02)))), size);
    await expect(checkGradient(engine, wrong, at)).rejects.toThrow(
      /^Expected a gradient within 0\.005 of the differences for input 0 but received a relative error of 0\.0\d+: /,
    );
    expect((await checkGradient(engine, wrong, at, { tolerance: 0.05 }))[0]).toBeGreaterThan(0.005);
  });

  test('tells which input, and leaves out those that are not wanted', async () => {
    const cost = (x: Node, y: Node) => add(squares(x), sum(multiply(y, detach(y))));
    const at = [drawn([3], 1), drawn([4], 2)];
    await expect(checkGradient(engine, cost, at)).rejects.toThrow('for input 1');
    expect((await checkGradient(engine, cost, at, { wanted: [0] }))[0]).toBeLessThan(1e-4);
  });

  test('finds a cost wrong that is not finite', async () => {
    await expect(checkGradient(engine, (x) => sum(squareRoot(x)), [drawn([4], 1)])).rejects.toThrow('error of NaN');
  });

  test('holds through a network with its kinks', async () => {
    const network = smallNetwork([[4, 4], [6]]);
    const cost = (picture: Node) => {
      const options = { pooling: 'max', padding: 'replicate' } as const;
      const { conv2_1 } = features(picture, network, ['conv2_1'], options);
      return squares(conv2_1 as Node);
    };
    const [error] = await checkGradient(engine, cost, [drawn([1, 3, 12, 10], 3, 100)], {
      fixed: network.tensors,
      longestStep: 0.01,
    });
    expect(error).toBeLessThan(5e-3);
  });
});

/** Costs of the literature, written with the builders in a few lines each. */
describe("costs of one's own have right gradients", () => {
  const options = { longestStep: 0.02 };
  const target = constant(drawn([3, 20], 11));
  const mean = (x: Node, shape: readonly number[]) =>
    scale(sumTo(x, shape), shape.reduce((product, extent) => product * extent, 1) / x.shape.reduce((a, b) => a * b, 1));

  test('CORAL: covariances of features [C, N] (Sun, Feng & Saenko 2016)', async () => {
    const covariance = (x: Node) => {
      const centred = subtract(x, mean(x, [x.shape[0] as number, 1]));
      return scale(matmul(centred, centred, { transposeB: true }), 1 / (x.shape[1] as number));
    };
    const cost = (x: Node) => {
      const difference = subtract(covariance(x), covariance(target));
      return sum(multiply(difference, difference));
    };
    await checkGradient(engine, cost, [drawn([3, 20], 1)], options);
  });

  test('self-similarity: cosine distances between positions (Kolkin, Salavon & Shakhnarovich 2019)', async () => {
    const similarities = (x: Node) => {
      const unit = divide(x, squareRoot(add(sumTo(multiply(x, x), [1, x.shape[1] as number]), constant(1e-6))));
      return matmul(unit, unit, { transposeA: true });
    };
    const cost = (x: Node) => mean(absolute(subtract(similarities(x), similarities(target))), []);
    await checkGradient(engine, cost, [drawn([3, 20], 1)], { longestStep: 0.01 });
  });

  test('soft histograms: shares of values close to each centre', async () => {
    const centres = constant(tensor([5, 1], Float32Array.of(-1, -0.5, 0, 0.5, 1)));
    const histogram = (x: Node) => {
      const apart = subtract(reshape(x, [1, 60]), centres);
      return mean(exponential(scale(multiply(apart, apart), -8)), [5, 1]);
    };
    const cost = (x: Node) => mean(absolute(subtract(histogram(clip(x, -0.9, 0.9)), histogram(target))), []);
    await checkGradient(engine, cost, [drawn([3, 20], 1)], { longestStep: 0.005 });
  });

  test('what several parts have in common, side by side', async () => {
    const cost = (a: Node, b: Node) => {
      const both = concat([a, multiply(b, b)], 1);
      return sum(multiply(both, matmul(matmul(both, both, { transposeB: true }), both)));
    };
    await checkGradient(engine, cost, [drawn([3, 2], 1), drawn([3, 4], 2)], options);
  });
});
