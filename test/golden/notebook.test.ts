/** The notebook's model answers, to every digit that it prints. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tensor } from '../../src/core/graph/tensor.js';
import { notebookRandom, uniformNoise } from '../../src/core/painting/start.js';
import { RandomState } from '../../src/core/random.js';
import * as notebook from '../../src/notebook.js';
import { smallNetwork } from '../support/network.js';
import { waves } from '../support/pictures.js';

const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8'));
const { expected, numpy_random_state: numpy } = golden;
const aC = tensor([1, 4, 4, 3], Float32Array.from(golden.a_C));
const aG = tensor([1, 4, 4, 3], Float32Array.from(golden.a_G));

test('compute_content_cost', async () => {
  expect((await notebook.computeContentCost(aC, aG)).toPrecision(6)).toBe(String(expected.J_content));
});

test('gram_matrix', async () => {
  const GA = await notebook.gramMatrix(tensor([3, 2], Float32Array.from(golden.A)));
  expect(GA.shape).toEqual([3, 3]);
  // numpy prints float32 with the fewest digits, up to eight decimals, that tell it from its neighbours.
  expect(Array.from(GA.data)).toEqual(expected.GA.flat().map(Math.fround));
});

test('compute_layer_style_cost, and not the answer of a reshape without a transpose', async () => {
  const cost = (await notebook.computeLayerStyleCost(aC, aG)).toPrecision(6);
  expect(cost).toBe(String(expected.J_style_layer));
  expect(cost).not.toBe(golden.wrong_answer_to_catch.J_style_layer.toPrecision(6));
  // The same numbers read as [1, 3, 4, 4] give the wrong answer: the layout matters to this test.
  const wrong = (x: typeof aC) => {
    const data = x.data.map((_, i) => x.data[(i % 3) * 16 + Math.floor(i / 3)] as number);
    return tensor(x.shape, data);
  };
  const miscomputed = await notebook.computeLayerStyleCost(wrong(aC), wrong(aG));
  expect(miscomputed).toBeCloseTo(golden.wrong_answer_to_catch.J_style_layer, 5);
});

test('total_cost', () => {
  const { J_content, J_style, alpha, beta, J } = expected.total_cost;
  expect(notebook.totalCost(J_content, J_style, alpha, beta)).toBe(J);
  expect(notebook.totalCost(J_content, J_style)).toBe(J);
});

test("numpy's generator, number by number", () => {
  const random = new RandomState(3);
  expect(Array.from({ length: 8 }, () => random.uint32())).toEqual(numpy.first8_u32);
  const afterCheck = new RandomState(3);
  expect(afterCheck.randn()).toBe(expected.total_cost.J_content);
  expect(afterCheck.randn()).toBe(expected.total_cost.J_style);
});

test("the notebook's start noise, bit by bit", () => {
  const planar = uniformNoise(notebookRandom(3), 400, 300);
  const noise = planar.map((_, i) => planar[(i % 3) * 120_000 + Math.floor(i / 3)] as number);
  expect(Array.from(noise.slice(0, 12))).toEqual(numpy.noise_first12);
  expect(Array.from(noise.slice(-6))).toEqual(numpy.noise_last6);
  expect(createHash('sha256').update(new Uint8Array(noise.buffer)).digest('hex')).toBe(numpy.noise_sha256_le_f32);
});

test('generate_noise_image blends that noise with the content', () => {
  const content = notebook.reshapeAndNormalizeImage(waves(400, 300));
  const generated = notebook.generateNoiseImage(content);
  expect(generated.shape).toEqual([1, 300, 400, 3]);
  const first = (content.data[0] as number) * 0.4 + numpy.noise_first12[0] * 0.6;
  expect(generated.data[0]).toBeCloseTo(first, 4);
});

test('reshape_and_normalize_image subtracts the means of R, G and B', () => {
  const photo = waves(5, 4);
  const { shape, data } = notebook.reshapeAndNormalizeImage(photo);
  expect(shape).toEqual([1, 4, 5, 3]);
  for (const [channel, mean] of [123.68, 116.779, 103.939].entries()) {
    expect(data[3 * 7 + channel]).toBeCloseTo((photo.data[channel * 20 + 7] as number) - mean, 4);
  }
});

test('model_nn prints, saves and lowers the cost, as its functions judge', async () => {
  const model = smallNetwork();
  const content = notebook.reshapeAndNormalizeImage(waves(48, 36, 1));
  const style = notebook.reshapeAndNormalizeImage(waves(48, 36, 2));
  const start = notebook.generateNoiseImage(content);
  const outputDir = await mkdtemp(join(tmpdir(), 'giverny-notebook-'));
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const generated = await notebook.modelNN(model, content, style, start, { numIterations: 21, outputDir, print });
  expect(readdirSync(outputDir).sort()).toEqual(['0.png', '20.png', 'generated_image.jpg']);
  expect(lines.filter((line) => line.startsWith('Iteration'))).toEqual(['Iteration 0 :', 'Iteration 20 :']);
  const before = await notebook.computeStyleCost(model, style, start);
  const after = await notebook.computeStyleCost(model, style, generated);
  expect(after).toBeLessThan(before / 2);
  // The style cost that the loop printed for its last iteration is the one of the picture it returned.
  const printed = Number(lines.at(-1)?.replace('style cost = ', ''));
  expect(Math.abs(after - printed) / printed).toBeLessThan(1e-3);
});
