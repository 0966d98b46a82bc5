/** Options that follow from others. */
import { describe, expect, test } from 'vitest';
import { DEFAULTS, PRESETS, resolveOptions } from '../../src/core/options/options.js';
import { scalesOf } from '../../src/core/painting/schedule.js';

describe('a texture, from noise with nothing of the photo', () => {
  const texture = { strength: 1, init: 'noise' };

  test('begins where the deepest features see a part of the picture', () => {
    for (const given of [texture, { strength: '1', init: '1' }, { ...texture, preset: 'draft' }]) {
      const options = resolveOptions(given);
      const [first] = scalesOf({ width: 512, height: 400 }, options);
      expect(first?.width).toBe(256);
      expect(options.steps).toBe(60);
    }
    expect(resolveOptions({ ...texture, preset: 'fine' })).toMatchObject({ firstSize: 256, steps: 80 });
  });

  test('unless scales are given; other paintings begin as ever', () => {
    expect(resolveOptions({ ...texture, firstSize: 0, steps: 7 })).toMatchObject({ firstSize: 0, steps: 7 });
    for (const other of [{ strength: 1 }, { init: 'noise' }, { strength: 1, init: 0.6 }]) {
      expect(resolveOptions(other)).toMatchObject({ firstSize: DEFAULTS.firstSize, steps: DEFAULTS.steps });
    }
    const { alpha, beta } = PRESETS.notebook;
    expect(resolveOptions({ preset: 'notebook', init: 'noise' })).toMatchObject({
      alpha,
      beta,
      firstSize: 0,
      steps: 200,
    });
  });
});
