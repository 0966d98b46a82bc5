/** What is known of a painting before it begins: its scales, what they cost, and who looks at them. */
import { expect, test } from 'vitest';
import { coarseNetworkFor } from '../../src/core/networks/coarse-network.js';
import {
  deepestLayer,
  featuresPerPixel,
  layerSize,
  layerStride,
  receptiveFieldPx,
  workPerPixel,
} from '../../src/core/networks/measures.js';
import { VGG19 } from '../../src/core/networks/network.js';
import { PRESETS, resolveOptions } from '../../src/core/options/options.js';
import { STEP_WORK } from '../../src/core/painting/forecast.js';
import { networksOf } from '../../src/core/painting/networks.js';
import { plan } from '../../src/core/painting/plan.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { EARLY_POOLS, smallNetwork } from '../support/network.js';

const vgg19 = { ...smallNetwork(), convolutions: VGG19 };
const layers = { contentLayers: { conv4_2: 1 }, styleLayers: { conv1_1: 1, conv5_1: 1 } };

test("how far a layer's features see", () => {
  const fields = ['conv1_1', 'conv1_2', 'conv2_1', 'conv3_1', 'conv5_1'].map((layer) => receptiveFieldPx(vgg19, layer));
  expect(fields).toEqual([3, 5, 10, 24, 156]);
});

test('pools within blocks: the sizes of VGG-19 at the layers that costs are taken of, and the work of the others at half', () => {
  const widths = [[8, 8], [8, 8], [8, 8, 8, 8], [8, 8, 8, 8], [8]];
  const [late, early] = [smallNetwork(widths), smallNetwork(widths, 1, EARLY_POOLS)];
  const size = { width: 131, height: 101 };
  for (const layer of ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv4_2', 'conv5_1']) {
    expect(layerSize(early, layer, size)).toEqual(layerSize(late, layer, size));
    expect(layerStride(early, layer)).toBe(layerStride(late, layer));
  }
  expect(layerSize(early, 'conv1_2', size)).toEqual({ width: 66, height: 51 });
  expect(['conv1_1', 'conv1_2', 'conv2_1', 'conv2_2'].map((layer) => receptiveFieldPx(early, layer))).toEqual([
    3, 8, 12, 22,
  ]);
  const shares = (powers: readonly number[]) => powers.reduce((sum, power) => sum + 4 ** -power, 0);
  expect(featuresPerPixel(late, 'conv3_1')).toBeCloseTo(8 * shares([0, 0, 1, 1, 2]), 9);
  expect(featuresPerPixel(early, 'conv3_1')).toBeCloseTo(8 * shares([0, 1, 1, 2, 2]), 9);
  const first = 9 * 8 * 3;
  expect(workPerPixel(late, 'conv3_1') - first).toBeCloseTo(9 * 64 * shares([0, 1, 1, 2]), 9);
  expect(workPerPixel(early, 'conv3_1') - first).toBeCloseTo(9 * 64 * shares([1, 1, 2, 2]), 9);
});

test('the deepest layer is the last of those that count', () => {
  expect(deepestLayer(vgg19, { conv5_1: 0, conv3_1: 1, conv1_1: 2 })).toBe('conv3_1');
  expect(deepestLayer(vgg19, { conv9_1: 1 })).toBeUndefined();
});

test('a step costs in proportion to its pixels, beside what each costs, and less where a smaller network looks', async () => {
  const options = { ...PRESETS.notebook, ...layers, firstSize: 200, firstSteps: 9, steps: 5, lastSteps: 5 };
  const scales = plan({ width: 800, height: 600 }, options, vgg19, undefined);
  expect(scales.map(({ width, height, steps }) => [width, height, steps])).toEqual([
    [200, 150, 9],
    [400, 300, 5],
    [800, 600, 5],
  ]);
  const [first, second, last] = scales.map(({ work }) => work - STEP_WORK) as [number, number, number];
  expect(last / first).toBeCloseTo(16, 5);
  expect(last / second).toBeCloseTo(4, 5);
  const mixed = plan({ width: 800, height: 600 }, options, vgg19, smallNetwork());
  expect(mixed.at(-1)?.work).toBe(scales.at(-1)?.work);
  expect((mixed[0]?.work ?? 0) - STEP_WORK).toBeLessThan(first / 10);
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
