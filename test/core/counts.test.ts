/**
 * What a step takes, counted in the graph that is emitted for it: seconds differ from machine to machine, these do not.
 * Where a change needs more on purpose, the bounds are raised with it.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { wholeObjective } from '../../src/core/costs/objective/whole.js';
import { Emitter, type Value } from '../../src/core/graph/emitter.js';
import { deepestLast } from '../../src/core/graph/order.js';
import type { Network } from '../../src/core/networks/network.js';
import { resolveOptions } from '../../src/core/options/options.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { EARLY_POOLS, smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

interface Applied {
  readonly operator: string;
  readonly inputs: readonly Value[];
  readonly output: Value;
}

interface Counts {
  /** Reshaped tensors are not counted: they are the same memory under another shape. */
  readonly nodes: number;
  /** Multiplications of convolutions and matrix products. */
  readonly products: number;
  /** The most that is held of what is computed, in the order in which the runtime computes it. */
  readonly bytes: number;
}

const numbers = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

function productsOf({ operator, inputs, output }: Applied): number {
  const [a, b] = inputs.map(({ shape }) => shape);
  if (operator === 'MatMul' || operator === 'Gemm') return numbers(output.shape) * (a?.at(-1) as number);
  if (operator === 'Conv') return numbers(output.shape) * numbers((b as readonly number[]).slice(1));
  if (operator === 'ConvTranspose') return numbers(a ?? []) * numbers((b as readonly number[]).slice(1));
  return 0;
}

/** Nodes in the order in which ONNX Runtime computes them, from the order in which a model lists them. */
function inOrderOfRuns(nodes: readonly Applied[]): Applied[] {
  const makers = new Map(nodes.map(({ output }, i) => [output.name, i]));
  const read = nodes.map(({ inputs }) => {
    const found = inputs.map(({ name }) => makers.get(name)).filter((i) => i !== undefined);
    return [...new Set(found)].sort((a, b) => a - b);
  });
  const isRead = new Set(read.flat());
  const order = new Set<number>();
  // What lies on top is next: a node stays below what it reads, and is computed once that is.
  const stack = [...nodes.keys()].filter((i) => !isRead.has(i));
  while (stack.length > 0) {
    const i = stack.at(-1) as number;
    const missing = order.has(i) ? [] : (read[i] as number[]).filter((j) => !order.has(j));
    if (missing.length > 0) {
      stack.push(...missing);
    } else {
      order.add(i);
      stack.pop();
    }
  }
  return Array.from(order, (i) => nodes[i] as Applied);
}

function bytesHeld(applied: readonly Applied[]): number {
  const lastUse = new Map<string, number>();
  const bufferOf = new Map<string, string>();
  const buffer = (name: string) => bufferOf.get(name) ?? name;
  for (const [i, { operator, inputs, output }] of applied.entries()) {
    // A reshaped tensor is the same memory.
    if (operator === 'Reshape') bufferOf.set(output.name, buffer((inputs[0] as Value).name));
    for (const { name } of inputs) lastUse.set(buffer(name), i);
  }
  const held = new Map<string, number>();
  let most = 0;
  for (const [i, { operator, inputs, output }] of applied.entries()) {
    if (operator !== 'Reshape') held.set(output.name, 4 * numbers(output.shape));
    most = Math.max(
      most,
      [...held.values()].reduce((sum, bytes) => sum + bytes, 0),
    );
    for (const { name } of inputs) if (lastUse.get(buffer(name)) === i) held.delete(buffer(name));
  }
  return most;
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** Of the largest graph of an objective, which is that of its step. */
async function countsOf(width: number, height: number, statistic: string, by?: Network): Promise<Counts> {
  const apply = vi.spyOn(Emitter.prototype, 'apply');
  const objective = await wholeObjective(createNodeEngine({ threads: 1 }), {
    network: by ?? (await openNetwork('pocket')),
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
  const listed = [...step.values()].map((one) => {
    return { ...one, inputs: one.inputs.map(({ name }) => name), outputs: [one.output.name], one };
  });
  const applied = inOrderOfRuns(deepestLast(listed).map(({ one }) => one));
  return {
    nodes: applied.filter(({ operator }) => operator !== 'Reshape').length,
    products: applied.reduce((sum, one) => sum + productsOf(one), 0),
    bytes: bytesHeld(applied),
  };
}

test.each([
  ['wasserstein', { nodes: 775, products: 825_819_338, bytes: 4_870_604 }],
  ['gram', { nodes: 388, products: 718_267_792, bytes: 4_693_816 }],
])('a step of 96x64 with the statistic %s takes no more than it did', async (statistic, most) => {
  const counts = await countsOf(96, 64, statistic);
  expect(counts.nodes).toBeLessThanOrEqual(most.nodes);
  expect(counts.products).toBeLessThanOrEqual(most.products);
  expect(counts.bytes).toBeLessThanOrEqual(most.bytes);
  // Bounds far above what is counted would hold nothing.
  expect(counts.products).toBeGreaterThan(0.95 * most.products);
  expect(counts.bytes).toBeGreaterThan(0.95 * most.bytes);
});

test('pools before the layers that no costs are taken of save four products of ten', async () => {
  const widths = [[32, 24], [64, 64], [128, 112, 96, 96], [256, 256, 208, 208], [256]];
  const late = await countsOf(192, 128, 'gram', smallNetwork(widths));
  vi.restoreAllMocks();
  const early = await countsOf(192, 128, 'gram', smallNetwork(widths, 1, EARLY_POOLS));
  expect(early.nodes).toBe(late.nodes);
  expect(early.products / late.products).toBeLessThan(0.6);
  expect(early.bytes).toBeLessThan(late.bytes);
});

test('products and bytes grow no faster than the picture', async () => {
  const [small, large] = [await countsOf(96, 64, 'gram'), await countsOf(192, 128, 'gram')];
  expect(large.nodes).toBe(small.nodes);
  expect(large.products / small.products).toBeLessThan(4.01);
  expect(large.bytes / small.bytes).toBeLessThan(4.01);
});
