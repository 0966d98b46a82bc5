/** The later edition of the notebook: what its network is fed with, its start, its pictures and its costs. */
import { expect, test } from 'vitest';
import { wholeObjective } from '../../src/core/costs/objective/whole.js';
import { input } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { tensor } from '../../src/core/graph/tensor.js';
import { features } from '../../src/core/networks/features.js';
import { fedNetwork } from '../../src/core/networks/unit-input.js';
import { resolveOptions } from '../../src/core/options/options.js';
import { paint } from '../../src/core/painting/paint.js';
import { fitPicture } from '../../src/core/pictures/fit.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

const WIDTHS = [
  [4, 4],
  [4, 4],
  [6, 6, 6, 6],
  [8, 8, 8, 8],
  [8, 8, 8, 8],
];
const options = resolveOptions({ preset: 'notebook-tf2', size: '40x40', steps: 3 });
const engine = createNodeEngine({ threads: 1 });

test('RGB in 0..1 meets weights that await BGR', async () => {
  const network = smallNetwork(WIDTHS);
  const { data } = waves(12, 10);
  const plane = 120;
  const shape = [1, 3, 10, 12];
  const seen = async (of: typeof network, pixels: Float32Array) => {
    const outputs = features(input('picture', shape), of, ['conv2_1'], options);
    const program = await Program.load(engine, outputs, of.tensors);
    const { conv2_1 } = await program.run({ picture: tensor(shape, pixels) });
    await program.dispose();
    return conv2_1?.data as Float32Array;
  };
  // Red in blue's place, over 255, and nothing subtracted.
  const asFed = data.map((_, i) => (data[(2 - Math.floor(i / plane)) * plane + (i % plane)] as number) / 255);
  const wanted = await seen(network, asFed);
  const found = await seen(fedNetwork(network, options), data);
  const largest = Math.max(...wanted);
  wanted.forEach((value, i) => {
    expect(Math.abs(value - (found[i] as number))).toBeLessThan(1e-5 * largest);
  });
});

test('the preset: a jittered start within 0..255, Adam of 0.01 in 0..1, clipping', async () => {
  const network = smallNetwork(WIDTHS);
  const content = waves(40, 40, 1);
  const job = { content, styles: [{ picture: waves(40, 40, 2), weight: 1 }], network, options };
  const pictures = [];
  for await (const { picture, costs } of paint(job, engine)) {
    pictures.push(picture);
    expect(costs.total).toBeCloseTo(10 * (costs.content as number) + 40 * (costs.style as number), 3);
  }
  expect(pictures.length).toBe(3);
  const [first, second] = pictures as [(typeof pictures)[number], (typeof pictures)[number]];
  for (const value of second.data) expect(value).toBeGreaterThanOrEqual(0);
  for (const value of second.data) expect(value).toBeLessThanOrEqual(255);
  // The start is a quarter of the range around the content at most, and Adam's first step is 2.55 long.
  const far = first.data.map((value, i) => Math.abs(value - (content.data[i] as number)));
  expect(Math.max(...far)).toBeLessThanOrEqual(63.75 + 2.551);
  expect(Math.max(...far)).toBeGreaterThan(50);
});

test('both pictures are stretched to the square', async () => {
  const { picture } = await fitPicture({ picture: waves(60, 40) }, options.size, options.fit);
  expect([picture.width, picture.height]).toEqual([40, 40]);
  const corner = waves(60, 40).data[0] as number;
  expect(Math.abs((picture.data[0] as number) - corner)).toBeLessThan(30);
  const cropped = await fitPicture({ picture: waves(60, 40) }, options.size, 'crop');
  expect(cropped.note).toContain('cropped');
});

test('what the network is fed with stays while painting', async () => {
  const job = {
    content: waves(40, 40),
    styles: [{ picture: waves(40, 40, 2), weight: 1 }],
    network: smallNetwork(WIDTHS),
    options,
  };
  const painting = paint(job, engine);
  await painting.next();
  await expect(painting.next({ options: { input: 'centred' } })).rejects.toThrow(
    'Expected unit, which stays while painting',
  );
  expect(await wholeObjective(engine, { ...job, network: fedNetwork(job.network, options) })).toBeDefined();
});
