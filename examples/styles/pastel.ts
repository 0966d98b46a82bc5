/**
 * A birch wood in autumn, hatched with soft pastel on dark violet paper. Every mark is a chalk line that catches only
 * on the tooth of the paper: broad ones laid with the side of the stick, then hatching whose direction changes with
 * the subject, then the trunks, then single leaves.
 */
import { Canvas, type Style } from './canvas.js';
import {
  dash,
  fbm,
  hex,
  mix,
  noise,
  type Point,
  palette,
  pick,
  type Rgb,
  ramp,
  randomFrom,
  rows,
  scatter,
  smoothstep,
  vary,
  xy,
} from './tools.js';

const SHEET = hex('#2b2347');
const FOLIAGE = palette('#6a2a4a #b8402f #e8742a #f7a833 #ffdb6b');
const DISTANCE = palette('#3a4a8c #4f7fae #7fb8b8 #e6c9a0');
const GROUND = palette('#4a2a6a #a03a5a #d8603f #f0a04a #f9d27a');
const BARK = palette('#5a5fa8 #a8a4d0 #f0dccb #fff6e4');

/** Trunks from far to near: place at the foot (share of the width), foot (share of the height), width, lean. */
const TRUNKS = rows(
  '0.07,0.66,9,0.02 0.3,0.64,8,-0.01 0.475,0.65,7,0.015 0.63,0.65,9,-0.02 0.93,0.66,10,0.01 0.185,0.74,17,-0.03 ' +
    '0.56,0.73,15,0.03 0.77,0.77,21,0.015 0.385,0.86,30,0.02 0.99,0.9,36,-0.05 0,0.95,40,0.03',
);

export const pastel: Style = (width, height, seed) => {
  const random = randomFrom(seed);
  const canvas = new Canvas(width, height, SHEET);
  const unit = width / 768;
  const tooth = (x: number, y: number) => {
    const [fine, wide] = [noise(x / (1.5 * unit), y / (1.5 * unit), 31), noise(x / (5 * unit), y / (2.6 * unit), 32)];
    return 0.22 + 0.78 * smoothstep(0.2, 0.62, 0.6 * fine + 0.4 * wide);
  };
  const horizon = (x: number) => height * (0.62 + 0.02 * Math.sin((x / width) * 8));

  const scene = (x: number, y: number): Rgb => {
    const patch = fbm(x / (85 * unit), y / (60 * unit), 3, seed);
    if (y > horizon(x)) {
      const near = (y - horizon(x)) / (height - horizon(x));
      const shadow = smoothstep(0.5, 0.62, noise((x - y * 0.9) / (52 * unit), y / (150 * unit), seed + 4));
      return mix(ramp(GROUND, 0.3 + patch * 0.85 - 0.15 * near), ramp(DISTANCE, 0.1 + patch * 0.4), shadow * 0.75);
    }
    const depth = y / horizon(x);
    const glow = Math.exp(-(((x / width - 0.5) / 0.22) ** 2) - ((depth - 0.8) / 0.3) ** 2);
    const crowns = smoothstep(0.36, 0.56, fbm(x / (120 * unit), y / (80 * unit), 3, seed + 2) + 0.3 * (0.75 - depth));
    const far = mix(ramp(DISTANCE, patch * 1.1 - 0.1), hex('#fff0b8'), glow);
    return mix(far, ramp(FOLIAGE, patch * 1.5 - 0.25 + 0.2 * glow), crowns);
  };
  const direction = (x: number, y: number): number => {
    if (y > horizon(x))
      return 0.12 * Math.sin(x / (50 * unit)) + (noise(x / (60 * unit), y / (25 * unit), 6) - 0.5) * 0.9;
    return (
      -0.95 +
      1.3 * Math.round(noise(x / (75 * unit), y / (75 * unit), seed + 7) * 2.2) +
      0.25 * noise(x / 20, y / 20, 5)
    );
  };
  const chalk = (points: readonly Point[], radius: number, colour: Rgb, opacity = 0.9) =>
    canvas.stroke(points, radius * unit, {
      colour,
      opacity,
      bristle: 0.25,
      second: mix(colour, SHEET, 0.35),
      dry: 0.2,
      tooth,
      seed: Math.floor(random() * 1e6),
    });

  canvas.shade((x, y, was) => mix(was, hex('#463a6a'), fbm(x / (3 * unit), y / (3 * unit), 2, 9) * 0.5));
  for (const [spacing, radius, length, contrast] of [
    [11, 8, 34, 0.1],
    [8, 3, 30, 0.22],
    [12, 2.2, 26, 0.35],
  ] as const)
    for (const [x, y] of scatter(width, height, spacing * unit, random)) {
      const turn = direction(x, y) + (random() - 0.5) * 0.3;
      chalk(
        dash(x, y, turn, length * unit),
        radius * (0.7 + 0.6 * random()),
        vary(scene(x, y), random, contrast, contrast * 0.4),
      );
    }
  for (const trunk of TRUNKS) birch(trunk);
  for (let k = 0; k < 900; k++) {
    const [x, y] = [random() * width, height * random()];
    if (y < horizon(x) && fbm(x / (120 * unit), y / (80 * unit), 3, seed + 2) < 0.5) continue;
    const turn = random() * 6.28;
    const size = (1.5 + 2.2 * random()) * (y > horizon(x) ? 0.6 + y / height : 1);
    chalk(
      xy(x, y, x + Math.cos(turn) * size * 2 * unit, y + Math.sin(turn) * size * unit),
      size,
      vary(pick(FOLIAGE, 1 + random() * 4), random, 0.2),
    );
  }
  return canvas;

  function birch([place = 0, foot = 1, wide = 9, lean = 0]: number[]): void {
    const middle = (y: number) =>
      width * (place + lean * (1 - y / height)) + 3 * unit * Math.sin(y / (60 * unit) + place * 40);
    const shadow = foot * height;
    for (let k = 0; k < wide * 1.2; k++) {
      const y = shadow + (random() - 0.3) * wide * 0.25 * unit;
      const x = middle(shadow) + random() * wide * 6 * unit;
      chalk(xy(x, y, x + wide * unit, y + wide * 0.2 * unit), 2.2, vary(hex('#3a3580'), random, 0.3), 0.7);
    }
    for (let y = shadow; y > -10; y -= 2.4 * unit) {
      const half = (wide / 2) * (0.8 + 0.2 * (y / shadow)) * unit;
      const x = middle(y);
      for (let k = 0; k < 2; k++) {
        const u = random() * 2 - 1;
        const colour = vary(ramp(BARK, 0.62 - 0.5 * u + 0.25 * (random() - 0.5)), random, 0.08);
        const long = (4 + wide * 0.35) * unit;
        chalk(xy(x + u * half, y - long, x + u * half * 0.96, y + long * 0.4), Math.max(1.4, wide * 0.1), colour, 1);
      }
      if (random() < 0.1 + wide * 0.002) {
        const [from, to] = [random() * 1.6 - 1, 0.3 + random() * 0.9];
        const points: Point[] = xy(
          x + from * half,
          y,
          x + (from + to / 2) * half,
          y + 0.1 * half,
          x + Math.min(1, from + to) * half,
          y,
        );
        chalk(points, 0.9 + wide * 0.05 * random(), hex('#1c1530'), 1);
      }
    }
  }
};
