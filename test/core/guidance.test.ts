import { describe, expect, test } from 'vitest';
import { areasOf, positionWeights } from '../../src/core/costs/areas.js';
import { maskAt } from '../../src/core/costs/guidance.js';
import { input } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Tensor, tensor } from '../../src/core/graph/tensor.js';
import { features } from '../../src/core/networks/features.js';
import { type Network, networkOf, VGG_MEAN, VGG19, vggTable } from '../../src/core/networks/network.js';
import { PRESETS } from '../../src/core/options/options.js';
import { picture, type Size } from '../../src/core/pictures/picture.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { seededNumbers } from '../support/random.js';

const vgg = { name: 'vgg19', convolutions: VGG19 };
const LAYERS = ['conv1_1', 'conv1_2', 'conv2_1', 'conv3_1', 'conv4_2', 'conv5_4'];

/** 1 left of a border. */
const leftOf = (border: number, width: number, height: number) =>
  Float32Array.from({ length: width * height }, (_, i) => (i % width < border ? 1 : 0));

test.each(LAYERS)('%s: a mask of ones is ones, and masks that sum to 1 still do', (layer) => {
  const size = { width: 53, height: 38 };
  const ones = maskAt(new Float32Array(53 * 38).fill(1), size, layer, vgg);
  expect(ones).toEqual(new Float32Array(ones.length).fill(1));
  const numbers = seededNumbers(5);
  const mask = Float32Array.from({ length: 53 * 38 }, numbers);
  const [some, rest] = [mask, mask.map((value) => 1 - value)].map((m) => maskAt(m, size, layer, vgg));
  for (const [i, value] of (some ?? []).entries()) expect(value + (rest?.[i] as number)).toBeCloseTo(1, 6);
});

test.each(LAYERS)('%s: half a mask goes from 1 to 0, with its middle at the border', (layer) => {
  const size = { width: 512, height: 48 };
  const seen = maskAt(leftOf(256, 512, 48), size, layer, vgg);
  const width = 512 / 2 ** (Number(layer[4]) - 1);
  const row = seen.subarray(width, 2 * width);
  expect([row[0], row[width - 1]]).toEqual([1, 0]);
  for (let x = 1; x < width; x++) expect(row[x]).toBeLessThanOrEqual(row[x - 1] as number);
  expect(((row[width / 2 - 1] as number) + (row[width / 2] as number)) / 2).toBeCloseTo(0.5, 5);
  expect(row[width / 2 - 1]).toBeLessThan(0.99);
});

test('the deeper the layer, the softer its borders', () => {
  const shares = ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1'].map((layer) => {
    const seen = maskAt(leftOf(256, 512, 16), { width: 512, height: 16 }, layer, vgg);
    return seen.filter((value) => value > 0.001 && value < 0.999).length / seen.length;
  });
  expect(shares[0]).toBe(2 / 512);
  for (const [i, share] of shares.slice(1).entries()) expect(share).toBeGreaterThan(1.5 * (shares[i] as number));
});

test('by hand: an odd last column and row are cells of their own', () => {
  const table = { name: 'small', convolutions: vggTable([[1], [1]]) };
  const corner = new Float32Array(15);
  corner[14] = 1;
  // 5x3 after conv1_1: 1/4 in the corner, 1/6 beside and above it, 1/9 across. The pool's 3x2 cells then hold
  // 0, 1/36, 1/12 and 0, 1/12, 1/4.
  const row = [1 / 36, 2 / 27, 1 / 9].map((value) => expect.closeTo(value, 6));
  expect([...maskAt(corner, { width: 5, height: 3 }, 'conv2_1', table)]).toEqual([...row, ...row]);
});

describe('against the network itself', () => {
  test.each([
    ['conv1_2', undefined],
    ['conv2_1', undefined],
    ['conv3_2', undefined],
    ['conv1_2', ['conv1_2', 'conv2_2']],
    ['conv3_2', ['conv1_2', 'conv2_2']],
  ])('%s: features of a network that averages, pools %s', async (layer, pooled) => {
    const convolutions = vggTable([
      [3, 3],
      [3, 3],
      [3, 3],
    ]);
    const tensors: Record<string, Tensor> = {};
    for (const { name } of convolutions) {
      tensors[`${name}.weight`] = tensor([3, 3, 3, 3], new Float32Array(81).fill(1 / 27));
      tensors[`${name}.bias`] = tensor([3]);
    }
    const network = networkOf('averaging', 'none', tensors, VGG_MEAN, pooled);
    const [width, height] = [87, 61];
    const numbers = seededNumbers(9);
    const mask = Float32Array.from({ length: width * height }, (_, i) => (i % width < 40 ? 1 : 0) * numbers());
    const x = input('picture', [1, 3, height, width]);
    const program = await Program.load(
      createNodeEngine(),
      features(x, network, [layer], PRESETS.notebook),
      network.tensors,
    );
    const run = await program.run({
      picture: tensor([1, 3, height, width], Float32Array.of(...mask, ...mask, ...mask)),
    });
    await program.dispose();
    const { shape, data } = run[layer] as Tensor;
    const [, , rows, columns] = shape as [number, number, number, number];
    const seen = maskAt(mask, { width, height }, layer, network);
    expect(seen).toHaveLength(rows * columns);
    let compared = 0;
    let worst = 0;
    for (let y = 6; y < rows - 6; y++) {
      for (let column = 6; column < columns - 6; column++) {
        const i = y * columns + column;
        worst = Math.max(worst, Math.abs((seen[i] as number) - (data[i] as number)));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(30);
    expect(worst).toBeLessThan(1e-5);
  });
});

test('a layer that the network does not have', () => {
  expect(() => maskAt(new Float32Array(64), { width: 8, height: 8 }, 'conv6_1', vgg)).toThrow(
    'Expected a layer of vgg19 (conv1_1 ... conv5_4) but received "conv6_1".',
  );
});

/** A mask of 0 but for one pixel. */
function pixelAt(x: number, y: number, { width, height }: Size, value = 1): Float32Array {
  const mask = new Float32Array(width * height);
  mask[y * width + x] = value;
  return mask;
}

describe('weights of positions', () => {
  const SIZES = [
    { width: 32, height: 32 },
    { width: 33, height: 47 },
    { width: 161, height: 32 },
  ];

  test.each(SIZES)('of one pixel, however faint, at every layer of $width x $height', (size) => {
    const places = [
      [0, 0],
      [size.width - 1, size.height - 1],
      [size.width >> 1, size.height >> 1],
      [size.width - 1, 3],
    ] as const;
    for (const { name } of VGG19) {
      for (const [n, [x, y]] of places.entries()) {
        const value = [1, 1e-4, 1e-12, 1e-38][n] as number;
        const shares = maskAt(pixelAt(x, y, size, value), size, name, vgg);
        const { shape, data } = positionWeights(shares);
        expect(shape).toEqual([1, shares.length]);
        expect(data.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        expect(data.every((weight) => weight >= 0)).toBe(true);
      }
    }
  });

  test('squares of shares, the same for any faintness; alike where all shares are 0', () => {
    const shares = Float32Array.of(0, 1, 0.5, 0.25);
    const wanted = [0, 16 / 21, 4 / 21, 1 / 21].map((weight) => expect.closeTo(weight, 6));
    for (const faintness of [1, 2 ** -3, 1e-10, 1e-30]) {
      expect([...positionWeights(shares.map((share) => share * faintness)).data]).toEqual(wanted);
    }
    expect([...positionWeights(new Float32Array(4)).data]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});

describe('regions of few pixels', () => {
  const size = { width: 128, height: 128 };
  const content = picture(128, 128);
  const network = { name: 'vgg19', convolutions: VGG19 } as unknown as Network;
  const areas = (mask: Float32Array, given: { region?: string; strength?: number }) =>
    areasOf(
      {
        content,
        styles: [
          { picture: content, weight: 1 },
          { picture: content, weight: 1, region: given.region },
        ],
        regions: { dot: { mask, strength: given.strength } },
      },
      network,
      ['conv1_1', 'conv5_1'],
      { strength: 0.5 },
    );

  test('a pixel is kept as in the photo', () => {
    const { list, painted } = areas(pixelAt(60, 70, size), { strength: 0 });
    expect(list).toHaveLength(1);
    expect(painted?.[70 * 128 + 60]).toBe(0);
    expect(painted?.reduce((sum, value) => sum + value, 0)).toBe(128 * 128 - 1);
  });

  test('a pixel takes a style of its own, and costs its share', () => {
    const { list } = areas(pixelAt(60, 70, size), { region: 'dot' });
    expect(list.map(({ styles }) => styles.map(({ index }) => index))).toEqual([[1], [0]]);
    expect(list[0]?.importance).toBeCloseTo(1 / 128 ** 2, 9);
    for (const layer of ['conv1_1', 'conv5_1']) expect(list[0]?.weights(layer)?.data.every(Number.isFinite)).toBe(true);
  });

  test('a region without a pixel is none, nor is what rounding leaves beside regions', () => {
    expect(areas(new Float32Array(128 ** 2), { region: 'dot' }).list).toHaveLength(1);
    const whole = new Float32Array(128 ** 2).fill(1 - 2 ** -22);
    const { list, painted } = areas(whole, { region: 'dot' });
    expect(list.map(({ styles }) => styles.map(({ index }) => index))).toEqual([[1]]);
    expect(painted).toBeUndefined();
  });
});
