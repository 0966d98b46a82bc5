/** Programs: the names of their inputs and outputs, what they share of what they prepare, and for which engines. */
import { describe, expect, test } from 'vitest';
import type { Engine, EngineTraits } from '../../src/core/graph/engine.js';
import { gradients } from '../../src/core/graph/gradient.js';
import { hashOf } from '../../src/core/graph/hash.js';
import {
  add,
  constant,
  convolution,
  fixedInput,
  input,
  multiply,
  relu,
  scale,
  subtract,
  sum,
} from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Tensor, type Tensors, tensor } from '../../src/core/graph/tensor.js';
import { features } from '../../src/core/networks/features.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { watchedEngine } from '../support/engine.js';
import { collectGarbage } from '../support/garbage.js';
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

describe('names of inputs and outputs may be any text', () => {
  const NAMES = [
    'v0',
    'v1',
    'f0',
    'f3',
    'i0',
    'o0',
    'w0',
    'x',
    'a b',
    '\u2028 Gr\u00f6\u00dfe \u7d75',
    '',
    '__proto__',
    'toString',
    '7',
  ];

  test.each(NAMES)('%j', async (name) => {
    const fixed = Object.fromEntries([
      [`${name}.fixed`, tensor([2], Float32Array.of(2, 3))],
      ['f1', tensor([2], Float32Array.of(5, 7))],
    ]);
    const x = input(name, [2]);
    const weight = multiply(fixedInput(`${name}.fixed`, [2]), scale(fixedInput('f1', [2]), 2));
    const y = subtract(multiply(x, weight), constant(1));
    // An output by the name of an input, one by that of a fixed input, and one node by two names.
    const outputs = Object.fromEntries([
      [name, y],
      ['f1', sum(y)],
      ['v2', x],
      ['same', y],
    ]);
    const program = await Program.load(watchedEngine(), outputs, fixed);
    const results = await program.run(Object.fromEntries([[name, tensor([2], Float32Array.of(1, 10))]]));
    await program.dispose();
    const numbers = Object.entries(results).map(([key, { data }]) => [key, [...data]]);
    expect(new Map(numbers as [string, number[]][])).toEqual(
      new Map([
        [name, [19, 419]],
        ['f1', [438]],
        ['v2', [1, 10]],
        ['same', [19, 419]],
      ]),
    );
  });

  test('what is missing, or of another shape, is told by its own name', async () => {
    const outputs = { y: multiply(input('toString', [2]), fixedInput('valueOf', [2])) };
    await expect(Program.load(watchedEngine(), outputs)).rejects.toThrow(
      new RangeError('Expected a tensor for input valueOf but received none.'),
    );
    const two = tensor([2], Float32Array.of(1, 2));
    await expect(Program.load(watchedEngine(), outputs, { valueOf: tensor([1, 2]) } as never)).rejects.toThrow(
      new RangeError('Expected shape [2] for input valueOf but received shape [1, 2].'),
    );
    const program = await Program.load(watchedEngine(), outputs, { valueOf: two } as never);
    await expect(program.run({})).rejects.toThrow('Expected a tensor for input toString but received none.');
    await expect(program.run({ toString: tensor([3]) } as never)).rejects.toThrow(
      'Expected shape [2] for input toString but received shape [3].',
    );
    await program.dispose();
  });

  test('one name for two inputs is refused', async () => {
    const outputs = { y: add(sum(input('x', [2])), sum(input('x', [3]))) };
    await expect(Program.load(watchedEngine(), outputs)).rejects.toThrow(
      'Expected one declaration of input x but received two: varying of shape [2] and varying of shape [3].',
    );
  });
});

describe('many programs over one object of fixed tensors', () => {
  const COUNT = 2048;
  /** A program that prepares a value of its own, from a constant of its own. */
  async function loadOne(engine: Engine, fixed: Tensors, seed: number): Promise<void> {
    const drawn = tensor(
      [COUNT],
      Float32Array.from({ length: COUNT }, (_, i) => Math.sin(seed + i)),
    );
    const prepared = multiply(fixedInput('a', [COUNT]), constant(drawn));
    const program = await Program.load(engine, { y: add(input('x', [COUNT]), prepared) }, fixed);
    await program.dispose();
  }
  const fixedTensors = (): Tensors => ({ a: tensor([COUNT]) });

  test('what none of the last 32 asked for is prepared anew, what one asked for is not', async () => {
    const fixed = fixedTensors();
    const engine = watchedEngine();
    const modelsOf = async (seed: number) => {
      const before = engine.loads;
      await loadOne(engine, fixed, seed);
      return engine.loads - before;
    };
    expect(await modelsOf(0)).toBe(2);
    for (let seed = 1; seed <= 20; seed++) await modelsOf(seed);
    expect(await modelsOf(0)).toBe(1);
    for (let seed = 21; seed <= 51; seed++) await modelsOf(seed);
    expect(await modelsOf(0)).toBe(1);
    for (let seed = 52; seed <= 83; seed++) await modelsOf(seed);
    expect(await modelsOf(0)).toBe(2);
  });

  test('memory stays flat over hundreds', async () => {
    const engine = watchedEngine();
    const fixed = fixedTensors();
    const alive: WeakRef<object>[] = [];
    const watching: Engine = {
      ...engine,
      load: async (model: Uint8Array) => {
        const session = await engine.load(model);
        return {
          ...session,
          run: async (feeds: Tensors) => {
            const results = await session.run(feeds);
            for (const value of Object.values(results)) alive.push(new WeakRef(value.data));
            return results;
          },
        };
      },
    };
    for (let seed = 0; seed < 40; seed++) await loadOne(watching, fixed, seed);
    const before = await collectGarbage();
    for (let seed = 40; seed < 200; seed++) await loadOne(watching, fixed, seed);
    const after = await collectGarbage();
    expect(alive.length).toBe(200);
    expect(alive.filter((value) => value.deref()).length).toBeLessThanOrEqual(32);
    // Their numbers as text would be 6 MB.
    expect(after - before).toBeLessThan(1_500_000);
  });

  test('equal constants are one, whichever array they are in', async () => {
    const fixed: Tensors = { a: tensor([100, 100]) };
    const numbers = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i));
    const engine = watchedEngine();
    const models = async (data: Float32Array) => {
      const before = engine.loads;
      const prepared = multiply(fixedInput('a', [100, 100]), constant(tensor([100, 100], data)));
      await (await Program.load(engine, { y: add(input('x', [100, 100]), prepared) }, fixed)).dispose();
      return engine.loads - before;
    };
    expect(await models(numbers)).toBe(2);
    expect(await models(numbers.slice())).toBe(1);
    expect(await models(new Float32Array([0, ...numbers]).subarray(1))).toBe(1);
    const other = numbers.slice();
    other[9_999] = (other[9_999] as number) + 1e-6;
    expect(await models(other)).toBe(2);
  });
});

test('hashes tell apart what differs in a bit, a length, an order or a sign of zero', () => {
  const numbers = Float32Array.from({ length: 37 }, (_, i) => i);
  const words = new Uint32Array(numbers.buffer);
  const seen = new Set([hashOf(numbers)]);
  for (const word of words.keys()) {
    for (let bit = 0; bit < 32; bit++) {
      words[word] = (words[word] as number) ^ (1 << bit);
      seen.add(hashOf(numbers));
      words[word] = (words[word] as number) ^ (1 << bit);
    }
  }
  for (let length = 0; length < 40; length++) seen.add(hashOf(new Float32Array(length)));
  seen.add(hashOf(numbers.toReversed()));
  seen.add(hashOf(Float32Array.of(-0)));
  expect(seen.size).toBe(1 + 37 * 32 + 40 + 2);
  expect(hashOf(numbers.slice())).toBe(hashOf(numbers));
});

describe('engines with other traits', () => {
  const weights = { w: waveTensor([96, 96, 3, 3], 0.05), b: waveTensor([96], 0.3), t: waveTensor([1, 96, 9, 7], 1) };
  const x = input('x', [1, 96, 9, 7]);
  const y = relu(convolution(x, scale(fixedInput('w', [96, 96, 3, 3]), 1.5), 1, fixedInput('b', [96])));
  const cost = sum(multiply(y, multiply(y, fixedInput('t', [1, 96, 9, 7]))));
  const outputs = { y, cost, gradient: gradients(cost, [x])[0] as typeof x, fixed: scale(fixedInput('b', [96]), 2) };

  async function resultsOn(traits: Partial<EngineTraits>) {
    const engine = watchedEngine();
    const program = await Program.load(
      { ...engine, load: engine.load, traits: { ...engine.traits, ...traits } },
      outputs,
      weights,
    );
    const runs = engine.feeds.length;
    const results = await program.run({ x: waveTensor([1, 96, 9, 7], 1) });
    await program.dispose();
    return { results, fed: Object.keys(engine.feeds[runs] as Tensors).length };
  }

  test.each([
    [{ winograd: false }],
    [{ weightsInModel: true }],
    [{ winograd: false, weightsInModel: true }],
    [{ workspaceBytes: 1 }],
  ])('%j compute the same', async (traits: Partial<EngineTraits>) => {
    const usual = await resultsOn({});
    const other = await resultsOn(traits);
    if (traits.weightsInModel) expect(other.fed).toBe(1);
    else expect(other.fed).toBeGreaterThan(4);
    for (const name of Object.keys(outputs)) {
      expect(relativeError(other.results[name] as Tensor, usual.results[name] as Tensor)).toBeLessThan(1e-5);
    }
  });

  test('plain convolutions where Winograd does not pay', async () => {
    const operators = async (winograd: boolean) => {
      const models: string[] = [];
      const engine = createNodeEngine({ threads: 1 });
      const load = (model: Uint8Array) => {
        models.push(new TextDecoder('latin1').decode(model));
        return engine.load(model);
      };
      const program = await Program.load({ ...engine, load, traits: { ...engine.traits, winograd } }, { y }, weights);
      await program.dispose();
      return models.join();
    };
    expect(await operators(true)).toContain('ConvTranspose');
    expect(await operators(false)).not.toContain('ConvTranspose');
  });
});

function waveTensor(shape: readonly number[], size: number): Tensor {
  const { data } = tensor(shape);
  return tensor(
    shape,
    data.map((_, i) => size * Math.sin(i * 1.7) * Math.cos(i / 11)),
  );
}

function relativeError(a: Tensor, b: Tensor): number {
  const length = (data: Float32Array) => Math.sqrt(data.reduce((total, value) => total + value * value, 0));
  expect(a.shape).toEqual(b.shape);
  return length(a.data.map((value, i) => value - (b.data[i] as number))) / length(b.data);
}
