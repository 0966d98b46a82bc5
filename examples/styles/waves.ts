/**
 * Breaking waves in the manner of a colour woodblock print: flat indigo shapes, keyed outlines, foam that ends in
 * claws, a sky printed with a gradient, wood grain and paper showing through every colour.
 * All waves are one shape: a face and a back that meet in the tip; stripes are lines between face and back.
 */
import { type Brush, Canvas, type Style } from './canvas.js';
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
  type Rgb,
  randomFrom,
  scale,
  smoothstep,
  xy,
} from './tools.js';

const INK = hex('#14233f');
const PAPER = hex('#ecdfc2');
const FOAM = hex('#f6efdc');
const BLUES = palette('#1c3f78 #2b5f9e #5b93bd #a5c8cf');
const SUN = hex('#c9452f');

/** From the tip down the hollow face to the trough, and from the tip over the back; y points down, size 1. */
const FACE = path('-0.4,-0.6 -0.24,-0.73 -0.06,-0.72 0.07,-0.56 0.05,-0.33 -0.12,-0.12 -0.45,0.02 -1,0.1');
const BACK = path('-0.4,-0.6 -0.38,-0.8 -0.2,-0.97 0.08,-1 0.4,-0.82 0.75,-0.5 1.15,-0.2 1.8,0.1');

/** Waves from far to near: the foot's place (shares of the height), size, facing left (1) or right (-1). */
const WAVES = [
  { x: 0.12, y: 0.72, size: 0.2, facing: 1 },
  { x: 0.56, y: 0.74, size: 0.16, facing: 1 },
  { x: 0.98, y: 0.86, size: 0.7, facing: 1 },
  { x: 0.22, y: 0.97, size: 0.42, facing: -1 },
  { x: 0.78, y: 1.03, size: 0.28, facing: 1 },
  { x: 1.22, y: 1.05, size: 0.34, facing: 1 },
  { x: 0.46, y: 1.12, size: 0.22, facing: 1 },
];

export const waves: Style = (width, height, seed) => {
  const random = randomFrom(seed);
  const canvas = new Canvas(width, height, PAPER);
  const unit = height / 576;
  const line = (points: readonly Point[], radius: number, colour: Rgb, profile?: Brush['profile']) =>
    canvas.stroke(points, radius * unit, profile ? { colour, profile } : { colour });
  const taper = (t: number) => Math.sin(Math.PI * Math.min(0.999, t * 0.9 + 0.1)) ** 0.7;

  sky();
  for (const wave of WAVES) breaker(wave);
  canvas.shade((x, y, was) => {
    const [u, v] = [x / unit, y / unit];
    const grain = noise(u / 60, v * 0.55 + 7 * fbm(u / 170, v / 120, 2, seed), 11);
    const fibre = fbm(u / 8, v / 2.4, 2, 12) + 0.35 * fbm(u / 2, v / 2, 2, 13) - 0.67;
    const bare = smoothstep(0.66, 0.95, fbm(u / 5, v / 5, 2, 14) * 0.7 + 0.45 * grain);
    return scale(mix(was, PAPER, 0.08 + bare * 0.5), 1 + 0.16 * (grain - 0.5) + 0.2 * fibre);
  });
  return canvas;

  function sky(): void {
    const [sx, sy, sr] = [width * 0.3, height * 0.3, height * 0.17];
    canvas.shade((x, y) => {
      const t = y / height + 0.03 * (noise(x / (50 * unit), 3, seed) - 0.5);
      const air = mix(mix(hex('#e9b98a'), PAPER, smoothstep(0.68, 0.4, t)), hex('#28508a'), smoothstep(0.26, 0, t));
      const disc = smoothstep(sr + 0.7, sr - 0.7, Math.hypot(x - sx, y - sy));
      return mix(air, mix(SUN, hex('#e88a4a'), smoothstep(-sr, sr, y - sy) * 0.7), disc);
    });
    for (let k = 0; k < 22; k++) {
      const y = height * (0.04 + 0.026 * k);
      const x = width * (random() * 1.2 - 0.2);
      const long = width * (0.16 + 0.25 * random());
      const points = curve(xy(x, y, x + long * 0.35, y - 4 * unit, x + long * 0.7, y + 3 * unit, x + long, y), 8);
      const tint = k % 3 === 0 ? hex('#9db7bd') : FOAM;
      const wisp = (t: number) => Math.max(0.12, Math.sin(Math.PI * t) ** 0.6 * (0.7 + 0.3 * Math.sin(t * 19 + k)));
      line(points, 8.2, INK, wisp);
      line(points, 7, tint, (t) => wisp(t) * 0.98);
      for (const off of [-2, 1.5]) {
        const inner = points.slice(5 + 3 * off, 18 + 3 * off);
        line(
          inner.map(([px, py]) => [px, py + off * unit]),
          0.7,
          mix(tint, INK, 0.6),
        );
      }
    }
    for (let row = 0; row < 9; row++) {
      const y = (x: number) =>
        height * (0.6 + 0.05 * row) +
        5 * unit * Math.sin(x / (24 * unit) + row * 2.4) +
        4 * unit * Math.sin(x / (61 * unit) + row);
      const crest = Array.from({ length: 97 }, (_, i): Point => [(i * width) / 96, y((i * width) / 96)]);
      canvas.fill([...crest, [width, height], [0, height]], pick(BLUES, row % 2 ? 2 : 1));
      for (const [off, radius, colour] of [
        [3, 2.4, FOAM],
        [0, 1.1, INK],
        [10, 1.8, pick(BLUES, row % 2 ? 1 : 3)],
        [17, 1.4, pick(BLUES, 0)],
      ] as const)
        line(
          crest.map(([px, py]) => [px, py + off * unit]),
          radius,
          colour,
        );
    }
  }

  function breaker({ x: footX, y: footY, size, facing }: (typeof WAVES)[number]): void {
    const place = ([px, py]: Point): Point => [(footX + px * size * facing) * height, (footY + py * size) * height];
    const face = curve(FACE.map(place), 8);
    const back = curve(BACK.map(place), 8);
    const between = (t: number, from = 0, to = 1) =>
      face
        .map((p, i): Point => {
          const q = back[i] as Point;
          return [lerp(p[0], q[0], t), lerp(p[1], q[1], t)];
        })
        .slice(Math.floor(from * face.length), Math.ceil(to * face.length));
    const body = [...[...face].reverse(), ...back, place([1.8, 0.9]), place([-1, 0.9])];
    canvas.fill(body, pick(BLUES, 0));
    const stripes = Math.round(6 + size * 16);
    for (let k = 0; k < stripes; k++) {
      const t = (k + 0.5) / stripes;
      const colour = k % 3 === 0 ? FOAM : pick(BLUES, 1 + (k % 3));
      line(between(t, 0.1 + 0.1 * random(), 0.75 + 0.25 * random()), (size * 210) / stripes, colour, taper);
    }
    line([...[...face].reverse(), ...back], 1.5, INK);
    foam(face, back, size, facing);
  }

  /** Lumps along the crest and claws at the tip: first everything a little larger in ink, then again in white. */
  function foam(face: readonly Point[], back: readonly Point[], size: number, facing: number): void {
    const crest = [...face.slice(0, 15)].reverse().concat(back.slice(0, 30));
    const shapes: { points: Point[]; radius: number; profile?: Brush['profile'] }[] = [];
    for (const [i, [x, y]] of crest.entries()) {
      const swell = Math.sin(Math.PI * ((i + 3) / 48)) ** 1.4;
      const spread = size * height * 0.05 * swell;
      for (let lump = 0; lump < 2; lump++) {
        const [px, py] = [x + (random() - 0.5) * spread, y + (random() - 0.5) * spread];
        shapes.push({
          points: xy(px, py, px + 0.1, py),
          radius: 1.5 + size * 27 * swell * (0.35 + 0.65 * random()),
        });
      }
      if (i > 30 || i % 2) continue;
      for (let finger = 0; finger < 2; finger++) {
        const long = size * height * (0.1 + 0.1 * random()) * (finger ? 0.75 : 1);
        let heading = Math.PI * (0.56 + 0.66 * (i / 30)) + (finger - 0.5) * 0.9 + (random() - 0.5) * 0.4;
        let [px, py] = [x, y];
        const points = Array.from({ length: 9 }, (_, k): Point => {
          const here: Point = [px, py];
          px += Math.cos(heading) * facing * (long / 8);
          py += Math.sin(heading) * (long / 8);
          heading -= k < 3 ? -0.1 : 0.42;
          return here;
        });
        shapes.push({ points, radius: size * 17 + 0.8, profile: (t) => 1 - 0.88 * t });
      }
    }
    for (let k = 0; k < 60 * size + 12; k++) {
      const [x, y] = pick(crest, random() * 32);
      const [px, py] = [
        x - facing * size * height * 0.34 * random() ** 1.5,
        y + size * height * (random() * 0.4 - 0.2),
      ];
      shapes.push({
        points: xy(px, py, px + 0.1, py),
        radius: 1.2 + 2 * random() ** 2 * (0.5 + size),
      });
    }
    for (const { points, radius, profile } of shapes)
      line(points, radius + 1.3, INK, profile && ((t) => Math.max(profile(t), 0.22)));
    for (const { points, radius, profile } of shapes) line(points, radius, FOAM, profile);
    for (const { points, radius, profile } of shapes) {
      if (radius < 3.5 || random() < 0.35) continue;
      const [x, y] = points[0] as Point;
      const r = radius * unit * (0.4 + 0.4 * random());
      const arc = Array.from({ length: 7 }, (_, k): Point => [x + Math.cos(k / 2) * r, y + Math.sin(k / 2) * r]);
      line(profile ? points.slice(1, 6) : arc, profile ? 0.6 : 0.9, pick(BLUES, profile ? 1 : 2));
    }
  }
};
