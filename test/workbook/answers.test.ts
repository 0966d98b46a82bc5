/** The workbook's answers are the published ones, and its arithmetic is the runtime's. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { constant } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Tensor, tensor } from '../../src/core/graph/tensor.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { sandboxInNode } from '../../src/node/workbook/sandbox.js';
import { ANSWERS } from '../../src/workbook/answers.js';
import { evaluate } from '../../src/workbook/evaluate.js';
import { graphOf } from '../../src/workbook/graph.js';
import type { Recorded } from '../../src/workbook/judges/judged.js';
import { contentCostOf, gramOf, layerStyleCostOf, totalCostOf } from '../../src/workbook/judges/mistakes.js';
import { programText } from '../../src/workbook/sandbox.js';

const golden = (name: string) => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8'));
const floats = (values: readonly number[]) => Array.from(values, Math.fround);
const activations = (values: readonly number[]) => ({ shape: [1, 4, 4, 3], data: Float64Array.from(floats(values)) });

test('the first edition, to every digit that it prints', () => {
  const { a_C, a_G, A, expected } = golden('golden.json');
  const { first } = ANSWERS;
  expect(floats(first.aC)).toEqual(a_C);
  expect(floats(first.aG)).toEqual(a_G);
  const pair = { a: activations(a_C), g: activations(a_G) };
  expect(contentCostOf(pair).toPrecision(6)).toBe(String(expected.J_content));
  expect(layerStyleCostOf(pair).toPrecision(6)).toBe(String(expected.J_style_layer));
  expect([first.contentCost, first.layerStyleCost, first.gram]).toEqual([
    expected.J_content,
    expected.J_style_layer,
    expected.GA,
  ]);
  const gram = gramOf({ shape: [3, 2], data: Float64Array.from(A) });
  gram.data.forEach((value, i) => {
    expect(value / expected.GA.flat()[i]).toBeCloseTo(1, 6);
  });
  const { J_content, J_style, alpha, beta, J } = expected.total_cost;
  expect(totalCostOf({ JContent: J_content, JStyle: J_style, alpha, beta })).toBe(J);
});

test('the later edition: exact, and near to what was published', () => {
  const { a_C, a_G, A, published, float64 } = golden('golden-tf2.json');
  const { later } = ANSWERS;
  const pair = { a: activations(a_C), g: activations(a_G) };
  expect([floats(later.aC), floats(later.aG)]).toEqual([a_C, a_G]);
  expect(contentCostOf(pair)).toBeCloseTo(float64.J_content, 12);
  expect(layerStyleCostOf(pair)).toBeCloseTo(float64.J_style_layer, 12);
  expect(Array.from(gramOf({ shape: [3, 2], data: Float64Array.from(A) }).data)).toEqual(float64.GA.flat());
  expect(contentCostOf(pair)).toBeCloseTo(published.J_content, 6);
  expect(layerStyleCostOf(pair) / published.J_style_layer).toBeCloseTo(1, 3);
  expect(later.published.layerStyleCost).toBe(published.J_style_layer);
  expect(later.published.gramRow).toEqual(published.GA_first_row);
});

const EVERYTHING = `function all(x) {
  const y = tf.transpose(x, [1, 0, 2]);
  const parts = [
    tf.square(tf.subtract(x, 1)), tf.sqrt(tf.abs(x)), tf.exp(tf.divide(x, 4)), tf.log(tf.add(tf.abs(x), 1)),
    tf.maximum(x, 0.2), tf.minimum(x, [1, 2, 3, 4]), tf.negative(x), tf.pow(x, 3),
    tf.transpose(tf.multiply(y, tf.ones([3, 1, 4])), [1, 0, 2]), tf.squaredDifference(x, 2),
    tf.multiply(x, tf.reduceMean(x, [0, 2], true)), tf.multiply(x, tf.reduceSum(x, -1, true)),
    tf.concat([tf.slice(x, [0, 1, 0], [-1, 2, -1]), tf.slice(x, [0, 0, 0], [2, 1, 4])], 1),
    tf.matMul(tf.matMul(x, x, false, true), x), tf.matMul(x, tf.matMul(x, x, { transposeA: true })),
    tf.zeros([2, 3, 4]), tf.reshape(tf.reshape(x, [-1, 6]), [2, 3, -1]), tf.expandDims(tf.squeeze(x), 0).reshape(x.shape),
  ];
  return tf.stack(parts);
}`;

test('every operation gives the numbers of the runtime', async () => {
  const shape = [2, 3, 4];
  const data = Float32Array.from({ length: 24 }, (_, i) => 2 * Math.sin(1 + 1.3 * i));
  const report = await sandboxInNode()(
    programText(EVERYTHING, ['all'], [{ name: 'all', arguments: [{ type: 'tensor', name: 'x', shape }] }]),
  );
  expect(report).toHaveProperty('outcomes');
  const { nodes, returned } = ('outcomes' in report ? report.outcomes[0] : undefined) as Recorded;
  if (returned.type !== 'node') throw new Error('Expected a tensor.');
  const wanted = evaluate(nodes, returned.node, { x: { shape, data: Float64Array.from(data) } });
  const value = graphOf(nodes, returned.node, () => constant(tensor(shape, data)));
  const program = await Program.load(createNodeEngine({ threads: 1 }), { value });
  const found = (await program.run()).value as Tensor;
  expect(found.shape).toEqual(wanted.shape);
  wanted.data.forEach((number, i) => {
    expect(Math.abs((found.data[i] as number) - number)).toBeLessThan(1e-4 * Math.max(1, Math.abs(number)));
  });
});

test('what comes out of a sandbox is not trusted: it is no graph, or too large', () => {
  const node = { operation: 'input', inputs: [], shape: [2], name: 'x' } as const;
  const inputs = () => constant(tensor([2]));
  expect(() => graphOf([{ ...node, operation: 'shell' as never }], 0, inputs)).toThrow('a known operation');
  expect(() => graphOf([{ operation: 'abs', inputs: [0], shape: [2] }], 0, inputs)).toThrow('an earlier operation');
  expect(() => graphOf([node], 5, inputs)).toThrow('Expected an operation but received 5.');
  const huge = { operation: 'expand', inputs: [0], shape: [100_000, 100_000, 2] } as const;
  expect(() => graphOf([node, huge], 1, inputs)).toThrow('Expected at most');
  expect(() => evaluate([node, huge], 1, {})).toThrow('Expected at most');
});
