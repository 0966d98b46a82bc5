/** What is known of a painting before it begins: its scales, what they cost, and who looks at them. */
import { expect, test } from 'vitest';
import { coarseNetworkFor } from '../../src/core/networks/coarse-network.js';
import { deepestLayer, receptiveFieldPx } from '../../src/core/networks/measures.js';
import { VGG19 } from '../../src/core/networks/network.js';
import { PRESETS, resolveOptions } from '../../src/core/options/options.js';
import { networksOf } from '../../src/core/painting/networks.js';
import { plan } from '../../src/core/painting/plan.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { smallNetwork } from '../support/network.js';

const vgg19 = { ...smallNetwork(), convolutions: VGG19 };
const layers = { contentLayers: { conv4_2: 1 }, styleLayers: { conv1_1: 1, conv5_1: 1 } };

test("how far a layer's features see", () => {
  const fields = ['conv1_1', 'conv1_2', 'conv2_1', 'conv3_1', 'conv5_1'].map((layer) => receptiveFieldPx(vgg19, layer));
  expect(fields).toEqual([3, 5, 10, 24, 156]);
});

test('the deepest layer is the last of those that count', () => {
  expect(deepestLayer(vgg19, { conv5_1: 0, conv3_1: 1, conv1_1: 2 })).toBe('conv3_1');
  expect(deepestLayer(vgg19, { conv9_1: 1 })).toBeUndefined();
});

test('a step costs in proportion to its pixels, and less where a smaller network looks', async () => {
  const options = { ...PRESETS.notebook, ...layers, firstSize: 100, firstSteps: 9, steps: 5, lastSteps: 5 };
  const scales = plan({ width: 400, height: 300 }, options, vgg19, undefined);
  expect(scales.map(({ width, height, steps }) => [width, height, steps])).toEqual([
    [100, 75, 9],
    [200, 150, 5],
    [400, 300, 5],
  ]);
  const [first, second, last] = scales.map(({ work }) => work) as [number, number, number];
  expect(last / first).toBeCloseTo(16, 5);
  expect(last / second).toBeCloseTo(4, 5);
  const mixed = plan({ width: 400, height: 300 }, options, vgg19, smallNetwork());
  expect(mixed.at(-1)?.work).toBe(last);
  expect(mixed[0]?.work).toBeLessThan(first / 10);
});

test('pocket looks first where VGG-19 is to look last, and knows the layers', async () => {
  const pocket = () => openNetwork('pocket');
  expect(await coarseNetworkFor(vgg19, layers, pocket)).toMatchObject({ name: 'pocket' });
  expect(await coarseNetworkFor(smallNetwork(), layers, pocket)).toBeUndefined();
  expect(await coarseNetworkFor(vgg19, { ...layers, contentLayers: { conv3_3: 1 } }, pocket)).toBeUndefined();
});

test('a layer that the network lacks is refused before the painting begins, with the network that has it', async () => {
  const open = async () => await openNetwork('pocket');
  const later = resolveOptions({ preset: 'notebook-tf2' });
  await expect(networksOf({ network: 'pocket' }, later, { width: 40, height: 40 }, open)).rejects.toMatchObject({
    code: 'LAYER_UNKNOWN',
    message: expect.stringMatching(/^Expected a layer of pocket .* but received "conv5_4"; VGG-19 has it: giverny /),
  });
  const unweighed = { ...later, contentLayers: { conv4_2: 1, conv5_4: 0 } };
  await expect(networksOf({ network: 'pocket' }, unweighed, { width: 40, height: 40 }, open)).resolves.toBeDefined();
});
