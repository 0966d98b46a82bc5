/**
 * A student made of its teacher. At each layer those channels are kept from which all the others are best
 * predicted linearly; the prediction is folded into the next layer's kernels, and is the map of a tap. A
 * student of full width is its teacher.
 */
import type { Engine } from '#dist/core/graph/engine.js';
import type { Node } from '#dist/core/graph/node.js';
import { gram, input, scale } from '#dist/core/graph/operations.js';
import { Program } from '#dist/core/graph/program.js';
import { type Tensor, tensor } from '#dist/core/graph/tensor.js';
import { features } from '#dist/core/networks/features.js';
import { type Network, pooledIn, vggTable } from '#dist/core/networks/network.js';
import { PRESETS } from '#dist/core/options/options.js';
import {
  addScaled,
  at,
  cholesky,
  type Matrix,
  matrix,
  product,
  regularised,
  solveCholesky,
  trace,
  transposed,
} from './matrix.js';
import { flat, type Student, type Widths } from './student.js';

/** Added to diagonals before they are inverted, as a share of their mean. */
const RIDGE = 1e-7;

/** Mean second moments E[f f'] of every layer of a network over pictures [1, 3, size, size] minus the mean. */
export async function secondMoments(
  engine: Engine,
  network: Network,
  layers: readonly string[],
  pictures: readonly Float32Array[],
  sizePx: number,
): Promise<Record<string, Matrix>> {
  const shape = [1, 3, sizePx, sizePx];
  const nodes = features(input('picture', shape), network, layers, PRESETS.notebook);
  const outputs = Object.fromEntries(
    layers.map((layer) => {
      const f = flat(nodes[layer] as Node);
      return [layer, scale(gram(f), 1 / ((f.shape[1] as number) * pictures.length))];
    }),
  );
  const program = await Program.load(engine, outputs, network.tensors);
  const sums: Record<string, Matrix> = {};
  for (const picture of pictures) {
    const moments = await program.run({ picture: tensor(shape, picture) });
    for (const layer of layers) {
      const { shape: square, data } = moments[layer] as Tensor;
      const sum = sums[layer] ?? matrix(square[0] as number, square[0] as number);
      for (let i = 0; i < data.length; i++) sum.data[i] = (sum.data[i] as number) + (data[i] as number);
      sums[layer] = sum;
    }
  }
  await program.dispose();
  return sums;
}

/**
 * Greedy forward selection on second moments: `count` channels, ascending. Each is the one that lowers the
 * remaining error tr(K R) most, R being what the chosen ones do not explain: a pivoted Cholesky decomposition.
 *
 * @param metric K = F'F that errors are measured in, as F.
 */
export function selectChannels(moments: Matrix, count: number, metric: Matrix): number[] {
  const n = moments.rows;
  const rest = matrix(n, n, moments.data.slice());
  const seen = transposed(product(metric, moments));
  const row = (m: Matrix, i: number) => m.data.subarray(i * m.columns, (i + 1) * m.columns);
  const least = (1e-9 * trace(moments)) / n;
  const chosen: number[] = [];
  for (let pick = 0; pick < count; pick++) {
    let best = -1;
    let bestGain = -1;
    for (let j = 0; j < n; j++) {
      if (chosen.includes(j)) continue;
      const pivot = at(rest, j, j);
      const gain = pivot > least ? row(seen, j).reduce((sum, value) => sum + value * value, 0) / pivot : 0;
      if (gain > bestGain) [best, bestGain] = [j, gain];
    }
    chosen.push(best);
    const pivot = at(rest, best, best);
    if (pivot <= least) continue;
    const [direction, image] = [row(rest, best).slice(), row(seen, best).slice()];
    for (let j = 0; j < n; j++) {
      const share = -(direction[j] as number) / pivot;
      addScaled(row(rest, j), direction, share);
      addScaled(row(seen, j), image, share);
    }
  }
  return chosen.sort((a, b) => a - b);
}

/** The map [C, C'] that predicts all channels from the chosen ones with the least square error. */
export function predictionMap(moments: Matrix, chosen: readonly number[]): Matrix {
  const n = chosen.length;
  const within = matrix(n, n);
  const across = matrix(n, moments.rows);
  chosen.forEach((channel, i) => {
    chosen.forEach((other, j) => {
      within.data[i * n + j] = at(moments, channel, other);
    });
    for (let c = 0; c < moments.rows; c++) across.data[i * moments.rows + c] = at(moments, channel, c);
  });
  const map = transposed(solveCholesky(cholesky(regularised(within, RIDGE)), across));
  // A chosen channel is itself, exactly.
  chosen.forEach((channel, i) => {
    map.data.fill(0, channel * n, (channel + 1) * n);
    map.data[channel * n + i] = 1;
  });
  return map;
}

export interface Initialisation {
  readonly student: Student;
  /** Share of the teacher's power at each layer that the kept channels cannot predict. */
  readonly unexplained: Readonly<Record<string, number>>;
}

/** @param moments of every layer of the student, from secondMoments. */
export function initialise(
  teacher: Network,
  widths: Widths,
  taps: readonly string[],
  moments: Readonly<Record<string, Matrix>>,
): Initialisation {
  const convolutions = vggTable(widths, pooledIn(teacher));
  const parameters: Record<string, Tensor> = {};
  const unexplained: Record<string, number> = {};
  // What the layer before kept: the three colours.
  let before: Matrix = identity(3);
  convolutions.forEach(({ name, inputChannels, outputChannels }, index) => {
    const weight = teacher.tensors[`${name}.weight`] as Tensor;
    const bias = teacher.tensors[`${name}.bias`] as Tensor;
    const own = moments[name] as Matrix;
    const next = teacher.tensors[`${convolutions[index + 1]?.name}.weight`];
    const chosen = selectChannels(own, outputChannels, importance(own, taps.includes(name), next));
    const map = predictionMap(own, chosen);
    unexplained[name] = unexplainedShare(own, map, chosen);
    const folded = tensor([outputChannels, inputChannels, 3, 3]);
    chosen.forEach((channel, k) => {
      for (let c = 0; c < before.rows; c++) {
        for (let i = 0; i < inputChannels; i++) {
          const share = at(before, c, i);
          if (share === 0) continue;
          for (let p = 0; p < 9; p++) {
            const to = (k * inputChannels + i) * 9 + p;
            folded.data[to] =
              (folded.data[to] as number) + share * (weight.data[(channel * before.rows + c) * 9 + p] as number);
          }
        }
      }
    });
    parameters[`${name}.weight`] = folded;
    parameters[`${name}.bias`] = tensor(
      [outputChannels],
      Float32Array.from(chosen, (channel) => bias.data[channel] as number),
    );
    if (taps.includes(name)) parameters[`${name}.map`] = tensor([map.rows, map.columns], Float32Array.from(map.data));
    before = map;
  });
  return { student: { convolutions, taps, parameters }, unexplained };
}

function identity(n: number): Matrix {
  const result = matrix(n, n);
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
  return result;
}

/** F of the metric F'F that a layer's errors are measured in: its own power if it is a tap, and that of what the next layer makes of it. */
function importance(moments: Matrix, tap: boolean, next: Tensor | undefined): Matrix {
  const n = moments.rows;
  const metric = matrix(n, n);
  const share = (tap || !next ? 1 : 1e-3) / trace(moments);
  for (let i = 0; i < n; i++) metric.data[i * n + i] = share;
  if (next) {
    const energy = matrix(n, n);
    const [outputs] = next.shape as readonly [number];
    for (let k = 0; k < outputs; k++) {
      for (let p = 0; p < 9; p++) {
        const kernel = Float64Array.from({ length: n }, (_, c) => next.data[(k * n + c) * 9 + p] as number);
        for (let i = 0; i < n; i++) addScaled(energy.data.subarray(i * n, (i + 1) * n), kernel, kernel[i] as number);
      }
    }
    addScaled(metric.data, energy.data, 1 / trace(product(energy, moments)));
  }
  return transposed(cholesky(regularised(metric, RIDGE)));
}

function unexplainedShare(moments: Matrix, map: Matrix, chosen: readonly number[]): number {
  let explained = 0;
  for (let c = 0; c < map.rows; c++) {
    chosen.forEach((channel, i) => {
      explained += at(map, c, i) * at(moments, channel, c);
    });
  }
  return 1 - explained / trace(moments);
}
