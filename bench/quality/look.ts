/** What the judge sees of a picture: samples of its features. */

import type { Engine } from '#dist/core/graph/engine.js';
import { input } from '#dist/core/graph/operations.js';
import { Program } from '#dist/core/graph/program.js';
import { type Tensor, tensor } from '#dist/core/graph/tensor.js';
import { features } from '#dist/core/networks/features.js';
import type { Network } from '#dist/core/networks/network.js';
import { subtractMean } from '#dist/core/networks/pixels.js';
import type { Picture } from '#dist/core/pictures/picture.js';
import { RandomState } from '#dist/core/random.js';

/** Layers that no preset takes a cost of. */
const LAYERS = ['conv1_2', 'conv2_2', 'conv3_2', 'conv4_3'];
/** The network is asked both ways: a picture looks better through the pooling that it was painted with. */
const POOLINGS = ['average', 'max'] as const;
const MOST_SAMPLES = 1024;
const MOST_CELLS = 32;

/** What is kept of a picture's features, by layer and pooling. */
export interface Look {
  /** At up to 1024 random places, [n, C]. */
  readonly points: Readonly<Record<string, Tensor>>;
  /** Means over a grid of up to 32 x 32 cells, [n, C]: what is where, however finely it is painted. */
  readonly cells: Readonly<Record<string, Tensor>>;
}

/** Runs the judge's network on a picture. */
export async function lookAt(engine: Engine, network: Network, picture: Picture): Promise<Look> {
  const shape = [1, 3, picture.height, picture.width];
  const outputs = POOLINGS.flatMap((pooling) =>
    Object.entries(features(input('picture', shape), network, LAYERS, { pooling, padding: 'replicate' })).map(
      ([layer, node]) => [`${layer} ${pooling}`, node] as const,
    ),
  );
  const program = await Program.load(engine, Object.fromEntries(outputs), network.tensors);
  try {
    const found = await program.run({ picture: tensor(shape, subtractMean(picture, network)) });
    const each = (of: (features: Tensor) => Tensor) =>
      Object.fromEntries(Object.entries(found).map(([name, layer]) => [name, of(layer)]));
    return { points: each(samples), cells: each(cellMeans) };
  } finally {
    await program.dispose();
  }
}

/** Features [1, C, H, W] at random places, one a row. */
export function samples({ shape, data }: Tensor): Tensor {
  const [, channels, height, width] = shape as [number, number, number, number];
  const size = height * width;
  const places = draw(size);
  const result = tensor([places.length, channels]);
  for (const [row, place] of places.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      result.data[row * channels + channel] = data[channel * size + place] as number;
    }
  }
  return result;
}

/** Means of features [1, C, H, W] over a grid of up to 32 x 32 cells, one cell a row. */
export function cellMeans({ shape, data }: Tensor): Tensor {
  const [, channels, height, width] = shape as [number, number, number, number];
  const [rows, columns] = [Math.min(MOST_CELLS, height), Math.min(MOST_CELLS, width)];
  const result = tensor([rows * columns, channels]);
  const sizes = new Float64Array(rows * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      sizes[cell] = (sizes[cell] as number) + 1;
      for (let channel = 0; channel < channels; channel++) {
        const i = cell * channels + channel;
        result.data[i] = (result.data[i] as number) + (data[(channel * height + y) * width + x] as number);
      }
    }
  }
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = (result.data[i] as number) / (sizes[Math.floor(i / channels)] as number);
  }
  return result;
}

/** Up to 1024 different numbers below `total`, always the same ones. */
function draw(total: number): Uint32Array {
  const random = new RandomState(0);
  const numbers = Uint32Array.from({ length: total }, (_, i) => i);
  const count = Math.min(total, MOST_SAMPLES);
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random.uniform(0, total - i));
    [numbers[i], numbers[other]] = [numbers[other] as number, numbers[i] as number];
  }
  return numbers.subarray(0, count);
}
