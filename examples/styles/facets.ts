/**
 * A cubist still life: guitar, bottle, glass, newspaper and pears on a table. The picture is split into facets by
 * straight cuts; every facet shows the scene from a slightly different place (shifted, turned, scaled) and is shaded
 * from one edge to the other; flat dabs along each facet and broken contours make it paint.
 */
import { Canvas, type Style } from './canvas.js';
import {
  clamp,
  contains,
  curve,
  dash,
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
  scale,
  scatter,
  vary,
  xy,
} from './tools.js';

const WALL = palette('#7f98a8 #d9b878 #4a6f88 #e6d2a0');
const WARM = palette('#d8742a #f0aa45 #94421e #c44c26 #f6d588');
const COOL = palette('#2a6a80 #183f68 #68aaa4 #327a5a');
const DARK = hex('#221a1c');

const GUITAR = curve(
  path(
    '0.3,0.64 0.38,0.5 0.5,0.52 0.58,0.47 0.67,0.36 0.78,0.4 0.8,0.54 0.72,0.64 0.66,0.7 0.66,0.8 0.56,0.92 0.4,0.9 0.31,0.79',
  ),
  6,
  true,
);
const NECK = path('0.69,0.46 0.99,0.07 1.05,0.12 0.76,0.52');
const HEAD = path('0.97,0.1 1.02,0.0 1.12,0.06 1.05,0.14');
const BOTTLE = curve(path('0.2,0.12 0.26,0.12 0.265,0.3 0.33,0.4 0.335,0.78 0.125,0.78 0.13,0.4 0.195,0.3'), 5, true);
const LABEL = path('0.13,0.5 0.335,0.48 0.335,0.64 0.13,0.66');
const PAPER = path('0.82,0.62 1.26,0.52 1.3,0.84 0.88,0.96');
const TABLE = path('-0.3,0.74 0.4,0.6 1.1,0.58 1.7,0.74 1.6,1.2 -0.3,1.2');
const GLASS = path('1.04,0.3 1.24,0.3 1.2,0.52 1.15,0.55 1.15,0.66 1.22,0.7 1.06,0.7 1.13,0.66 1.13,0.55 1.08,0.52');
const PEARS = [
  curve(path('0.92,0.7 0.95,0.76 1.01,0.84 0.94,0.93 0.85,0.89 0.85,0.8 0.89,0.75'), 6, true),
  curve(path('0.1,0.78 0.2,0.76 0.28,0.83 0.25,0.93 0.13,0.96 0.06,0.87'), 6, true),
];

/** The still life before it is cut up; x and y in shares of the height. */
function scene(x: number, y: number): Rgb {
  for (const [i, pear] of PEARS.entries())
    if (contains(pear, x, y))
      return mix(pick(palette('#d8c23f #c4482c'), i), hex('#3f5a2a'), clamp(noise(x * 9, y * 9, i)));
  const hole = Math.hypot(x - 0.605, y - 0.61);
  if (contains(NECK, x, y) || contains(HEAD, x, y))
    return Math.floor((x - y) * 22) % 4 === 0 ? pick(WARM, 4) : hex('#4a2a20');
  if (contains(GUITAR, x, y)) {
    if (hole < 0.066) return DARK;
    if (hole < 0.083) return pick(WARM, 4);
    if (Math.abs(x + y * 0.82 - 0.97) < 0.012 && y > 0.7) return DARK;
    return mix(pick(WARM, 0), pick(WARM, 1), clamp((x - y + 0.35) * 1.6));
  }
  if (contains(GLASS, x, y)) return mix(hex('#dfe8dc'), pick(COOL, 2), clamp((x - 1.04) * 5));
  if (contains(PAPER, x, y)) {
    const line = (y + x * 0.23) * 46;
    return line % 1 < 0.42 && Math.floor(x * 11 + line * 3) % 5 ? hex('#6d6658') : hex('#efe6cc');
  }
  if (contains(LABEL, x, y) && contains(BOTTLE, x, y)) return hex('#e9ddb8');
  if (contains(BOTTLE, x, y)) return mix(pick(COOL, 3), pick(COOL, 1), clamp((x - 0.13) * 5));
  if (contains(TABLE, x, y)) return mix(pick(WARM, 2), pick(WARM, 3), noise(x * 3, y * 26, 2));
  const panel = Math.floor(x * 3.2 + y * 0.7) + Math.floor(y * 2.2 - x * 0.5);
  return pick(WALL, panel);
}

/** Cuts a polygon by straight lines, mostly in four directions, until the pieces are small. */
function cut(polygon: Point[], small: number, random: Random): Point[][] {
  const [left, top] = [Math.min(...polygon.map((p) => p[0])), Math.min(...polygon.map((p) => p[1]))];
  const [w, h] = [Math.max(...polygon.map((p) => p[0])) - left, Math.max(...polygon.map((p) => p[1])) - top];
  if (Math.hypot(w, h) < small * (0.75 + 0.7 * random())) return [polygon];
  const turn = pick([0.32, 1.15, 1.95, 2.75], random() * 4) + (random() - 0.5) * 0.35 + (w > h * 1.6 ? 0 : 0.1);
  const [nx, ny] = [Math.cos(turn), Math.sin(turn)];
  const [mx, my] = middle(polygon);
  const at = mx * nx + my * ny + (random() - 0.5) * 0.3 * small;
  const halves: [Point[], Point[]] = [[], []];
  polygon.forEach((b, i) => {
    const a = polygon[(i || polygon.length) - 1] as Point;
    const [da, db] = [a[0] * nx + a[1] * ny - at, b[0] * nx + b[1] * ny - at];
    if (da > 0 !== db > 0) {
      const t = da / (da - db);
      for (const half of halves) half.push([lerp(a[0], b[0], t), lerp(a[1], b[1], t)]);
    }
    halves[db > 0 ? 0 : 1].push(b);
  });
  return halves.flatMap((half) => (half.length > 2 ? cut(half, small, random) : []));
}

function middle(polygon: readonly Point[]): Point {
  const sum = (k: 0 | 1) => polygon.reduce((total, p) => total + p[k], 0) / polygon.length;
  return [sum(0), sum(1)];
}

export const facets: Style = (width, height, seed) => {
  const random = randomFrom(seed);
  const canvas = new Canvas(width, height, DARK);
  const unit = height / 576;
  const frame = path('0,0 1,0 1,1 0,1').map(([x, y]): Point => [x * width, y * height]);
  const pieces = cut(frame, height * 0.27, random).map((polygon) => ({
    polygon,
    centre: middle(polygon),
    turn: (random() - 0.5) * 0.34,
    zoom: 0.85 + 0.3 * random(),
    shift: [(random() - 0.5) * 0.07, (random() - 0.5) * 0.07] as Point,
    shade: random() * 6.28,
    light: 0.8 + 0.5 * random(),
    tint: vary(pick(random() < 0.5 ? WARM : COOL, random() * 4), random, 0.2),
  }));
  for (const { polygon, centre, turn, zoom, shift, shade, light, tint } of pieces) {
    const size = Math.max(...polygon.map(([x, y]) => Math.hypot(x - centre[0], y - centre[1])));
    canvas.fill(polygon, (x, y) => {
      const [dx, dy] = [x - centre[0], y - centre[1]];
      const [c, s] = [Math.cos(turn) * zoom, Math.sin(turn) * zoom];
      const seen = scene(
        (centre[0] + dx * c - dy * s) / height + shift[0],
        (centre[1] + dx * s + dy * c) / height + shift[1],
      );
      const across = (dx * Math.cos(shade) + dy * Math.sin(shade)) / size;
      const lit = across < 0 ? scale(seen, 1 + across * 0.85) : mix(seen, hex('#f6ead0'), across * 0.7);
      return [mix(scale(lit, light), tint, 0.14 + 0.12 * across), 1];
    });
  }
  const under = new Canvas(width, height);
  under.pixels.set(canvas.pixels);
  for (const [x, y] of scatter(width, height, 6 * unit, random)) {
    const piece = pieces.find(({ polygon }) => contains(polygon, x, y));
    if (!piece) continue;
    const turn = piece.shade + (random() - 0.5) * 0.35 + 1.57;
    const colour = vary(under.get(x, y), random, 0.16, 0.03);
    const second = scale(colour, random() < 0.5 ? 0.8 : 1.15);
    canvas.stroke(dash(x, y, turn, 10 * unit), 3 * unit, {
      colour,
      second,
      bristle: 0.6,
      dry: 0.3,
      relief: 0.9,
      opacity: 0.8,
      seed: Math.floor(random() * 1e6),
    });
  }
  canvas.light(0.14);
  for (const { polygon } of pieces)
    polygon.forEach((b, i) => {
      const a = polygon[(i || polygon.length) - 1] as Point;
      contour([a, b], 0.5 + 1.5 * random());
    });
  for (const shape of [GUITAR, BOTTLE, GLASS, NECK, ...PEARS]) {
    const [ox, oy] = [(random() - 0.5) * 0.02, (random() - 0.5) * 0.02];
    const outline = [...shape, shape[0] as Point].map(([x, y]): Point => [(x + ox) * height, (y + oy) * height]);
    for (let i = 0; i + 4 < outline.length; i += 4) if (random() < 0.95) contour(outline.slice(i, i + 5), 2);
  }
  for (let k = 0; k < 5; k++)
    contour(
      xy(
        (1 + k * 0.009) * height,
        (0.08 + k * 0.01) * height,
        (0.44 + k * 0.014) * height,
        (0.74 + k * 0.012) * height,
      ),
      0.6,
    );
  return canvas;

  function contour(points: readonly Point[], radius: number): void {
    canvas.stroke(points, radius * unit, {
      colour: DARK,
      opacity: 0.85,
      bristle: 0.1,
      profile: (t) => 0.6 + 0.6 * Math.sin(t * 3),
      seed: Math.floor(random() * 1e6),
    });
  }
};
