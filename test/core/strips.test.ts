/** Winograd convolutions in several strips of rows, against plain ones. */
import { describe, expect, test } from 'vitest';
import type { EngineTraits } from '../../src/core/graph/engine.js';
import type { Node } from '../../src/core/graph/node.js';
import { convolution, convolutionInputGradient, input } from '../../src/core/graph/operations.js';
import { Program } from '../../src/core/graph/program.js';
import { type Tensor, type Tensors, tensor } from '../../src/core/graph/tensor.js';
import { createNodeEngine } from '../../src/engines/node.js';

const engine = createNodeEngine({ threads: 1 });
const CHANNELS = 96;
/** Of the points of a row of three tiles. */
const ROW_BYTES = 4 * 36 * CHANNELS * 3;

/** The result of a graph on an engine of these traits, and how many rows of tiles each strip of it has. */
async function run(
  y: Node,
  feeds: Tensors,
  traits: Partial<EngineTraits>,
): Promise<{ data: Float32Array; strips: number }> {
  let strips = 0;
  const load = (model: Uint8Array) => {
    strips += new TextDecoder('latin1').decode(model).split('ConvTranspose').length - 1;
    return engine.load(model);
  };
  const program = await Program.load({ ...engine, load, traits: { ...engine.traits, ...traits } }, { y });
  const results = await program.run(feeds).finally(() => program.dispose());
  return { data: (results.y as Tensor).data, strips };
}

const waves = (shape: readonly number[], pace: number) => {
  const { data } = tensor(shape);
  return tensor(
    shape,
    data.map((_, i) => Math.sin(i * pace)),
  );
};

// Heights of 5 rows of tiles: whole ones, one short of that, and one row of pixels in the last.
describe.each([20, 19, 17])('features %d rows high', (height) => {
  const shape = [1, CHANNELS, height, 11];
  const x = input('x', shape);
  const w = input('w', [CHANNELS, CHANNELS, 3, 3]);
  const feeds = { x: waves(shape, 1.7), w: waves([CHANNELS, CHANNELS, 3, 3], 0.9) };

  test.each([
    ['convolution', convolution(x, w, 1)],
    ['its gradient with respect to the input', convolutionInputGradient(x, w, 1)],
  ])('%s', async (_, y) => {
    const plain = await run(y, feeds, { winograd: false });
    expect(plain.strips).toBe(0);
    const size = Math.sqrt(plain.data.reduce((total, value) => total + value * value, 0) / plain.data.length);
    for (const [rowsThatFit, strips] of [
      [5, 1],
      // Three and two rows; two, two and one; one by one.
      [3, 2],
      [2, 3],
      [1, 5],
    ] as const) {
      const inStrips = await run(y, feeds, { workspaceBytes: rowsThatFit * ROW_BYTES });
      expect(inStrips.strips).toBe(strips);
      const worst = inStrips.data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (plain.data[i] as number))),
        0,
      );
      expect(worst / size).toBeLessThan(1e-4);
    }
  });
});
