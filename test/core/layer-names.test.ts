import { expect, test } from 'vitest';
import { layerName } from '../../src/core/options/layer-names.js';
import { resolveOptions } from '../../src/core/options/options.js';

test.each([
  ['conv4_2', 'conv4_2'],
  ['relu4_2', 'conv4_2'],
  ['r42', 'conv4_2'],
  ['block4_conv2', 'conv4_2'],
  ['features.0', 'conv1_1'],
  ['features.21', 'conv4_2'],
  ['features.22', 'conv4_2'],
  ['features.35', 'conv5_4'],
  // A pool.
  ['features.4', 'features.4'],
  ['sky', 'sky'],
])('%s is %s', (theirs, ours) => expect(layerName(theirs)).toBe(ours));

test('options hold our names, whether the layers came as text or as an object', () => {
  const { contentLayers, styleLayers } = resolveOptions({
    contentLayers: 'relu4_2',
    styleLayers: { block1_conv1: 0.5, r21: 0.25, conv3_1: 0.25 },
  });
  expect(contentLayers).toEqual({ conv4_2: 1 });
  expect(styleLayers).toEqual({ conv1_1: 0.5, conv2_1: 0.25, conv3_1: 0.25 });
});

test('alpha and beta of 0 leave nothing to paint', () => {
  expect(() => resolveOptions({ alpha: 0, beta: 0 })).toThrow(
    'Expected alpha or beta above 0 but received 0 for both.',
  );
  expect(resolveOptions({ alpha: 0 })).toMatchObject({ alpha: 0, beta: 40 });
});
