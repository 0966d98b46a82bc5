/**
 * A stained-glass window: a sun with rays over hills and a river, irises in front, a border of small panes.
 * The scene gives every place a region; inside each region Voronoi cells become panes. Each pane has one glass of
 * its own with streaks and bubbles and a glow in the middle; the seams become rounded lead.
 */
import { Canvas, type Style } from './canvas.js';
import { type Site, seams, settle } from './cells.js';
import {
  fbm,
  hex,
  lerp,
  mix,
  noise,
  palette,
  pick,
  type Rgb,
  ramp,
  randomFrom,
  scale,
  scatter,
  smoothstep,
  vary,
} from './tools.js';

const SUN = palette('#fff2a8 #ffd23f #ff9f1c');
const RAYS = palette('#ffb52e #f2602a #ffd860 #e0332f #ff8a3a #c02068');
const SKY = palette('#ffb04f #f0506e #9a3fc0 #2f55e0 #0f3fc0');
const HILLS = palette('#5fd0b0 #18a898 #12808a #3fae3f #1d8a3a');
const RIVER = palette('#d0f6ff #58c7f0 #1f87d8 #135ac0');
const PETALS = palette('#5a1fc0 #9a4ff0 #d09bff #4a2ad0');
const LEAVES = palette('#0f7b3a #2fa53f #96d947');
const BORDER = palette('#d8202f #1f4fd0 #ffb82c #1f9a5a');

/** Irises: where the flower sits and how large it is, in shares of the height. */
const FLOWERS = [
  { x: 0.18, y: 0.5, size: 0.13 },
  { x: 0.37, y: 0.77, size: 0.11 },
  { x: 0.98, y: 0.75, size: 0.11 },
  { x: 1.16, y: 0.46, size: 0.135 },
];
/** Petals: direction (turns), length and width in flower sizes. */
const PETAL = [
  [0.75, 1.1, 0.42],
  [0.62, 1, 0.34],
  [0.88, 1, 0.34],
  [0.42, 1, 0.36],
  [0.08, 1, 0.36],
  [0.25, 1.1, 0.4],
] as const;

/** The region at a place, x and y in shares of the height. */
function region(x: number, y: number, wide: number): number {
  if (Math.min(x, y, wide - x, 1 - y) < 0.048) return 90;
  for (const [f, flower] of FLOWERS.entries()) {
    const [dx, dy] = [(x - flower.x) / flower.size, (y - flower.y) / flower.size];
    if (Math.abs(dx) > 1.2 || Math.abs(dy) > 1.2) continue;
    if (Math.hypot(dx, dy) < 0.2) return 60;
    for (const [p, [turn, length, width]] of PETAL.entries()) {
      const [c, s] = [Math.cos(turn * 6.283), Math.sin(turn * 6.283)];
      const along = (dx * c + dy * s) / length;
      if (along > 0 && along < 1 && Math.abs(dy * c - dx * s) < width * Math.sin(Math.PI * along ** 0.8))
        return 61 + f * 6 + p;
    }
  }
  for (const [f, flower] of FLOWERS.entries()) {
    const down = y - flower.y;
    if (down < 0) continue;
    const bend = 0.02 * Math.sin(down * 9 + f);
    if (Math.abs(x - flower.x - bend) < 0.011) return 50;
    for (const side of [-1, 1]) {
      const out = side * (x - flower.x - bend) - 0.16 * (down - 0.1) ** 2;
      if (down > 0.11 && out > 0 && out < 0.055 * smoothstep(0.11, 0.3, down)) return side > 0 ? 51 : 52;
    }
  }
  const [sx, sy] = [x - 0.64, y - 0.4];
  const ring = Math.hypot(sx, sy);
  const hill = (k: number) => 0.5 + k * 0.1 + (0.055 - k * 0.008) * Math.sin(x * (5.2 - k) + k * 2.2 + 0.4);
  const river = 0.66 + 0.13 * Math.sin(y * 13 + 0.6) * smoothstep(0.55, 0.75, y);
  for (const k of [3, 2, 1, 0])
    if (y > hill(k)) {
      const half = 0.012 + 0.42 * (y - 0.55) ** 1.5;
      return y > 0.57 && Math.abs(x - river) < half ? 45 : 40 + k;
    }
  if (ring < 0.115) return 1;
  const turn = Math.atan2(sy, sx) / 6.283 + 0.5 + 0.012 * Math.sin(ring * 18);
  if (ring < 0.165) return 2 + (Math.floor(turn * 14) % 2);
  return 4 + Math.floor(turn * 26);
}

export const glass: Style = (outWidth, outHeight, seed) => {
  const [width, height] = [outWidth * 2, outHeight * 2];
  const random = randomFrom(seed);
  const unit = height / 576;
  const group = (x: number, y: number) => region(x / height, y / height, width / height);
  const inside = ([x, y]: readonly [number, number]) => x > 0 && y > 0 && x < width && y < height;
  const sites: Site[] = scatter(width, height, 29 * unit, random)
    .filter(inside)
    .map(([x, y]) => ({ x, y, group: group(x, y) }));
  const labels = settle(width, height, sites, group, 2);
  const toSeam = seams(labels, width, height);
  const panes = sites.map((site) => ({
    ...site,
    glass: glassFor(site, height, random),
    turn: random() * 3.14,
    deep: 0.2 + 0.35 * random(),
  }));

  const canvas = new Canvas(width, height);
  canvas.shade((x, y) => {
    const pane = panes[labels[y * width + x] as number];
    const [dx, dy] = toSeam(x, y);
    const near = Math.hypot(dx, dy) / unit;
    if (!pane) return [0, 0, 0];
    const [c, s] = [Math.cos(pane.turn), Math.sin(pane.turn)];
    const [u, v] = [(x * c + y * s) / unit, (y * c - x * s) / unit];
    const streak = fbm(u / 22 + 3 * noise(u / 30, v / 30, seed), v / 3.6, 3, seed);
    const seed2 = smoothstep(0.9, 0.97, noise(u / 3.4, v / 3.4, 3));
    const glow = smoothstep(1, 16, near);
    const light =
      lerp(0.85 - pane.deep * 0.5, 1.24, glow) + 0.95 * (streak - 0.5) + 0.25 * (noise(u / 60, v / 60, 9) - 0.5);
    let colour = mix(scale(pane.glass, light), [1, 0.98, 0.86], smoothstep(1.1, 1.8, light) * 0.5);
    colour = mix(colour, [1, 1, 0.95], seed2 * 0.35);
    const lead = smoothstep(2.9, 2.1, near - (noise(x / (9 * unit), y / (9 * unit), 4) - 0.5));
    const round = (dx + dy) / (Math.abs(dx) + Math.abs(dy) + 2);
    const metal = 0.13 + 0.12 * round + 0.22 * smoothstep(0.8, 0, near) * noise(x / (3 * unit), y / (3 * unit), 6);
    colour = mix(colour, scale(colour, 0.55), smoothstep(6, 3, near) * 0.6);
    return mix(colour, [metal, metal * 1.02, metal * 1.1], lead);
  });
  return canvas.halve();
};

/** The glass of one pane: from its region and place. */
function glassFor({ x, y, group }: Site, height: number, random: () => number): Rgb {
  const [sx, sy] = [x / height - 0.64, y / height - 0.4];
  const far = Math.hypot(sx, sy);
  const table = (colours: readonly Rgb[]) => vary(pick(colours, random() * colours.length), random, 0.15);
  if (group === 90) return table(BORDER);
  if (group === 60) return hex('#ffd23f');
  if (group > 60) return vary(ramp(PETALS, ((group * 7) % 5) / 5 + random() * 0.3), random, 0.15);
  if (group >= 50) return table(LEAVES);
  if (group === 45) return table(RIVER);
  if (group >= 40) return vary(ramp(HILLS, (group - 40) / 3.4 + random() * 0.2), random, 0.25);
  if (group === 1) return table(SUN);
  if (group < 4) return pick(RAYS, group * 3);
  const ray = mix(
    pick(RAYS, group),
    ramp(SKY, lerp(0.1, 1.15, far) + (random() - 0.5) * 0.25),
    smoothstep(0.15, 0.5, far),
  );
  return vary(group % 2 ? ray : mix(ray, hex('#ffe0a0'), 0.25), random, 0.18);
}
