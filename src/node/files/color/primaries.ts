/** Colour primaries, and matrices between linear light in one and in another. */

/** [3, 3] row-major. */
export type Matrix = readonly number[];

/** x and y of red, green, blue and white. */
export interface Primaries {
  readonly red: readonly [number, number];
  readonly green: readonly [number, number];
  readonly blue: readonly [number, number];
  readonly white: readonly [number, number];
}

const D65 = [0.3127, 0.329] as const;
const ILLUMINANT_C = [0.31, 0.316] as const;
export const SRGB: Primaries = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: D65 };
const P3 = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] } as const;
const NTSC = { red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07], white: D65 } as const;

/** Colour primaries by their code in H.273. */
export const PRIMARIES: Readonly<Record<number, Primaries>> = {
  1: SRGB,
  4: { red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08], white: ILLUMINANT_C },
  5: { red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: D65 },
  6: NTSC,
  7: NTSC,
  9: { red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: D65 },
  11: { ...P3, white: [0.314, 0.351] },
  12: { ...P3, white: D65 },
};

/** From linear light in these primaries to linear light in sRGB's; whites are brought together by Bradford's method. */
export function fromPrimaries(primaries: Primaries): Matrix {
  return multiply(inverse(toXyz(SRGB)), multiply(adaptation(primaries.white, SRGB.white), toXyz(primaries)));
}

/** From XYZ with the white D50, as ICC profiles have it, to linear light in sRGB's primaries. */
export const XYZ_D50_TO_SRGB: Matrix = multiply(inverse(toXyz(SRGB)), adaptation([0.3457, 0.3585], D65));

export const IDENTITY: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** From linear RGB to XYZ, white's Y being 1. */
export function toXyz({ red, green, blue, white }: Primaries): Matrix {
  const [r, g, b] = [xyz(red), xyz(green), xyz(blue)] as const;
  const columns = [r[0], g[0], b[0], r[1], g[1], b[1], r[2], g[2], b[2]] as Matrix;
  const [sr = 0, sg = 0, sb = 0] = apply(inverse(columns), xyz(white));
  return columns.map((value, i) => value * ([sr, sg, sb][i % 3] as number));
}

/** XYZ of a chromaticity, with Y of 1. */
function xyz([x, y]: readonly [number, number]): readonly [number, number, number] {
  return [x / y, 1, (1 - x - y) / y];
}

function adaptation(from: readonly [number, number], to: readonly [number, number]): Matrix {
  const bradford = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];
  const [a, b] = [apply(bradford, xyz(from)), apply(bradford, xyz(to))];
  const gains = a.map((value, i) => (b[i] as number) / value);
  const diagonal = [gains[0] ?? 1, 0, 0, 0, gains[1] ?? 1, 0, 0, 0, gains[2] ?? 1];
  return multiply(inverse(bradford), multiply(diagonal, bradford));
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, i) => {
    const row = 3 * Math.floor(i / 3);
    return [0, 1, 2].reduce((sum, k) => sum + (a[row + k] as number) * (b[3 * k + (i % 3)] as number), 0);
  });
}

function apply(m: Matrix, v: readonly number[]): number[] {
  return [0, 3, 6].map((row) => [0, 1, 2].reduce((sum, k) => sum + (m[row + k] as number) * (v[k] as number), 0));
}

export function inverse(m: Matrix): Matrix {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = m;
  const adjugate = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
  const determinant = a * (adjugate[0] as number) + b * (adjugate[3] as number) + c * (adjugate[6] as number);
  return adjugate.map((value) => value / determinant);
}
