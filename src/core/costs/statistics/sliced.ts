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
import { type Tensor, type Tensors, tensor } from '../../graph/tensor.js';
import { RandomState } from '../../random.js';
import type { Measures } from '../term.js';
import { type About, blended, type Sample, type Sampled, type Statistic } from './statistic.js';

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
export const slicedStatistic: Statistic<'projected' | 'weights', 'sorted'> = {
  join: { projected: 'concat', weights: 'concat' },
  measure: (sampled, about) => {
    const projected = matmul(projectionOf(sampled, about), sampled.features);
    const { weights } = sampled;
    return (weights ? { projected, weights } : { projected }) as Measures<'projected' | 'weights'>;
  },
  target: (samples, { channels, dimensions, positions, styleMix }) => {
    // The mean of quantiles is the barycentre of the projections; those of all values together are a mixture's.
    const sorted =
      styleMix === 'divide' && samples.length > 1
        ? mixtureQuantiles(samples, positions)
        : blended(
            samples.map(({ measures, weight }) => ({ measures: { sorted: quantiles(measures, positions) }, weight })),
            'sorted',
          );
    // Directions of fewer dimensions than `channels` lie in a part of the space where all features are.
    const size = (meanSquare(sorted) * dimensions) / channels;
    return { tensors: { sorted }, size };
  },
  cost: ({ projected, weights }: Partial<Measures<'projected' | 'weights'>>, { sorted }, about) => {
    const own = projected as Node;
    const squares = (a: Node, b: Node) => {
      const difference = subtract(a, b);
      return multiply(difference, difference);
    };
    const share = about.dimensions / about.channels / (own.shape[0] as number);
    if (!weights) return scale(sum(squares(sort(own), sorted)), share / about.positions);
    // Of weighted features each stands at the quantile up to which the weights below it, and half its own, sum.
    const ordered = sortBy(own, expand(weights, own.shape));
    const quantile = subtract(cumulativeSum(ordered), scale(ordered, 0.5));
    return scale(sum(multiply(ordered, squares(sort(own), lookUp(sorted, quantile)))), share);
  },
};

/** Maps features to random directions, [D, C]; as many directions as the painting's positions allow to sort. */
function projectionOf({ tap }: Sampled, { dimensions, positions, seed }: About): Node {
  const affordable = Math.max(FEWEST_DIRECTIONS, Math.floor(MOST_NUMBERS / positions));
  const projection = constant(directions(Math.min(dimensions, affordable, MOST_DIRECTIONS), dimensions, seed));
  return tap ? matmul(projection, tap) : projection;
}

/** The last directions drawn: a scale asks for the same ones for the painting and for every style. */
const drawn = new Map<string, Tensor>();
const MOST_DRAWN = 32;

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
  for (const oldest of drawn.keys()) if (drawn.size > MOST_DRAWN) drawn.delete(oldest);
  return result;
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((total, value, i) => total + value * (b[i] as number), 0);

/**
 * A style's projections [D, n] at `count` evenly spread quantiles of each row, ascending: [D, count]. Where positions
 * have weights, a projection stands at the quantile up to which the weights below it, and half its own, sum.
 */
function quantiles({ projected, weights }: Tensors, count: number): Tensor {
  const { shape, data } = projected as Tensor;
  const [rows, from] = shape as readonly [number, number];
  const result = tensor([rows, count]);
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * from, (row + 1) * from);
    const own = weights ? weightedQuantiles(values, weights.data, count) : evenQuantiles(values.slice().sort(), count);
    result.data.set(own, row * count);
  }
  return result;
}

/** Quantiles of a mixture: of `count` values each style gives as many as its weight says. [D, n] each -> [D, count]. */
function mixtureQuantiles(samples: readonly Sample[], count: number): Tensor {
  const whole = samples.reduce((total, { weight }) => total + weight, 0);
  const rows = samples[0]?.measures.projected?.shape[0] as number;
  const result = tensor([rows, count]);
  let below = 0;
  let from = 0;
  for (const { measures, weight } of samples) {
    below += weight;
    const to = Math.round((count * below) / whole);
    const { data } = quantiles(measures, to - from);
    for (let row = 0; row < rows; row++) {
      result.data.set(data.subarray(row * (to - from), (row + 1) * (to - from)), row * count + from);
    }
    from = to;
  }
  for (let row = 0; row < rows; row++) result.data.subarray(row * count, (row + 1) * count).sort();
  return result;
}

/** Of ascending values that all count alike. */
function evenQuantiles(sorted: Float32Array, count: number): Float32Array {
  const from = sorted.length;
  if (from === count) return sorted;
  return Float32Array.from({ length: count }, (_, i) => {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / count - 0.5));
    const [low, high] = [Math.floor(at), Math.ceil(at)];
    const [a, b] = [sorted[low] as number, sorted[high] as number];
    return a + (at - low) * (b - a);
  });
}

/** Of values whose weights sum to 1. */
function weightedQuantiles(values: Float32Array, weights: Float32Array, count: number): Float32Array {
  const order = Uint32Array.from(values.keys())
    .filter((i) => (weights[i] as number) > 0)
    .sort((a, b) => (values[a] as number) - (values[b] as number));
  const places = new Float64Array(order.length);
  let below = 0;
  for (const [k, i] of order.entries()) {
    places[k] = below + (weights[i] as number) / 2;
    below += weights[i] as number;
  }
  let k = 0;
  return Float32Array.from({ length: count }, (_, i) => {
    const at = (i + 0.5) / count;
    while (k < order.length - 1 && (places[k + 1] as number) < at) k++;
    const [low, high] = [k, Math.min(k + 1, order.length - 1)].map((n) => values[order[n] as number] as number) as [
      number,
      number,
    ];
    const gap = (places[Math.min(k + 1, order.length - 1)] as number) - (places[k] as number);
    const share = gap > 0 ? Math.min(1, Math.max(0, (at - (places[k] as number)) / gap)) : 0;
    return low + share * (high - low);
  });
}

const meanSquare = ({ data }: Tensor) => data.reduce((total, value) => total + value * value, 0) / data.length;
