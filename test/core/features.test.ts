/** Calibrated networks: costs through 1x1 taps. */
import { expect, test } from 'vitest';
import { layerView } from '../../src/core/costs/objective/view.js';
import { secondMoment } from '../../src/core/costs/statistics/moments.js';
import type { Node } from '../../src/core/graph/node.js';
import { input } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Tensor, tensor } from '../../src/core/graph/tensor.js';
import { contentOf, features } from '../../src/core/networks/features.js';
import { PRESETS } from '../../src/core/options/options.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';
import { seededNumbers } from '../support/random.js';

const numbers = seededNumbers(3);
const plain = smallNetwork([[6, 6], [8]]);
const tap = tensor(
  [5, 8, 1, 1],
  Float32Array.from({ length: 40 }, () => numbers() - 0.5),
);
const network = { ...plain, tensors: { ...plain.tensors, 'conv2_1.tap': tap } };

test('the Gram matrix through a tap is that of the tapped features', async () => {
  const size = { width: 30, height: 21 };
  const x = input('picture', [1, 3, 21, 30]);
  const a = features(x, network, ['conv2_1'], PRESETS.notebook).conv2_1 as Node;
  const outputs = {
    fast: secondMoment(layerView(network, 'conv2_1', a, size)),
    slow: secondMoment(layerView(plain, 'conv2_1', contentOf(network, 'conv2_1', a), size)),
    untapped: secondMoment(layerView(plain, 'conv2_1', a, size)),
  };
  const program = await Program.load(createNodeEngine(), outputs, network.tensors);
  const { fast, slow, untapped } = (await program.run({ picture: tensor(x.shape, waves(30, 21).data) })) as Record<
    keyof typeof outputs,
    Tensor
  >;
  await program.dispose();
  expect(fast.shape).toEqual([5, 5]);
  expect(untapped.shape).toEqual([8, 8]);
  const largest = Math.max(...slow.data.map(Math.abs));
  for (const [i, value] of fast.data.entries()) {
    expect(Math.abs(value - (slow.data[i] as number)) / largest).toBeLessThan(1e-5);
  }
});

test('layers without a tap are refused where others have one', () => {
  const x = input('picture', [1, 3, 21, 30]);
  expect(() => features(x, network, ['conv1_1'], PRESETS.notebook)).toThrow(
    'Expected a layer of small (conv2_1) but received "conv1_1"; VGG-19 has it: giverny network pull vgg19.',
  );
});
