/**
 * What a step takes, counted in the graph that is emitted for it: seconds differ from machine to machine, these do not.
 * Where a change needs more on purpose, the bounds are raised with it.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { wholeObjective } from '../../src/core/costs/objective/whole.js';
import { Emitter, type Value } from '../../src/core/graph/emitter.js';
import { resolveOptions } from '../../src/core/options/options.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { waves } from '../support/pictures.js';

interface Applied {
  readonly operator: string;
  readonly inputs: readonly Value[];
  readonly output: Value;
}

interface Counts {
  readonly nodes: number;
  /** Multiplications of convolutions and matrix products. */
  readonly products: number;
  /** The most that is held of what is computed, in the order in which it is emitted. */
  readonly bytes: number;
}

const numbers = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

function productsOf({ operator, inputs, output }: Applied): number {
  const [a, b] = inputs.map(({ shape }) => shape);
  if (operator === 'MatMul') return numbers(output.shape) * (a?.at(-1) as number);
  if (operator === 'Conv') return numbers(output.shape) * numbers((b as readonly number[]).slice(1));
  if (operator === 'ConvTranspose') return numbers(a ?? []) * numbers((b as readonly number[]).slice(1));
  return 0;
}

function bytesHeld(applied: readonly Applied[]): number {
  const lastUse = new Map<string, number>();
  for (const [i, { inputs }] of applied.entries()) for (const { name } of inputs) lastUse.set(name, i);
  const held = new Map<string, number>();
  let most = 0;
  for (const [i, { operator, inputs, output }] of applied.entries()) {
    // A reshaped tensor is the same memory.
    held.set(output.name, operator === 'Reshape' ? 0 : 4 * numbers(output.shape));
    most = Math.max(
      most,
      [...held.values()].reduce((sum, bytes) => sum + bytes, 0),
    );
    for (const { name } of inputs) if (lastUse.get(name) === i) held.delete(name);
  }
  return most;
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** Of the largest graph of an objective, which is that of its step. */
async function countsOf(width: number, height: number, statistic: string): Promise<Counts> {
  const apply = vi.spyOn(Emitter.prototype, 'apply');
  const objective = await wholeObjective(createNodeEngine({ threads: 1 }), {
    network: await openNetwork('pocket'),
    content: waves(width, height, 1),
    styles: [{ picture: waves(width, height, 2), weight: 1 }],
    options: resolveOptions({ statistic }),
  });
  await objective.dispose();
  const graphs = new Map<unknown, Map<string, Applied>>();
  for (const [i, [operator, inputs]] of apply.mock.calls.entries()) {
    const output = apply.mock.results[i]?.value as Value;
    const graph = graphs.get(apply.mock.contexts[i]) ?? new Map<string, Applied>();
    graphs.set(apply.mock.contexts[i], graph);
    if (output.stage === 'varying' && !graph.has(output.name)) graph.set(output.name, { operator, inputs, output });
  }
  const step = [...graphs.values()].reduce((a, b) => (b.size > a.size ? b : a));
  const applied = [...step.values()];
  return {
    nodes: applied.length,
    products: applied.reduce((sum, one) => sum + productsOf(one), 0),
    bytes: bytesHeld(applied),
  };
}

test.each([
  ['wasserstein', { nodes: 1368, products: 913_077_986, bytes: 7_076_988 }],
  ['gram', { nodes: 522, products: 718_267_792, bytes: 5_578_252 }],
])('a step of 96x64 with the statistic %s takes no more than it did', async (statistic, most) => {
  const counts = await countsOf(96, 64, statistic);
  expect(counts.nodes).toBeLessThanOrEqual(most.nodes);
  expect(counts.products).toBeLessThanOrEqual(most.products);
  expect(counts.bytes).toBeLessThanOrEqual(most.bytes);
  // Bounds far above what is counted would hold nothing.
  expect(counts.products).toBeGreaterThan(0.95 * most.products);
  expect(counts.bytes).toBeGreaterThan(0.95 * most.bytes);
});

test('products and bytes grow no faster than the picture', async () => {
  const [small, large] = [await countsOf(96, 64, 'gram'), await countsOf(192, 128, 'gram')];
  expect(large.nodes).toBe(small.nodes);
  expect(large.products / small.products).toBeLessThan(4.01);
  expect(large.bytes / small.bytes).toBeLessThan(4.01);
});
