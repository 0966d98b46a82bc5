/** Unevenness by hand, and its gradient against finite differences. */
import { expect, test } from 'vitest';
import { flatnessTerm } from '../../src/core/costs/flatness.js';
import type { Setting, View } from '../../src/core/costs/term.js';
import { gradients } from '../../src/core/graph/gradient.js';
import type { Node } from '../../src/core/graph/node.js';
import { edgePad, input } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Tensor, tensor } from '../../src/core/graph/tensor.js';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { waves } from '../support/pictures.js';
import { seededNumbers } from '../support/random.js';

const engine = createNodeEngine({ threads: 1 });
const KNEE = 16 / 255;

/** @param padded of a picture of so many pixels, or of a tile of one. */
function unevenness(padded: Node, pixels: number): Node {
  const { measure, cost } = flatnessTerm({ flatness: 1, strength: undefined });
  return cost(measure({ picture: () => padded } as unknown as View), {}, { pixels } as Setting) as Node;
}

async function uneven({ width, height, data }: Picture) {
  const node = input('picture', [1, 3, height, width]);
  const cost = unevenness(edgePad(node), width * height);
  const [gradient] = gradients(cost, [node]) as [Node];
  const program = await Program.load(engine, { cost, gradient }, {});
  const results = await program.run({ picture: tensor([1, 3, height, width], data) });
  await program.dispose();
  return { cost: (results.cost as Tensor).data[0] as number, gradient: (results.gradient as Tensor).data };
}

/** Columns of equal pixels; each channel has its own factor. */
function columns(values: readonly number[], [red, green, blue] = [1, 1, 1]): Picture {
  const [width, height] = [values.length, 4];
  const result = picture(width, height);
  for (let i = 0; i < result.data.length; i++) {
    const factor = [red, green, blue][Math.floor(i / (width * height))] as number;
    result.data[i] = 100 + factor * (values[i % width] as number);
  }
  return result;
}

test('0 where flat; a step of brightness or of colour by hand', async () => {
  expect((await uneven(columns([0, 0, 0, 0]))).cost).toBeCloseTo(0, 12);
  const length = (square: number) => Math.sqrt(square + KNEE ** 2) - KNEE;
  const step = (80 / 255) ** 2;
  const wanted = (of: number) => {
    // Of six pixels in a row the one left of the step sees it right and below right, the one right of it below left.
    return (length(1.5 * of) + length(0.5 * of)) / 6;
  };
  expect((await uneven(columns([0, 0, 0, 80, 80, 80]))).cost).toBeCloseTo(wanted(3 * step), 6);
  // Of red alone: brightness a third, and what differs from it three times.
  const red = step * (3 * (1 / 9) + 9 * (4 / 9 + 2 / 9));
  expect((await uneven(columns([0, 0, 0, 80, 80, 80], [1, 0, 0]))).cost).toBeCloseTo(wanted(red), 6);
});

test('grain counts by its square, edges by their height, however wide they are', async () => {
  const cost = async (...values: number[]) => (await uneven(columns(values))).cost;
  const flat = [0, 0, 0, 0, 0, 0];
  expect((await cost(...flat, 1, ...flat)) / (await cost(...flat, 2, ...flat))).toBeCloseTo(1 / 4, 1);
  expect((await cost(...flat, ...flat.map(() => 100))) / (await cost(...flat, ...flat.map(() => 200)))).toBeGreaterThan(
    0.45,
  );
  // By squares the sharp edge would cost about four times as much as the one that is four pixels wide.
  const sharp = await cost(0, 0, 0, 0, 0, 240, 240, 240, 240, 240);
  const wide = await cost(0, 0, 0, 60, 120, 180, 240, 240, 240, 240);
  expect(sharp / wide).toBeLessThan(1.5);
});

test('tiles add up to the whole', async () => {
  const whole = waves(12, 9, 3);
  const { cost } = await uneven(whole);
  const padded = (left: number, right: number) => {
    const [w, h] = [right - left + 2, 11];
    const at = (channel: number, x: number, y: number) =>
      whole.data[(channel * 9 + Math.min(8, Math.max(0, y))) * 12 + Math.min(11, Math.max(0, x))] as number;
    return tensor(
      [1, 3, h, w],
      Float32Array.from({ length: 3 * w * h }, (_, i) =>
        at(Math.floor(i / (w * h)), left - 1 + (i % w), (Math.floor(i / w) % h) - 1),
      ),
    );
  };
  let sum = 0;
  for (const tile of [padded(0, 5), padded(5, 12)]) {
    const program = await Program.load(engine, { cost: unevenness(input('tile', tile.shape), 12 * 9) }, {});
    sum += ((await program.run({ tile })).cost as Tensor).data[0] as number;
    await program.dispose();
  }
  expect(sum).toBeCloseTo(cost, 5);
});

test('the gradient against finite differences', async () => {
  const at = waves(11, 8, 5);
  const { gradient } = await uneven(at);
  const numbers = seededNumbers(2);
  for (let trial = 0; trial < 3; trial++) {
    const direction = at.data.map(() => numbers() * 2 - 1);
    const cost = async (t: number) =>
      (await uneven({ ...at, data: at.data.map((value, i) => value + t * (direction[i] as number)) })).cost;
    const numeric = ((await cost(2)) - (await cost(-2))) / 4;
    const exact = gradient.reduce((total, g, i) => total + g * (direction[i] as number), 0);
    expect(Math.abs(numeric - exact)).toBeLessThan(
      0.02 * Math.sqrt(gradient.reduce((total, g) => total + g * g, 0) * at.data.length),
    );
  }
});
