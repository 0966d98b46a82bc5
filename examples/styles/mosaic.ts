/**
 * A mosaic of two fish circling in a whirl of water. Square tesserae are turned along the contours of the scene
 * (a relaxed Voronoi diagram in a turned maximum metric), cut where two figures meet, and set in pale grout;
 * each stone has a bevel, a grain and a tilt of its own.
 */
import { Canvas, type Style } from './canvas.js';
import { type Site, seams, settle } from './cells.js';
import {
  clamp,
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

const SEA = palette('#0d3b5c #14617f #1f8a94 #5cb8ac #b9ddc4 #f0ead0');
const FIRE = palette('#7a1f1f #b8352a #e0632f #f0a03f #f7d98a');
const OCHRE = palette('#4a2a1a #8a5524 #c98a2c #e9bf55 #f8ecc0');
const BORDER = palette('#7a1f1f #ead9b0 #233a4f #c98a2c');

interface Look {
  group: number;
  colour: Rgb;
  /** A height map whose contours the stones follow. */
  level: number;
}

/** What lies at a place; x from -wide to wide, y from -1 to 1. */
function look(x: number, y: number, wide: number, seed: number): Look {
  const rim = Math.min(wide - Math.abs(x), 1 - Math.abs(y));
  if (rim < 0.14) {
    const across = Math.abs(wide - Math.abs(x) < 1 - Math.abs(y) ? y : x);
    const wave = rim < 0.045 ? 0 : rim > 0.105 ? 3 : Math.floor(across * 8) % 2 ? 1 : 2;
    return { group: 10 + (wave === 0 ? 0 : wave === 3 ? 3 : 1), colour: pick(BORDER, wave), level: rim * 3 };
  }
  for (const [i, sign] of [-1, 1].entries()) {
    const found = fish(x * sign, y * sign, i === 0 ? FIRE : OCHRE);
    if (found) return { ...found, group: found.group + i * 4 };
  }
  const ring = Math.hypot(x * 0.82, y);
  const swirl = ring * 2.3 - Math.atan2(y, x * 0.82) / Math.PI + 0.16 * Math.sin(ring * 9 + 4 * Math.atan2(y, x));
  const foam = 0.5 + 0.5 * Math.sin(swirl * Math.PI * 2);
  const tone = 0.08 + 0.85 * foam ** 2.2 + 0.5 * (fbm(x * 4, y * 4, 2, seed) - 0.5);
  return { group: 0, colour: ramp(SEA, tone), level: swirl * 0.45 };
}

/** A fish bent round the middle of the picture, seen in polar coordinates: head to the left at the top. */
function fish(x: number, y: number, colours: readonly Rgb[]): Look | undefined {
  const turn = Math.atan2(-y, x * 0.8);
  const along = (2.72 - turn) / 2.3;
  const across = (Math.hypot(x * 0.8, y) - 0.57) / 0.215;
  if (along < -0.02 || along > 1.25) return undefined;
  const body = 0.95 * Math.sin(Math.PI * clamp(along * 0.93 + 0.02) ** 0.72) ** 0.85;
  const tail = smoothstep(0.88, 1.2, along) * 1.05;
  const notch = along > 1.2 - 0.14 * (1 - Math.abs(across) / 1.05);
  if (Math.hypot((along - 0.12) * 5, across - 0.2) < 0.1) return { group: 3, colour: hex('#10161c'), level: along };
  if (Math.hypot((along - 0.12) * 5, across - 0.2) < 0.2) return { group: 4, colour: hex('#fbf3dc'), level: along };
  if (Math.abs(across) < body && along < 0.97) {
    const gill = smoothstep(0.03, 0, Math.abs(along - 0.27 - 0.05 * (1 - across * across)));
    const scales = Math.sin(along * 52 + 2.2 * Math.cos(across * 9)) * (along > 0.3 ? 0.16 : 0);
    const colour = ramp(colours, 0.86 - 0.55 * smoothstep(-0.6, 0.8, across) + scales);
    return { group: along > 0.28 ? 1 : 5, colour: mix(colour, pick(colours, 0), gill * 0.85), level: across * 0.25 };
  }
  if (along > 0.88 && Math.abs(across) < tail && !notch)
    return { group: 2, colour: ramp(colours, 0.25 + 0.6 * Math.abs(Math.sin(across * 9))), level: across * 0.4 };
  const fin = 0.6 * Math.sin(Math.PI * clamp((along - 0.3) / 0.42)) ** 0.7 * (across > 0 ? 1 : 0.62);
  if (along > 0.3 && along < 0.72 && Math.abs(across) < body + fin * 0.62)
    return { group: 2, colour: ramp(colours, 0.15 + 0.5 * Math.abs(Math.sin(along * 46 + across))), level: along };
  return undefined;
}

export const mosaic: Style = (outWidth, outHeight, seed) => {
  const [width, height] = [outWidth * 2, outHeight * 2];
  const random = randomFrom(seed);
  const unit = height / 576;
  const wide = width / height;
  const at = (x: number, y: number) => look((x / height - wide / 2) * 2, (y / height - 0.5) * 2, wide, seed);
  const angle = (x: number, y: number) => {
    const step = 3 * unit;
    return Math.atan2(at(x, y + step).level - at(x, y - step).level, at(x + step, y).level - at(x - step, y).level);
  };
  const sites: Site[] = scatter(width, height, 11.5 * unit, random)
    .filter(([x, y]) => x > 0 && y > 0 && x < width && y < height)
    .map(([x, y]) => ({ x, y, group: at(x, y).group, angle: 0 }));
  const labels = settle(width, height, sites, (x, y) => at(x, y).group, 5, angle);
  const toSeam = seams(labels, width, height);
  const stones = sites.map((site) => {
    const base = at(site.x, site.y).colour;
    return {
      ...site,
      colour: vary(base, random, 0.24, 0.045),
      tiltX: random() - 0.5,
      tiltY: random() - 0.5,
      gold: random() < 0.025,
    };
  });

  const canvas = new Canvas(width, height);
  canvas.shade((x, y) => {
    const stone = stones[labels[y * width + x] as number];
    const [dx, dy] = toSeam(x, y);
    const near = Math.hypot(dx, dy) / unit + 0.7 * (noise(x / (3 * unit), y / (3 * unit), 5) - 0.5);
    const grit = fbm(x / (3 * unit), y / (3 * unit), 2, seed);
    const grout = scale(hex('#b9ad95'), 0.6 + 0.45 * grit);
    if (!stone) return grout;
    const tilt = ((x - stone.x) * stone.tiltX + (y - stone.y) * stone.tiltY) / (9 * unit);
    const facing = -(dx + dy) / (Math.hypot(dx, dy) + 0.01);
    const bevel = -0.22 * facing * smoothstep(4, 1.5, near);
    const vein = 0.24 * (fbm(x / (7 * unit), y / (4 * unit), 3, stone.group + Math.floor(stone.x)) - 0.5);
    const base = stone.gold ? mix(stone.colour, hex('#f3cf6b'), 0.6) : stone.colour;
    const lit = scale(base, lerp(1, 1.12, tilt) + bevel + vein);
    return mix(mix(grout, scale(grout, 0.62), smoothstep(0.4, 1.1, near)), lit, smoothstep(0.95, 1.5, near));
  });
  return canvas.halve();
};
