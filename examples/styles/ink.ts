/**
 * Mountains in mist, painted with ink and water: sumi-e. Every range is a wash that is darkest along its ridge, bleeds
 * at the edge and dissolves downwards; dry strokes give the rock its grain; a pine, bamboo and a small boat are
 * drawn with single loaded strokes on fibrous paper.
 */
import { Canvas, type Style } from './canvas.js';
import {
  curve,
  fbm,
  hex,
  lerp,
  mix,
  noise,
  type Point,
  palette,
  path,
  pick,
  ramp,
  randomFrom,
  rows,
  scale,
  smoothstep,
  xy,
} from './tools.js';

const PAPER = hex('#e9dfc8');
const TONES = palette('#a9adab #7f8889 #566166 #2b3439 #0e1215');
const SEAL = hex('#b5342a');

/** Ranges from far to near: ground line, ink, peaks (place, height, half width). */
const RANGES = [
  { base: 0.5, tone: 0.1, peaks: rows('0.12,0.2,0.1 0.34,0.34,0.08 0.62,0.27,0.13 0.92,0.36,0.09') },
  { base: 0.58, tone: 0.35, peaks: rows('0.02,0.36,0.1 0.24,0.26,0.07 0.5,0.45,0.075 0.78,0.3,0.1') },
  { base: 0.72, tone: 0.62, peaks: rows('0.13,0.38,0.085 0.66,0.47,0.075 0.74,0.3,0.13 0.4,0.2,0.09') },
  { base: 0.9, tone: 0.9, peaks: rows('0.9,0.34,0.12 1.02,0.48,0.1 0.08,0.2,0.14 0.3,0.08,0.12') },
];

export const ink: Style = (width, height, seed) => {
  const random = randomFrom(seed);
  const canvas = new Canvas(width, height, PAPER);
  const unit = width / 768;
  const between = (low: number, high: number) => low + (high - low) * random();

  const [sunX, sunY, sunR] = [width * 0.31, height * 0.17, height * 0.075];
  canvas.shade((x, y) => {
    const wash = fbm(x / (120 * unit), y / (50 * unit), 4, seed);
    const bloom = smoothstep(0.02, 0, Math.abs(fbm(x / (90 * unit), y / (70 * unit), 3, seed + 5) - 0.5));
    const sky = mix(PAPER, hex('#8f9896'), smoothstep(0.35, 0.8, wash) * 0.75 + bloom * 0.14);
    const sun = smoothstep(sunR + 4 * unit, sunR - 3 * unit, Math.hypot(x - sunX, y - sunY) + 6 * unit * (wash - 0.5));
    return mix(sky, mix(SEAL, hex('#d9785a'), wash), sun * 0.85);
  });
  for (const [layer, range] of RANGES.entries()) mountains(range, layer);
  water();
  pine();
  bamboo();
  seal();
  canvas.shade((x, y, was) => {
    const fibre =
      fbm(x / (14 * unit), y / (1.8 * unit), 2, 21) + 0.4 * fbm(x / (2 * unit), y / (2 * unit), 2, 22) - 0.7;
    const speck = smoothstep(0.9, 0.98, noise(x / (2.5 * unit), y / (2.5 * unit), 23));
    return scale(mix(was, hex('#b79f72'), speck * 0.35), 1 + 0.2 * fibre);
  });
  return canvas;

  function mountains({ base, tone, peaks }: (typeof RANGES)[number], layer: number): void {
    const ridge = (x: number) => {
      let top = 0;
      for (const [at = 0, high = 0, wide = 1] of peaks)
        top = Math.max(top, high * Math.exp(-((Math.abs(x / width - at) / wide) ** 2.2)));
      return (base - top - 0.07 * (fbm((x / width) * 16, layer * 9, 4, seed) - 0.5)) * height;
    };
    const colour = ramp(TONES, tone);
    const deep = height * (0.2 + 0.1 * tone);
    canvas.shade((x, y, was) => {
      const bleed = 9 * unit * (fbm(x / (7 * unit), y / (7 * unit), 3, seed + layer) - 0.5);
      const down = y - ridge(x) + bleed;
      if (down < -2) return was;
      const wash = fbm(x / (30 * unit), y / (45 * unit), 4, seed + layer * 3);
      const rim = Math.exp(-Math.max(0, down) / (5 * unit)) * 0.45;
      const fade = smoothstep(1, 0.1, down / (deep * (0.8 + 1.1 * wash)));
      const grit = 0.85 + 0.3 * noise(x / (1.6 * unit), y / (1.6 * unit), 8);
      return mix(was, colour, Math.min(1, smoothstep(-1, 1.5, down) * fade * grit * (0.25 + 0.85 * wash + rim)));
    });
    for (let k = 0; k < 60 + 90 * layer; k++) {
      const x = random() * width;
      const slope = (ridge(x + 5 * unit) - ridge(x - 5 * unit)) / (10 * unit);
      const y = ridge(x) + between(2, 70) * unit * random();
      const long = between(14, 42) * unit * (0.6 + 0.2 * layer);
      const lean = (1.1 * slope) / (1 + slope * slope) + between(-0.15, 0.15);
      const points = bow(x, y, lean * long * 0.7, long, 0.05 * long);
      canvas.stroke(points, between(1.6, 4.5) * unit, { ...dryInk(0.3 + 0.7 * tone), opacity: 0.2 + 0.4 * tone });
    }
  }

  /** A line to a place dx, dy away, bent sideways by `bend`. */
  function bow(x: number, y: number, dx: number, dy: number, bend: number): Point[] {
    return curve(xy(x, y, x + dx / 2 + (dx ? 0 : bend), y + dy / 2 + bend, x + dx, y + dy), 5);
  }

  function dryInk(tone: number) {
    return {
      colour: ramp(TONES, tone),
      bristle: 0.5,
      second: ramp(TONES, tone - 0.25),
      dry: 0.75,
      seed: Math.floor(random() * 1e6),
      profile: (t: number) => 1 - 0.55 * t,
    };
  }

  function water(): void {
    for (let k = 0; k < 150; k++) {
      const y = height * between(0.74, 1);
      const [x, long] = [width * between(-0.1, 1), width * between(0.04, 0.2)];
      const points = bow(x, y, long, 0, between(-3, 3) * unit);
      canvas.stroke(points, between(0.8, 3.4) * unit, { ...dryInk(between(0.1, 0.75)), opacity: between(0.25, 0.7) });
    }
    const [bx, by] = [width * 0.43, height * 0.84];
    const hull = path('-46,-6 -24,3 10,5 34,0 50,-9');
    canvas.stroke(curve(hull.map(([x, y]): Point => [bx + x * unit, by + y * unit])), 3.6 * unit, {
      ...dryInk(1),
      profile: (t) => 0.25 + Math.sin(Math.PI * t),
    });
    for (const [x = 0, y = 0, dx = 0, dy = 0, r = 1] of rows(
      '8,-2,-2,-17,4.5 6,-24,-1,-1,3.2 -4,-25,21,1,1.6 22,-34,-34,50,0.9',
    ))
      canvas.stroke(bow(bx + x * unit, by + y * unit, dx * unit, dy * unit, 0), r * unit, { colour: pick(TONES, 4) });
  }

  function seal(): void {
    const [left, top] = [width * 0.055, height * 0.87];
    const stamp = path('0,0 30,1 31,30 1,31').map(([x, y]): Point => [left + x * unit, top + y * unit]);
    canvas.fill(stamp, (x, y) => {
      const [u, v] = [(x - left) / unit, (y - top) / unit];
      const bar = (at: number) => Math.abs(v - at) < 1.4 && u > 5 && u < 26;
      const cut = Math.abs(u - 15.5) < 1.3 || bar(9) || (bar(21) && Math.abs(u - 15) > 4);
      return [SEAL, cut ? 0.1 : smoothstep(0.2, 0.45, noise(u / 2, v / 2, 4) + 0.2)];
    });
  }

  function pine(): void {
    const at = ([x, y]: Point): Point => [x * width, y * height];
    const trunk = path('0.97,1.02 0.9,0.86 0.93,0.74 0.86,0.62 0.88,0.5 0.82,0.4');
    const limbs = [
      '0.91,0.7 0.8,0.64 0.72,0.66 0.65,0.62',
      '0.87,0.56 0.96,0.49 1.01,0.5',
      '0.87,0.5 0.79,0.5 0.73,0.46',
    ].map(path);
    canvas.stroke(curve(trunk.map(at)), 15 * unit, { ...dryInk(1), dry: 0.5, profile: (t) => 1 - 0.75 * t });
    for (const [x, y] of curve(trunk.map(at), 22))
      for (let k = 0; k < 2; k++) {
        const [bx, by] = [x + between(-9, 9) * unit, y + between(-4, 4) * unit];
        const bark = { ...dryInk(between(0.05, 0.5)), opacity: between(0.2, 0.6) };
        canvas.stroke(bow(bx, by, between(-5, 5) * unit, 12 * unit, 2 * unit), between(0.8, 2) * unit, bark);
      }
    for (const limb of limbs)
      canvas.stroke(curve(limb.map(at)), 6.5 * unit, { ...dryInk(0.95), profile: (t) => 1 - 0.7 * t });
    for (const line of [...limbs, trunk.slice(3)])
      for (const [x, y] of curve(line.map(at), 3).slice(2))
        for (let tuft = 0; tuft < 3; tuft++) {
          const [cx, cy] = [x + between(-16, 16) * unit, y - between(0, 18) * unit];
          for (let k = 0; k < 22; k++) {
            const turn = lerp(-Math.PI * 1.08, Math.PI * 0.08, k / 21) + between(-0.08, 0.08);
            const long = between(13, 24) * unit;
            canvas.stroke(xy(cx, cy, cx + Math.cos(turn) * long, cy + Math.sin(turn) * long * 0.75), 1.15 * unit, {
              colour: ramp(TONES, between(0.6, 1)),
              opacity: 0.85,
              profile: (t) => 1 - 0.7 * t,
            });
          }
        }
  }

  function bamboo(): void {
    for (let k = 0; k < 46; k++) {
      const stem = random();
      const [x, y] = [width * (stem * 0.36 - 0.02), height * (0.03 + 0.13 * stem ** 2 + between(-0.05, 0.09))];
      const turn = between(0.25, 1.25) + (random() < 0.3 ? 1.1 : 0);
      const long = between(36, 74) * unit;
      const points = bow(x, y, Math.cos(turn) * long, Math.sin(turn) * long, long * 0.05);
      canvas.stroke(points, between(4, 7) * unit, {
        ...dryInk(between(0.45, 1)),
        dry: 0.5,
        profile: (t) => Math.sin(Math.PI * (0.06 + 0.94 * t) ** 0.7),
      });
    }
  }
};
