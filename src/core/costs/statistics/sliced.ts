import type { Node } from '../../graph/node.js';
import {
  constant,
  cumulativeSum,
  expand,
  lookUp,
  matmul,
  multiply,
  scale,
  sort,
  sortBy,
  subtract,
  sum,
} from '../../graph/operations.js';
import { type Tensor, tensor } from '../../graph/tensor.js';
import { RandomState } from '../../random.js';
import { blended, type LayerView, type Sample, type Statistic } from './statistic.js';

/** Sorting is the price of a projection: a layer gets as many as this many numbers to sort allow. */
const MOST_NUMBERS = 2 ** 20;
const FEWEST_DIRECTIONS = 8;
const MOST_DIRECTIONS = 128;

/**
 * Sliced Wasserstein distance: Heitz, Vanhoey, Chambon & Belcour, "A Sliced Wasserstein Loss for Neural Texture
 * Synthesis" (CVPR 2021), eq. 6: the features of both pictures are projected on random directions and sorted, and
 * the mean squared difference is taken. In contrast to the paper the directions stay the same during a scale, so
 * that optimisers that learn the curvature see one cost; they are orthogonal, so that few say much.
 */
export const slicedStatistic: Statistic = {
  measure: (view) => ({ sorted: sort(projections(view)) }),
  target: (samples, { channels, dimensions: own, positions, styleMix }) => {
    // The mean of quantiles is the barycentre of the projections; those of all values together are a mixture's.
    const sorted =
      styleMix === 'divide' && samples.length > 1
        ? mixtureQuantiles(samples, positions)
        : blended(
            samples.map(({ measures, weight }) => ({
              measures: { sorted: quantiles(measures.sorted as Tensor, positions) },
              weight,
            })),
            'sorted',
          );
    // Directions of fewer dimensions than `channels` lie in a part of the space where all features are.
    const size = (meanSquare(sorted) * own) / channels;
    return { tensors: { sorted }, size };
  },
  cost: (view, target) => {
    const own = projections(view);
    const squares = (a: Node, b: Node) => {
      const difference = subtract(a, b);
      return multiply(difference, difference);
    };
    const share = dimensions(view) / view.channels / (own.shape[0] as number);
    const { weights } = view;
    if (!weights) return scale(sum(squares(sort(own), target('sorted'))), share / view.positions);
    // Of weighted features each stands at the quantile up to which the weights below it, and half its own, sum.
    const ordered = sortBy(own, expand(weights, own.shape));
    const quantile = subtract(cumulativeSum(ordered), scale(ordered, 0.5));
    return scale(sum(multiply(ordered, squares(sort(own), lookUp(target('sorted'), quantile)))), share);
  },
};

const dimensions = ({ features, tap }: LayerView) => (tap?.shape[0] ?? features.shape[0]) as number;

/** Of features on random directions, [D, N]. */
function projections(view: LayerView): Node {
  const { features, tap, positions, seed } = view;
  const extent = dimensions(view);
  const affordable = Math.max(FEWEST_DIRECTIONS, Math.floor(MOST_NUMBERS / positions));
  const projection = constant(directions(Math.min(extent, affordable, MOST_DIRECTIONS), extent, seed));
  return matmul(tap ? matmul(projection, tap) : projection, features);
}

const drawn = new Map<string, Tensor>();

/** `count` random orthonormal rows of `extent` numbers; the same object for the same arguments. */
function directions(count: number, extent: number, seed: number): Tensor {
  const key = `${count} ${extent} ${seed}`;
  const known = drawn.get(key);
  if (known) return known;
  const random = new RandomState(seed);
  const rows: Float64Array[] = [];
  for (let row = 0; row < count; row++) {
    const next = Float64Array.from({ length: extent }, () => random.randn());
    for (const earlier of rows) {
      const share = dot(next, earlier);
      for (let i = 0; i < extent; i++) next[i] = (next[i] as number) - share * (earlier[i] as number);
    }
    const length = Math.sqrt(dot(next, next));
    rows.push(next.map((value) => value / length));
  }
  const result = tensor([count, extent], Float32Array.from(rows.flatMap((row) => [...row])));
  drawn.set(key, result);
  return result;
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((total, value, i) => total + value * (b[i] as number), 0);

/** Values at evenly spread quantiles of each row, ascending: [D, N] -> [D, count]. */
function quantiles({ shape, data }: Tensor, count: number): Tensor {
  const [rows, from] = shape as readonly [number, number];
  if (from === count) return { shape, data };
  const result = tensor([rows, count]);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < count; i++) {
      const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / count - 0.5));
      const [low, high] = [Math.floor(at), Math.ceil(at)];
      const [a, b] = [data[row * from + low] as number, data[row * from + high] as number];
      result.data[row * count + i] = a + (at - low) * (b - a);
    }
  }
  return result;
}

/** Quantiles of a mixture: of `count` values each style gives as many as its weight says. [D, N] each -> [D, count]. */
function mixtureQuantiles(samples: readonly Sample[], count: number): Tensor {
  const whole = samples.reduce((total, { weight }) => total + weight, 0);
  const rows = samples[0]?.measures.sorted?.shape[0] as number;
  const result = tensor([rows, count]);
  let below = 0;
  let from = 0;
  for (const { measures, weight } of samples) {
    below += weight;
    const to = Math.round((count * below) / whole);
    const { data } = quantiles(measures.sorted as Tensor, to - from);
    for (let row = 0; row < rows; row++) {
      result.data.set(data.subarray(row * (to - from), (row + 1) * (to - from)), row * count + from);
    }
    from = to;
  }
  for (let row = 0; row < rows; row++) result.data.subarray(row * count, (row + 1) * count).sort();
  return result;
}

const meanSquare = ({ data }: Tensor) => data.reduce((total, value) => total + value * value, 0) / data.length;
