/** What programs share of what they prepare. */
import { expect, test } from 'vitest';
import { fixedInput, input, multiply, scale, sum } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Tensor, type Tensors, tensor } from '../../src/core/graph/tensor.js';
import { features } from '../../src/core/networks/features.js';
import { watchedEngine } from '../support/engine.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

const OPTIONS = { pooling: 'average', padding: 'zero' } as const;
/** The second layer is wide enough for transformed kernels. */
const network = smallNetwork([[96, 96], [96]]);
const other = smallNetwork([[96, 96], [96]], 2);

/** Models loaded for the features of a layer, and those features. */
async function run(layer: string, width: number, tensors: Tensors) {
  const engine = watchedEngine();
  const x = input('picture', [1, 3, 24, width]);
  const program = await Program.load(engine, features(x, network, [layer], OPTIONS), tensors);
  const { loads } = engine;
  const { [layer]: result } = await program.run({ picture: tensor(x.shape, waves(width, 24).data) });
  await program.dispose();
  expect(engine.open).toBe(0);
  return { loads, data: (result as Tensor).data };
}

test('what one program prepared of an object of fixed tensors, the next one takes', async () => {
  const fixed = { ...network.tensors };
  const first = await run('conv1_2', 24, fixed);
  expect(first.loads).toBe(2);
  const again = await run('conv1_2', 24, fixed);
  expect(again.loads).toBe(1);
  expect(again.data).toEqual(first.data);
  // Another size is another graph, of the same kernels.
  expect((await run('conv1_2', 32, fixed)).loads).toBe(1);
  // A deeper layer has a kernel that nobody prepared yet.
  expect((await run('conv2_1', 24, fixed)).loads).toBe(2);
  expect((await run('conv2_1', 32, fixed)).loads).toBe(1);
  expect((await run('conv1_2', 24, fixed)).data).toEqual(first.data);
});

test('another object of fixed tensors is prepared for itself', async () => {
  const fixed = { ...network.tensors };
  const first = await run('conv1_2', 24, fixed);
  const copy = await run('conv1_2', 24, { ...network.tensors });
  expect(copy.loads).toBe(2);
  expect(copy.data).toEqual(first.data);
  const second = await run('conv1_2', 24, { ...other.tensors });
  expect(second.loads).toBe(2);
  expect(second.data).not.toEqual(first.data);
  expect((await run('conv1_2', 24, fixed)).data).toEqual(first.data);
});

test('a graph that prepares something else beside gets both right', async () => {
  const fixed = { a: tensor([2], Float32Array.of(2, 3)), b: tensor([2], Float32Array.of(5, 7)) };
  const x = input('x', [2]);
  const [a, b] = [fixedInput('a', [2]), fixedInput('b', [2])];
  const engine = watchedEngine();
  const results = async (outputs: Parameters<typeof Program.load>[1]) => {
    const program = await Program.load(engine, outputs, fixed);
    const found = await program.run({ x: tensor([2], Float32Array.of(1, 10)) });
    await program.dispose();
    return Object.values(found).map(({ data }) => data[0]);
  };
  const doubled = () => scale(a, 2);
  expect(await results({ one: sum(multiply(x, doubled())) })).toEqual([64]);
  expect(engine.loads).toBe(2);
  // Written in another order, after something else: the same expression all the same.
  const both = { two: sum(multiply(x, multiply(b, b))), one: sum(multiply(x, doubled())) };
  expect(await results(both)).toEqual([515, 64]);
  expect(engine.loads).toBe(4);
  expect(await results({ one: sum(multiply(x, doubled())) })).toEqual([64]);
  expect(await results(both)).toEqual([515, 64]);
  expect(engine.loads).toBe(6);
});

test('a failed preparation is made up for', async () => {
  const engine = watchedEngine();
  const x = input('x', [1]);
  const outputs = { y: multiply(x, scale(fixedInput('a', [1]), 2)) };
  const fixed: Record<string, Tensor> = {};
  await expect(Program.load(engine, outputs, fixed)).rejects.toThrow('Expected a tensor for input a');
  expect(engine.open).toBe(0);
  fixed.a = tensor([1], Float32Array.of(3));
  const program = await Program.load(engine, outputs, fixed);
  expect((await program.run({ x: tensor([1], Float32Array.of(5)) })).y?.data[0]).toBe(30);
});
