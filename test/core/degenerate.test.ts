/** Pictures of one colour, and pictures that are nearly so: all costs are finite, none is negative, and all paint. */
import { describe, expect, test } from 'vitest';
import type { Region } from '../../src/core/costs/areas.js';
import { type Costs, partsOf } from '../../src/core/costs/objective/objective.js';
import { wholeObjective } from '../../src/core/costs/objective/whole.js';
import type { Scene } from '../../src/core/costs/setting.js';
import type { Network } from '../../src/core/networks/network.js';
import { subtractMean } from '../../src/core/networks/pixels.js';
import { type OptionsInput, resolveOptions } from '../../src/core/options/options.js';
import { paint } from '../../src/core/painting/paint.js';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';
import { seededNumbers } from '../support/random.js';
import { vgg19Path } from '../support/vgg19.js';

const engine = createNodeEngine({ spinning: false });
const [width, height] = [40, 32];

/** A picture from its levels at x, y. */
function drawn(levels: (x: number, y: number) => number | readonly [number, number, number]): Picture {
  const result = picture(width, height);
  const plane = width * height;
  for (let i = 0; i < plane; i++) {
    const level = levels(i % width, Math.floor(i / width));
    for (let c = 0; c < 3; c++) result.data[c * plane + i] = typeof level === 'number' ? level : (level[c] as number);
  }
  return result;
}

const numbers = seededNumbers(3);
const PICTURES: Readonly<Record<string, Picture>> = {
  black: drawn(() => 0),
  'nearly black': drawn(() => 2),
  // The mean that networks subtract.
  'the mean': drawn(() => [123.68, 116.779, 103.939]),
  'middle grey': drawn(() => 128),
  white: drawn(() => 255),
  red: drawn(() => [255, 0, 0]),
  'one pixel by one level': drawn((x, y) => (x === 20 && y === 13 ? 254 : 255)),
  'one white pixel': drawn((x, y) => (x === 20 && y === 13 ? 255 : 0)),
  'two colours': drawn((x) => (x < 20 ? [200, 60, 10] : [30, 90, 180])),
  'saturated halves': drawn((_, y) => (y < 16 ? 255 : 0)),
  'every other pixel': drawn((x, y) => ((x + y) % 2) * 255),
  'noise of one level': drawn(() => 254 + Math.round(numbers())),
};
const ALL = Object.values(PICTURES);
/** For what takes longer. */
const FEW = ['black', 'white', 'one pixel by one level', 'one white pixel', 'noise of one level'].map(
  (name) => PICTURES[name] as Picture,
);
const ordinary = waves(width, height, 1);
const painting = waves(48, 36, 2);
const STATISTICS = ['gram', 'wasserstein', 'sliced'] as const;

const NETWORKS: Readonly<Record<string, () => Promise<Network>>> = {
  small: async () => smallNetwork(),
  pocket: () => openNetwork('pocket'),
  ...(vgg19Path ? { 'VGG-19': () => openNetwork(vgg19Path as string) } : {}),
};
if (!vgg19Path) console.log('Skipped: degenerate pictures in VGG-19 need the weights (GIVERNY_VGG19=<file>).');

/** Relative costs are shares of their target's size. */
function expectGood(costs: Costs, gradient: Float32Array): void {
  for (const [name, cost] of Object.entries({ ...costs, ...partsOf(costs, 'style') })) {
    expect(cost, name).toBeGreaterThan(-1e-3);
    expect(cost, name).toBeLessThan(Number.POSITIVE_INFINITY);
  }
  expect(gradient.every(Number.isFinite)).toBe(true);
}

async function evaluated(scene: Scene, ...pictures: readonly Picture[]) {
  const objective = await wholeObjective(engine, scene);
  const found = [];
  for (const one of pictures) found.push(await objective.evaluate(subtractMean(one, scene.network)));
  await objective.dispose();
  return found;
}

describe.each(Object.keys(NETWORKS))('%s', (name) => {
  const network = (NETWORKS[name] as (typeof NETWORKS)[string])();

  test.each(STATISTICS)('%s: every painting of every photo, in every style', async (statistic) => {
    const options = resolveOptions({ statistic });
    const among = [ordinary, ...(name === 'small' ? ALL : name === 'pocket' ? FEW : FEW.slice(1, 3))];
    for (const from of among) {
      const scene = { network: await network, content: from, styles: [{ picture: from, weight: 1 }], options };
      for (const { costs, gradient } of await evaluated(scene, ...among)) expectGood(costs, gradient);
    }
  });
});

describe('regions', () => {
  const white = drawn((x, y) => (x > 2 && x < 30 && y > 1 && y < 30 ? 255 : (ordinary.data[y * width + x] as number)));
  const square = (side: number): Region => ({
    mask: drawn((x, y) => (x >= 12 && x < 12 + side && y >= 8 && y < 8 + side ? 1 : 0)).data.slice(0, width * height),
  });

  test.each(STATISTICS)('%s: of one colour, of every size down to a pixel', async (statistic) => {
    const networks = [
      [smallNetwork(), [1, 2, 3, 8, 16]],
      [await openNetwork('pocket'), [1, 8]],
    ] as const;
    for (const [network, sides] of networks) {
      for (const here of sides.map(square)) {
        const scene = {
          network,
          content: white,
          styles: [
            { picture: painting, weight: 1, region: 'here' },
            { picture: PICTURES.red as Picture, weight: 1 },
          ],
          regions: { here },
          options: resolveOptions({ statistic }),
        };
        for (const { costs, gradient } of await evaluated(scene, white, ordinary)) expectGood(costs, gradient);
      }
    }
  });
});

describe('finite differences', () => {
  const flats = ['middle grey', 'one pixel by one level', 'one white pixel', 'noise of one level', 'two colours'];

  test.each(STATISTICS)('%s: the gradient is theirs', async (statistic) => {
    const network = smallNetwork();
    // A maximum of equals has no gradient. How much kinks weigh depends on these weights: the bounds below are for them.
    const styleLayers = 'conv1_1=0.3,conv2_1=0.2,conv3_1=0.2,conv4_1=0.2,conv5_1=0.1';
    const options = resolveOptions({
      statistic,
      strength: 0.6,
      styleLayers,
      flatness: 0.15,
      pooling: 'average',
      tv: 0,
    });
    for (const flat of flats.map((which) => PICTURES[which] as Picture)) {
      const scene = { network, content: ordinary, styles: [{ picture: painting, weight: 1 }], options };
      const objective = await wholeObjective(engine, scene);
      const pixels = subtractMean(flat, network);
      const { gradient } = await objective.evaluate(pixels);
      const rms = Math.sqrt(gradient.reduce((total, g) => total + g * g, 0) / gradient.length);
      const random = seededNumbers(7);
      const direction = gradient.map((g) => g / rms + random() - 0.5);
      const at = async (t: number) =>
        (await objective.evaluate(pixels.map((value, i) => value + t * (direction[i] as number)))).costs.total;
      const h = 0.05;
      const numeric = ((await at(h)) - (await at(-h))) / (2 * h);
      const exact = gradient.reduce((total, g, i) => total + g * (direction[i] as number), 0);
      // Deviations of 0 are kinks of the root, equal values are kinks of sorting.
      expect(Math.abs(numeric / exact - 1)).toBeLessThan(statistic === 'gram' ? 0.02 : 0.06);
      await objective.dispose();
    }
  });
});

describe('painted', () => {
  const network = smallNetwork([[6], [8], [10]]);
  const layers = { contentLayers: 'conv3_1', styleLayers: 'conv1_1,conv2_1,conv3_1' };

  async function painted(content: Picture, style: Picture, options: OptionsInput): Promise<Picture> {
    const job = { network, content, styles: [{ picture: style, weight: 1 }], options: { ...layers, ...options } };
    let last: Picture | undefined;
    for await (const step of paint(job, engine)) {
      expectGood(step.costs, step.picture.data);
      last = step.picture;
    }
    return last as Picture;
  }

  const colors = ['painting', 'photo', 'cholesky', 'symmetric', 'pca', 'histogram'] as const;
  test.each(colors)('in the colours of %s', async (how) => {
    const options = { steps: 1, firstSize: 0, colors: how };
    for (const flat of FEW) {
      await painted(flat, painting, options);
      await painted(ordinary, flat, options);
    }
  });

  test('a flat photo takes the style, and a style of one colour gives it', async () => {
    const options = { steps: 12, firstSize: 0 };
    const deviation = ({ data }: Picture) => {
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
    };
    for (const flat of ['black', 'the mean', 'middle grey', 'white']) {
      expect(deviation(await painted(PICTURES[flat] as Picture, painting, options))).toBeGreaterThan(20);
    }
    const plane = width * height;
    const red = (await painted(ordinary, PICTURES.red as Picture, { ...options, strength: 0.9 })).data;
    const mean = (c: number) => red.subarray(c * plane, (c + 1) * plane).reduce((sum, value) => sum + value / plane, 0);
    expect(mean(0) - mean(1)).toBeGreaterThan(100);
  });
});
