/**
 * Control of colour, after Gatys, Bethge, Hertzmann & Shechtman, "Preserving Color in Neural Artistic Style
 * Transfer" (2016), here [P], and Gatys, Ecker, Bethge, Hertzmann & Shechtman, "Controlling Perceptual Factors in
 * Neural Style Transfer" (CVPR 2017), section 5, here [C].
 *
 * Nothing is clipped where it would spoil the statistics: results may leave 0..255 a little.
 */
import { cholesky, lowerInverse, type Matrix, ofEigenvalues, product } from './color-matrices.js';
import { type Picture, picture } from './picture.js';

/** How matchColors maps colours. */
export type ColorMatch = 'cholesky' | 'symmetric' | 'pca' | 'histogram';

/** Opacities [H, W] of two pictures, 0..1, not all 0; all pixels count alike where left out. */
export interface Opacities {
  readonly style?: Float32Array | undefined;
  readonly to?: Float32Array | undefined;
}

/**
 * Variances below one level squared are taken for it wherever something is divided by them. So weak a variation is
 * rounding and compression (0.2 to 1 in scanned black-and-white photos, 3 and more in anything of colour), which must
 * not be blown up to full colour; and a grey or one-coloured picture, whose covariance has no inverse, divides nothing
 * by zero.
 */
const LEAST_VARIANCE = 1;

/**
 * The style in the colours of another picture, to paint with afterwards ([P] and [C], colour histogram matching).
 *
 * The first three map every pixel by x -> A (x - mean(style)) + mean(to), where A cov(style) A' = cov(to). With
 * S = cov(style) and T = cov(to), both [3, 3] over R, G, B:
 *
 * - `cholesky`: A = chol(T) chol(S)^-1, which depends on the order of the channels.
 * - `pca`: A = T^1/2 S^-1/2, from the principal axes of both; Image Analogies' form in [P].
 * - `symmetric`: A = S^-1/2 (S^1/2 T S^1/2)^1/2 S^-1/2, the Monge map, which moves colours least (Pitié & Kokaram,
 *   "The linear Monge-Kantorovitch linear colour mapping", 2007).
 *
 * Eigenvalues of S below one level squared are raised to it; T may be singular. Along directions of colour in which the
 * style does not vary, neither does the result: a grey style stays of one hue.
 *
 * - `histogram`: each channel by itself through the monotone map that gives it the quantiles of `to`. Equal values
 *   stay equal: they get the mean of the quantiles that they span, so that the mean is exact.
 *
 * @param opacity how much the pixels of both count.
 * @returns of the style's size; not clipped.
 */
export function matchColors(style: Picture, to: Picture, method: ColorMatch, opacity: Opacities = {}): Picture {
  if (method === 'histogram') {
    const targets = channels(to).map((channel) => distribution(channel, opacity.to));
    return fromChannels(
      style,
      channels(style).map((channel, c) => matchHistogram(channel, opacity.style, targets[c] as Distribution)),
    );
  }
  const s = statistics(style, opacity.style);
  const t = statistics(to, opacity.to);
  const a = colourMap(s.covariance, t.covariance, method);
  const [r, g, b] = channels(style);
  const [meanR, meanG, meanB] = s.mean;
  const map = (row: number) => {
    const [fromR, fromG, fromB] = a.slice(3 * row, 3 * row + 3) as [number, number, number];
    const offset = t.mean[row] as number;
    return r.map(
      (value, i) =>
        fromR * (value - meanR) + fromG * ((g[i] as number) - meanG) + fromB * ((b[i] as number) - meanB) + offset,
    );
  };
  return fromChannels(style, [map(0), map(1), map(2)]);
}

/** A with A S A' = T. */
function colourMap(s: Matrix, t: Matrix, method: Exclude<ColorMatch, 'histogram'>): Matrix {
  const regular = ofEigenvalues(s, (value) => Math.max(value, LEAST_VARIANCE));
  if (method === 'cholesky') return product(cholesky(t), lowerInverse(cholesky(regular)));
  const inverseRoot = ofEigenvalues(regular, (value) => 1 / Math.sqrt(value));
  if (method === 'pca') return product(squareRoot(t), inverseRoot);
  const root = squareRoot(regular);
  return product(inverseRoot, squareRoot(product(root, t, root)), inverseRoot);
}

const squareRoot = (m: Matrix) => ofEigenvalues(m, (value) => Math.sqrt(Math.max(0, value)));

/** Of R, G, B over all pixels: mean [3] and covariance [3, 3]. */
function statistics(source: Picture, opacity?: Float32Array): { mean: [number, number, number]; covariance: Matrix } {
  const planes = channels(source);
  const mean = planes.map((plane) => average(plane, opacity)) as [number, number, number];
  const covariance = planes.flatMap((x, i) =>
    planes.map((y, j) => {
      const [meanX, meanY] = [mean[i] as number, mean[j] as number];
      return averageOf(x.length, (k) => ((x[k] as number) - meanX) * ((y[k] as number) - meanY), opacity);
    }),
  );
  return { mean, covariance };
}

/** Mean of `count` values by their weights. */
function averageOf(count: number, value: (i: number) => number, weights?: Float32Array): number {
  let sum = 0;
  let whole = 0;
  for (let i = 0; i < count; i++) {
    const weight = weights ? (weights[i] as number) : 1;
    sum += weight * value(i);
    whole += weight;
  }
  return sum / whole;
}

const average = (plane: Float32Array, weights?: Float32Array) =>
  averageOf(plane.length, (i) => plane[i] as number, weights);

/** Values, ascending, and up to each the sums of the weights and of the weighted values before it. */
interface Distribution {
  readonly values: Float32Array;
  /** One number more than values. */
  readonly weights: Float64Array;
  readonly sums: Float64Array;
}

export function distribution(plane: Float32Array, opacity?: Float32Array): Distribution {
  const order = opacity && Uint32Array.from(plane.keys()).sort((a, b) => (plane[a] as number) - (plane[b] as number));
  const values = order ? Float32Array.from(order, (i) => plane[i] as number) : plane.slice().sort();
  const weights = new Float64Array(values.length + 1);
  const sums = new Float64Array(values.length + 1);
  for (const [i, value] of values.entries()) {
    const weight = order ? ((opacity as Float32Array)[order[i] as number] as number) : 1;
    weights[i + 1] = (weights[i] as number) + weight;
    sums[i + 1] = (sums[i] as number) + weight * value;
  }
  return { values, weights, sums };
}

/**
 * Values of one channel, changed so that their quantiles become those of another's: equal values stay equal, and
 * become the mean of the quantiles that they cover.
 *
 * @param to of any other number of values.
 */
export function matchHistogram(plane: Float32Array, opacity: Float32Array | undefined, to: Distribution): Float32Array {
  const from = distribution(plane, opacity);
  const [whole, wholeTo] = [from.weights.at(-1) as number, to.weights.at(-1) as number];
  // Shares are asked for in ascending order.
  let at = 0;
  const reach = (share: number) => {
    const weight = share * wholeTo;
    while (at < to.values.length - 1 && (to.weights[at + 1] as number) <= weight) at++;
    // The integral of the quantiles up to there.
    return (to.sums[at] as number) + (weight - (to.weights[at] as number)) * (to.values[at] as number);
  };
  // Distinct values, ascending, with what each becomes. A Map holds 2^24 keys at most; floats may have more values.
  const levels = new Float32Array(from.values.length);
  const means = new Float64Array(from.values.length);
  let count = 0;
  let before = 0;
  for (let first = 0; first < from.values.length; count++) {
    const value = from.values[first] as number;
    let end = first + 1;
    while (from.values[end] === value) end++;
    const weight = (from.weights[end] as number) - (from.weights[first] as number);
    const after = reach((from.weights[end] as number) / whole);
    // A value that only unseen pixels have spans nothing.
    levels[count] = value;
    means[count] = weight > 0 ? (after - before) / ((weight / whole) * wholeTo) : (to.values[at] as number);
    before = after;
    first = end;
  }
  return plane.map((value) => means[indexIn(levels, count, value)] as number);
}

/** Where `value` is among the first `count` numbers, which ascend and hold it. */
function indexIn(ascending: Float32Array, count: number, value: number): number {
  let low = 0;
  for (let high = count - 1; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A grey picture: all three channels are the luminance Y of YIQ, 0.299 R + 0.587 G + 0.114 B ([P], [C]). */
export function luminanceOnly(source: Picture): Picture {
  const y = luminance(source);
  return fromChannels(source, [y, y, y]);
}

/**
 * The luminance of the style, as a grey picture, with mean and deviation of the other's:
 * L' = sigma(to) / sigma(style) (L - mean(style)) + mean(to) ([P] and [C], luminance-only transfer).
 *
 * @param opacity how much the pixels of both count.
 * @returns of the style's size; not clipped. A deviation under one level is taken for one.
 */
export function matchLuminance(style: Picture, to: Picture, opacity: Opacities = {}): Picture {
  const [from, target] = [luminance(style), luminance(to)];
  const [meanFrom, meanTarget] = [average(from, opacity.style), average(target, opacity.to)];
  const gain = Math.sqrt(variance(target, opacity.to) / Math.max(LEAST_VARIANCE, variance(from, opacity.style)));
  const matched = from.map((value) => gain * (value - meanFrom) + meanTarget);
  return fromChannels(style, [matched, matched, matched]);
}

const variance = (plane: Float32Array, weights?: Float32Array) => {
  const mean = average(plane, weights);
  return averageOf(plane.length, (i) => ((plane[i] as number) - mean) ** 2, weights);
};

/**
 * The colours of one picture with the luminance of another: I and Q of YIQ from the first, Y from the second, which
 * closes luminance-only transfer ([P], [C]). Where that would leave 0..255, I and Q shrink together until it does
 * not, so that the pixel turns paler but keeps its hue; clipping each channel would turn it.
 *
 * @returns of their size, within 0..255.
 * @throws RangeError where the sizes differ.
 */
export function withLuminanceOf(colours: Picture, source: Picture): Picture {
  if (colours.width !== source.width || colours.height !== source.height) {
    throw new RangeError(
      `Colours of ${colours.width}x${colours.height} need a luminance of that size, not ${source.width}x${source.height}.`,
    );
  }
  const planes = channels(colours);
  const results = planes.map((plane) => new Float32Array(plane.length));
  const own = luminance(colours);
  const wanted = luminance(source);
  for (let i = 0; i < own.length; i++) {
    const y = Math.min(255, Math.max(0, wanted[i] as number));
    let share = 1;
    for (const plane of planes) {
      const chroma = (plane[i] as number) - (own[i] as number);
      if (chroma > 255 - y) share = Math.min(share, (255 - y) / chroma);
      else if (chroma < -y) share = Math.min(share, -y / chroma);
    }
    for (const [c, plane] of planes.entries()) {
      (results[c] as Float32Array)[i] = y + share * ((plane[i] as number) - (own[i] as number));
    }
  }
  return fromChannels(colours, results);
}

function luminance(source: Picture): Float32Array {
  const [r, g, b] = channels(source);
  return r.map((value, i) => 0.299 * value + 0.587 * (g[i] as number) + 0.114 * (b[i] as number));
}

/** R, G, B, each [height, width], not copied. */
function channels({ width, height, data }: Picture): [Float32Array, Float32Array, Float32Array] {
  const plane = width * height;
  return [data.subarray(0, plane), data.subarray(plane, 2 * plane), data.subarray(2 * plane)];
}

function fromChannels({ width, height }: Picture, planes: readonly Float32Array[]): Picture {
  const result = picture(width, height);
  for (const [c, plane] of planes.entries()) result.data.set(plane, c * width * height);
  return result;
}
