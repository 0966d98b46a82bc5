/** sRGB converted to a profile of curves and a matrix: what ColorConverter does, backwards. */
import { type ColorEncoding, type Curve, srgbCurve } from './encoding.js';
import { inverse } from './primaries.js';

const CODES = 65_536;

/** Light of every number of 16 bits. */
const lights = (curve: Curve) => Float64Array.from({ length: CODES }, (_, code) => curve(code / (CODES - 1)));

/**
 * Converts interleaved sRGB of 16 bits; what lies outside of the other gamut is clipped. Alpha stays.
 *
 * @returns undefined where the encoding cannot be inverted: a curve that falls, primaries on a line.
 */
export function encoded(
  samples: Uint16Array,
  channels: 3 | 4,
  { curves, toSrgb }: ColorEncoding,
): Uint16Array | undefined {
  const matrix = inverse(toSrgb);
  const tables = curves.map(lights);
  const rises = (table: Float64Array) => table.every((light, i) => i === 0 || light >= (table[i - 1] as number));
  if (!matrix.every(Number.isFinite) || !tables.every(rises)) return undefined;
  const srgb = lights(srgbCurve);
  const result = samples.slice();
  for (let i = 0; i < samples.length; i += channels) {
    const r = srgb[samples[i] as number] as number;
    const g = srgb[samples[i + 1] as number] as number;
    const b = srgb[samples[i + 2] as number] as number;
    for (let c = 0; c < 3; c++) {
      const row = 3 * c;
      const light = (matrix[row] as number) * r + (matrix[row + 1] as number) * g + (matrix[row + 2] as number) * b;
      result[i + c] = codeOf(light, tables[c] as Float64Array);
    }
  }
  return result;
}

/** The number whose light is nearest. */
function codeOf(light: number, table: Float64Array): number {
  let [low, high] = [0, CODES - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((table[middle] as number) < light) low = middle;
    else high = middle;
  }
  return light - (table[low] as number) <= (table[high] as number) - light ? low : high;
}
