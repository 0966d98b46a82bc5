/**
 * Small tools the example styles share: colours, a seeded random generator, smooth noise, curves and scattered points.
 * Everything is a pure function of its arguments, so a picture is a function of its size and seed.
 */
export type Rgb = readonly [number, number, number];
export type Point = readonly [number, number];
export type Random = () => number;

export const clamp = (v: number, low = 0, high = 1): number => Math.min(high, Math.max(low, v));
export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;

/** 0 below `from`, 1 above `to`, an S-curve between; `from` may be the larger one. */
export function smoothstep(from: number, to: number, v: number): number {
  const t = clamp((v - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** '#rrggbb' as numbers from 0 to 1. */
export function hex(code: string): Rgb {
  const n = Number.parseInt(code.slice(1), 16);
  return [(n >> 16) / 255, ((n >> 8) & 255) / 255, (n & 255) / 255];
}

/** Several colours in one string: palette('#102030 #ffcc00'). */
export const palette = (codes: string): Rgb[] => codes.split(' ').map(hex);

export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t)];
}

/** The colour at `t` (0 to 1) of a gradient through all colours. */
export function ramp(colours: readonly Rgb[], t: number): Rgb {
  const at = clamp(t) * (colours.length - 1);
  const i = Math.min(colours.length - 2, Math.floor(at));
  return colours.length === 1 ? pick(colours, 0) : mix(pick(colours, i), pick(colours, i + 1), at - i);
}

/** The entry at a position that may be any real number: it wraps round. */
export function pick<T>(list: readonly T[], at: number): T {
  const i = Math.floor(at) % list.length;
  return list[i < 0 ? i + list.length : i] as T;
}

export const scale = (c: Rgb, by: number): Rgb => [c[0] * by, c[1] * by, c[2] * by];

/** A neighbour of the colour: lighter or darker by up to `light`, each channel astray by up to `tint`. */
export function vary(c: Rgb, random: Random, light: number, tint = light / 2): Rgb {
  const l = 1 + (random() * 2 - 1) * light;
  const off = () => (random() * 2 - 1) * tint;
  return [clamp(c[0] * l + off()), clamp(c[1] * l + off()), clamp(c[2] * l + off())];
}

/** Seeded random numbers in [0, 1) (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = (seed * 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function lattice(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 1274126177);
  h = Math.imul(h ^ (h >>> 13), 1103515245);
  h = Math.imul(h ^ (h >>> 16), 2246822519);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

/** Value noise from 0 to 1 with features about 1 unit across. */
export function noise(x: number, y: number, seed = 0): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const top = lerp(lattice(ix, iy, seed), lattice(ix + 1, iy, seed), sx);
  return lerp(top, lerp(lattice(ix, iy + 1, seed), lattice(ix + 1, iy + 1, seed), sx), sy);
}

/** Noise summed over octaves, from 0 to 1. */
export function fbm(x: number, y: number, octaves: number, seed = 0): number {
  let sum = 0;
  let weight = 0;
  for (let o = 0, a = 1, f = 1; o < octaves; o++, a /= 2, f *= 2.03) {
    sum += a * noise(x * f, y * f, seed + o * 17);
    weight += a;
  }
  return sum / weight;
}

/** Points about `spacing` apart over the whole picture and a little beyond, in random order. */
export function scatter(width: number, height: number, spacing: number, random: Random): Point[] {
  const points: Point[] = [];
  for (let y = -spacing; y < height + spacing; y += spacing)
    for (let x = -spacing; x < width + spacing; x += spacing)
      points.push([x + random() * spacing, y + random() * spacing]);
  return shuffle(points, random);
}

function shuffle<T>(list: T[], random: Random): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}

/** A straight line of a length and direction round its middle. */
export const dash = (x: number, y: number, turn: number, length: number): Point[] => {
  const [dx, dy] = [(Math.cos(turn) * length) / 2, (Math.sin(turn) * length) / 2];
  return xy(x - dx, y - dy, x + dx, y + dy);
};

/** A line of `steps` steps that follows the direction field from its middle both ways. */
export function flowLine(at: Point, angle: (x: number, y: number) => number, length: number, steps = 8): Point[] {
  const half = (sign: number) => {
    let [x, y] = at;
    return Array.from({ length: steps / 2 }, (): Point => {
      const a = angle(x, y);
      x += (Math.cos(a) * sign * length) / steps;
      y += (Math.sin(a) * sign * length) / steps;
      return [x, y];
    });
  };
  return [...half(-1).reverse(), at, ...half(1)];
}

/** Points from their coordinates in a row. */
export function xy(...flat: number[]): Point[] {
  const points: Point[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) points.push([flat[i] as number, flat[i + 1] as number]);
  return points;
}

/** Rows of numbers as text, like points in SVG: rows('0,0 10,5'). */
export const rows = (text: string): number[][] => text.split(' ').map((row) => row.split(',').map(Number));
export const path = (text: string): Point[] => rows(text).map(([x = 0, y = 0]) => [x, y]);

/** Whether a place lies inside a polygon. */
export function contains(polygon: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  polygon.forEach(([bx, by], i) => {
    const [ax, ay] = polygon[(i || polygon.length) - 1] as Point;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

/** A smooth curve through the points (Catmull-Rom), `samples` pieces between two points. */
export function curve(points: readonly Point[], samples = 10, closed = false): Point[] {
  const n = points.length;
  const at = (i: number) => (closed ? pick(points, i) : pick(points, clamp(i, 0, n - 1)));
  const out: Point[] = [];
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let s = 0; s < samples; s++) {
      const t = s / samples;
      const blend = (k: 0 | 1) =>
        b[k] +
        0.5 * t * (c[k] - a[k] + t * (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k] + t * (3 * (b[k] - c[k]) + d[k] - a[k])));
      out.push([blend(0), blend(1)]);
    }
  }
  if (!closed) out.push(at(n - 1));
  return out;
}
