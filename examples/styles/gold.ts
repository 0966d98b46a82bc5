/**
 * A golden tree: scrolls of gold packed into every gap, a trunk inlaid with eyes and rectangles, a meadow of ringed
 * flowers. Circles of many sizes are thrown until nothing fits; each becomes a scroll above or a flower below, so
 * ornament fills the picture at every scale.
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
  type Random,
  type Rgb,
  randomFrom,
  smoothstep,
  vary,
} from './tools.js';

const LEAF = palette('#8a5a14 #b9851f #d9a932 #efcb5a #fae79a');
const LINE = hex('#3a2212');
const JEWEL = palette('#1f5a6a #b03a2a #2a2a5a #e8e0c8 #4f8a4a #7a2a5a #d8702a');
const PETAL = palette('#f6efe0 #c23a4a #3f6fb0 #f2c23a #7a3a8a #e8743a #5fa8a0');

/** The trunk's outline with three boughs, in shares of the width and height. */
const TRUNK = path(
  '0.36,1 0.44,0.86 0.455,0.7 0.43,0.55 0.36,0.42 0.4,0.43 0.47,0.5 0.49,0.36 0.51,0.5 0.6,0.4 0.63,0.39 0.56,0.54 ' +
    '0.545,0.7 0.56,0.86 0.64,1',
);

interface Disc {
  x: number;
  y: number;
  r: number;
}

/** Throws circles of ever smaller radii; one stays where it is free and touches no other. */
function pack(width: number, height: number, radii: number[], random: Random, free: (d: Disc) => boolean): Disc[] {
  const discs: Disc[] = [];
  const unit = height / 576;
  for (const radius of radii)
    for (let k = 0; k < 4200 / radius ** 0.7; k++) {
      const disc = { x: random() * width, y: random() * height, r: radius * unit };
      if (free(disc) && discs.every((other) => gap(other, disc) > 1.2 * unit)) discs.push(disc);
    }
  return discs;
}

const gap = (a: Disc, b: Disc): number => Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2) - a.r - b.r;

export const gold: Style = (width, height, seed) => {
  const random = randomFrom(seed);
  const canvas = new Canvas(width, height);
  const unit = height / 576;
  const meadow = (x: number) => height * (0.78 + 0.035 * Math.sin((x / width) * 7 + 1));
  const bole = curve(
    TRUNK.map(([x, y]): Point => [x * width, y * height]),
    8,
  );
  const nearTrunk = ({ x, y, r }: Disc) =>
    bole.some(([tx, ty]) => Math.hypot(tx - x, ty - y) < r) || (y > height * 0.5 && Math.abs(x / width - 0.5) < 0.05);

  canvas.shade((x, y) => {
    const [u, v] = [x / (36 * unit), y / (36 * unit)];
    const sheet = noise(Math.floor(u) * 3.7, Math.floor(v) * 5.3, seed);
    const seam = Math.min(u % 1, v % 1) < 0.05 ? 0.13 : 0;
    const worn = fbm(x / (20 * unit), y / (20 * unit), 4, seed);
    return gilt(0.1 + 0.3 * sheet + 0.7 * worn - seam);
  });
  const above = (d: Disc) => d.y + d.r * 0.7 < meadow(d.x) && !nearTrunk(d);
  const scrolls = pack(width, height, [70, 58, 46, 36, 28, 21, 15, 11], random, above);
  for (const disc of scrolls) if (disc.r > 20 * unit) stem(disc);
  for (const disc of scrolls) scroll(disc);
  const between = (d: Disc) => above(d) && scrolls.every((scroll) => gap(scroll, d) > 0);
  for (const { x, y, r } of pack(width, height, [6.5, 4.5, 3], random, between))
    bead(x, y, r, vary(pick(random() < 0.45 ? JEWEL : LEAF, random() * 7), random, 0.15));
  const ground = Array.from({ length: 65 }, (_, i): Point => [(i * width) / 64, meadow((i * width) / 64)]);
  canvas.fill([...ground, [width, height], [0, height]], (x, y) => [
    mix(hex('#1f4a2a'), hex('#6a8a2a'), fbm(x / (9 * unit), y / (14 * unit), 3, seed)),
    1,
  ]);
  for (let k = 0; k < 700; k++) {
    const [x, y] = [random() * width, height * lerp(0.76, 1.02, random())];
    const tip: Point = [x + (random() - 0.5) * 9 * unit, y - 14 * unit];
    const colour = vary(pick(JEWEL, 4), random, 0.5, 0.1);
    if (y > meadow(x)) canvas.stroke([[x, y], tip], 1.7 * unit, { colour, relief: 1, profile: (t) => 1 - 0.8 * t });
  }
  const below = (d: Disc) => d.y - d.r * 0.6 > meadow(d.x);
  for (const disc of pack(width, height, [24, 18, 14, 10, 7, 4.5, 3], random, below)) flower(disc);
  trunk();
  canvas.light(0.2, 0.05);
  return canvas;

  function gilt(t: number): Rgb {
    const at = Math.min(0.999, Math.max(0, t)) * (LEAF.length - 1);
    return mix(pick(LEAF, at), pick(LEAF, Math.min(LEAF.length - 1, at + 1)), at % 1);
  }

  function ring(x: number, y: number, r: number, radius: number, colour: Rgb): void {
    const points = Array.from(
      { length: 25 },
      (_, k): Point => [x + Math.cos(k * 0.2618) * r, y + Math.sin(k * 0.2618) * r],
    );
    canvas.stroke(points, radius, { colour, relief: 1 });
  }

  function bead(x: number, y: number, r: number, colour: Rgb): void {
    canvas.dot(x, y, r + 0.8 * unit, { colour: LINE });
    canvas.dot(x, y, r - 0.4 * unit, { colour, relief: 1.5 });
    if (r > 4 * unit) canvas.dot(x, y, r * 0.4, { colour: pick(JEWEL, 3), relief: 1.5 });
  }

  /** A branch from the fork of the trunk to the outer end of a scroll. */
  function stem({ x, y, r }: Disc): void {
    const [dx, dy] = [x - width * 0.5, y - height * 0.46];
    const away = Math.hypot(dx, dy);
    const bend = (random() - 0.5) * 0.35;
    const bent = (t: number, k: number): Point => [
      width * 0.5 + dx * t - dy * bend * k,
      height * 0.46 + dy * t + dx * bend * k,
    ];
    const foot: Point = [width * (0.5 + 0.05 * Math.sign(dx)), height * 0.5];
    const points = curve([foot, bent(0.3, 0.5), bent(0.65, 0.7), bent(1 - (r / away) * 0.9, 0)]);
    const profile = (t: number) => 1.6 - t;
    canvas.stroke(points, 6.5 * unit, { colour: LINE, profile });
    const colour = pick(LEAF, 3);
    canvas.stroke(points, 4.4 * unit, { colour, second: pick(LEAF, 1), bristle: 0.8, relief: 2, profile });
  }

  /** A spiral that winds inwards, in dark line and gold, with a jewel in the middle and beads between the turns. */
  function scroll({ x, y, r }: Disc): void {
    const turn = Math.atan2(height * 0.5 - y, width * 0.5 - x);
    const sense = random() < 0.5 ? -1 : 1;
    const turns = 1.5 + r / (48 * unit);
    const thick = Math.min(6.5 * unit, r * 0.16);
    const points = Array.from({ length: 140 }, (_, k): Point => {
      const t = k / 139;
      const a = turn + sense * t * turns * 6.283;
      const out = lerp(r - thick, r * 0.16, t ** 0.9);
      return [x + Math.cos(a) * out, y + Math.sin(a) * out];
    });
    canvas.dot(x, y, r, { colour: gilt(random()), opacity: 0.35 });
    const profile = (t: number) => 1.1 - 0.5 * t;
    const bright = vary(pick(LEAF, 3 + random() * 2), random, 0.1);
    canvas.stroke(points, thick + 1.3 * unit, { colour: random() < 0.2 ? pick(JEWEL, 2) : LINE, profile });
    canvas.stroke(points, thick * 0.72, {
      colour: bright,
      second: pick(LEAF, 2),
      bristle: 0.7,
      relief: 2.2,
      profile,
      seed: Math.floor(random() * 1e6),
    });
    if (r > 14 * unit) bead(x, y, r * 0.15, pick(JEWEL, random() * 7));
    for (let k = 6; k < 110 && r > 26 * unit; k += 4) {
      const [px, py] = points[k] as Point;
      const pull = 1 - (r * 0.48) / turns / Math.hypot(px - x, py - y);
      if (pull > 0.25)
        bead(lerp(x, px, pull), lerp(y, py, pull), (k % 8 ? 1.5 : 2.4) * unit, pick(k % 8 ? LEAF : JEWEL, k * 0.37));
    }
  }

  function flower({ x, y, r }: Disc): void {
    const colours = [pick(PETAL, random() * 7), pick(PETAL, random() * 7), pick(PETAL, random() * 7)];
    bead(x, y, r, vary(pick(colours, 0), random, 0.1));
    for (let out = r * 0.8, k = 1; out > 2 * unit; out -= 3.4 * unit, k++)
      ring(x, y, out, 1.3 * unit, vary(pick(colours, k), random, 0.12));
    for (let k = 0; r > 9 * unit && k < 8; k++)
      bead(x + Math.cos(k * 0.785) * r * 0.6, y + Math.sin(k * 0.785) * r * 0.6, r * 0.13, pick(colours, k + 1));
    bead(x, y, r * 0.25, hex('#f2c23a'));
  }

  /** Brown bark inlaid with upright rectangles and eyes. */
  function trunk(): void {
    canvas.fill(bole, (x, y) => {
      const column = Math.floor(x / (11 * unit));
      const down = y / (24 * unit) + 0.5 * (column % 2);
      const [u, v] = [(x / (11 * unit)) % 1, down % 1];
      const kind = noise(column * 7.1, Math.floor(down) * 3.3, seed + 1);
      const rim = smoothstep(0.06, 0.16, Math.min(u, 1 - u, v * 2, 2 - v * 2));
      const eye = Math.hypot((u - 0.5) * 1.3, (v - 0.5) * 2.4);
      let inlay = kind > 0.4 ? pick(LEAF, 1 + kind * 6) : hex('#6a3f1c');
      if (kind > 0.62) inlay = eye < 0.18 ? LINE : pick(JEWEL, eye < 0.42 ? 3 : column + down);
      return [mix(LINE, mix(inlay, hex('#7a4a1c'), 0.18), rim), 1];
    });
    canvas.stroke(bole, 1.8 * unit, { colour: LINE });
  }
};
