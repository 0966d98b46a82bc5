/**
 * A river on a summer afternoon in pure dots: divisionism. A scene gives each place its colour, but the canvas only
 * ever gets dots of a fixed set of pigments near it: the colour itself, a lighter or warmer neighbour, and now and
 * then its complement, so that light and shade mix in the eye.
 */
import { Canvas, type Style } from './canvas.js';
import {
  clamp,
  fbm,
  hex,
  lerp,
  mix,
  noise,
  palette,
  type Rgb,
  ramp,
  randomFrom,
  scatter,
  smoothstep,
  vary,
  xy,
} from './tools.js';

const SKY = palette('#5f8fd0 #86b3df #a5c3e6 #d9cbe0 #fbc4a4');
const HILLS = palette('#8d8fc8 #7b9ab8 #8fb58c');
const TREES = palette('#173a4a #1f5a4a #3f8a45 #86b541 #d9d24e');
const GRASS = palette('#2f6a52 #5a9a3e #a5c43e #f0dc62 #f7b75a');
const WATER = palette('#2d5fa5 #4d8cc4 #86b9d6 #f3d8b4');
const SHADE = palette('#27306e #3a3f8f #6a4f9a');
const SAIL = palette('#fff3d6 #ffb45e #e8603a #b03a52');

interface Blob {
  x: number;
  y: number;
  rx: number;
  ry: number;
}
/** Tree crowns as ellipses, in shares of the width and height. */
const CROWNS: Blob[] = [
  { x: 0.06, y: 0.3, rx: 0.15, ry: 0.26 },
  { x: 0.2, y: 0.38, rx: 0.09, ry: 0.15 },
  { x: 0.79, y: 0.36, rx: 0.018, ry: 0.16 },
  { x: 0.84, y: 0.34, rx: 0.021, ry: 0.19 },
  { x: 0.895, y: 0.37, rx: 0.019, ry: 0.16 },
  { x: 0.99, y: 0.42, rx: 0.07, ry: 0.13 },
];

/** The scene before it is taken apart: x and y from 0 to 1. */
function scene(x: number, y: number, seed: number): Rgb {
  const patch = fbm(x * 14, y * 12, 3, seed);
  const bank = 0.735 + 0.13 * x - 0.3 * smoothstep(0.62, 0, x) * (0.5 - x) + 0.012 * Math.sin(x * 30);
  const far = 0.5 - 0.012 * Math.sin(x * 11);
  const hill = 0.43 - 0.07 * Math.sin(x * 4.2 + 0.6) - 0.02 * Math.sin(x * 13);

  if (y > bank) {
    const shadow = smoothstep(0.62, 0.4, fbm(x * 5 + y * 3, y * 11, 2, seed + 4) + 0.35 * (x - 0.15));
    const meadow = ramp(GRASS, patch * 1.1 + 0.15 * (x - 0.2));
    return mix(meadow, ramp(SHADE, patch), shadow * 0.75);
  }
  for (const crown of CROWNS) {
    const [dx, dy] = [(x - crown.x) / crown.rx, (y - crown.y) / crown.ry];
    if (Math.hypot(dx, dy) + (patch - 0.5) * 0.55 < 1)
      return ramp(TREES, 0.42 + 0.3 * dx - 0.3 * dy + (patch - 0.5) * 1.3);
  }
  const trunk = Math.abs(x - 0.075 - 0.02 * Math.sin(y * 9)) < 0.014 && y > 0.4;
  if (trunk) return hex('#4a2f5e');
  const boat = sail(x, y);
  if (boat) return boat;
  if (y > far) {
    const mirrored = far - (y - far) * 1.15;
    const ripple = noise(x * 9, y * 75, seed);
    let water = ramp(WATER, lerp(0.85, 0.1, (y - far) / 0.35) + (ripple - 0.5) * 0.55);
    for (const crown of CROWNS.slice(2)) {
      const dx = (x + (ripple - 0.5) * 0.03 - crown.x) / (crown.rx * 1.1);
      const dy = (mirrored - crown.y) / crown.ry;
      if (Math.hypot(dx, dy) < 1) water = mix(water, ramp(TREES, 0.3 + patch * 0.4), 0.75);
    }
    return mix(water, sail(x + (ripple - 0.5) * 0.04, 0.575 - (y - 0.575) * 0.8) ?? water, y > 0.575 ? 0.75 : 0);
  }
  if (y > far - 0.025) return ramp(GRASS, 0.25 + patch * 0.7);
  if (y > hill) return ramp(HILLS, (y - hill) * 9 + (patch - 0.5) * 0.7);
  const cloud = smoothstep(0.52, 0.7, fbm(x * 4, y * 9 + 3, 3, seed + 2));
  const sun = Math.exp(-((x - 0.56) ** 2 * 14 + (y - 0.36) ** 2 * 30));
  return mix(mix(ramp(SKY, (y / hill) * 0.95), hex('#fff3dc'), cloud * 0.65), hex('#ffd27a'), sun * 0.8);
}

/** A boat with two sails, or nothing. */
function sail(x: number, y: number): Rgb | undefined {
  const [dx, top] = [x - 0.46, (y - 0.3) / 0.26];
  if (top > 0 && top < 1 && dx > 0.004 && dx < 0.075 * top) return ramp(SAIL, dx * 5);
  if (top > 0.2 && top < 1 && dx < -0.004 && dx > -0.05 * (top - 0.2)) return ramp(SAIL, 0.62 - dx * 9);
  if (y > 0.562 && y < 0.59 && Math.abs(dx - 0.008) < 0.085 - (y - 0.562)) return hex('#7a2f4a');
  return undefined;
}

export const dots: Style = (width, height, seed) => {
  const random = randomFrom(seed);
  const canvas = new Canvas(width, height, hex('#d9cdb4'));
  const unit = width / 768;
  for (const [spacing, radius] of [
    [8, 6.2],
    [5.6, 3.9],
    [6.2, 3],
  ] as const)
    for (const [x, y] of scatter(width, height, spacing * unit, random)) {
      const base = scene(clamp(x / width), clamp(y / height), seed);
      const tilt = 6.3 * noise(x / (90 * unit), y / (50 * unit), seed + 9);
      const [dx, dy] = [Math.cos(tilt) * unit * 1.6, Math.sin(tilt) * unit * 1.1];
      const size = radius * unit * (0.75 + 0.4 * random());
      canvas.stroke(xy(x - dx, y - dy, x + dx, y + dy), size, { colour: pigment(base, random), relief: 0.8 });
    }
  canvas.light(0.16);
  return canvas;
};

/** The pigment for one dot of a colour: itself made purer, a warm or cool neighbour, or the complement. */
function pigment([r, g, b]: Rgb, random: () => number): Rgb {
  const grey = (r + g + b) / 3;
  const pure: Rgb = [clamp(lerp(grey, r, 1.35)), clamp(lerp(grey, g, 1.35)), clamp(lerp(grey, b, 1.35))];
  const choice = random();
  if (choice < 0.13)
    return mix([1.1 * grey + 0.35 - r * 0.5, 1.1 * grey + 0.3 - g * 0.5, 1.1 * grey + 0.4 - b * 0.5], pure, 0.15);
  if (choice < 0.33) return vary(mix(pure, hex('#ffe9a0'), 0.4), random, 0.1);
  if (choice < 0.5) return vary(mix(pure, hex('#2f48b0'), 0.35), random, 0.1);
  return vary(pure, random, 0.14, 0.07);
}
