/**
 * A mountain lake on a clear morning, with hot-air balloons above it. The land is a height map that rays are marched
 * into; woods are cones on it; the lake mirrors what is above it; air dims and blues what is far away.
 */
import { Canvas, type Style } from '../styles/canvas.js';
import {
  clamp,
  fbm,
  lerp,
  mix,
  noise,
  palette,
  pick,
  type Rgb,
  ramp,
  randomFrom,
  smoothstep,
} from '../styles/tools.js';
import { add, developed, dot, fresnel, mirror, times, toSphere, unit, type Vector } from './vectors.js';

const EYE: Vector = [0, 0.34, -0.6];
const SUN = unit([-0.62, 0.42, -0.3]);
const SUNLIGHT: Vector = [3.4, 2.75, 1.95];
const SKYLIGHT: Vector = [0.42, 0.56, 0.85];
const FAR = 26;

const LEAVES: readonly Rgb[] = palette('#12240f #1c3312 #2d4416 #6b5a14 #a8631a #7d2f14');
const ROCK: readonly Rgb[] = palette('#3a3733 #5a544c #77706a');
const GRASS: readonly Rgb[] = palette('#3b4a17 #66702a #8a7f33');

interface Balloon {
  readonly centre: Vector;
  readonly radius: number;
  readonly colours: readonly Rgb[];
}

const BALLOONS: readonly Balloon[] = [
  { centre: [-0.66, 0.94, 2.5], radius: 0.3, colours: palette('#c81e1e #f2b705 #c81e1e #f6efe0') },
  { centre: [1.0, 1.36, 4.4], radius: 0.33, colours: palette('#1450a0 #f6efe0 #e0761a #f6efe0') },
  { centre: [0.42, 0.92, 5.6], radius: 0.3, colours: palette('#1c8a4a #f2d21b') },
];

export const lake: Style = (width, height, seed) => {
  const canvas = new Canvas(width, height);
  const random = randomFrom(seed);
  const SAMPLES = 3;
  canvas.shade((x, y) => {
    let light: Vector = [0, 0, 0];
    for (let k = 0; k < SAMPLES; k++) {
      const [u, v] = [(x + random() - width / 2) / width, (height * 0.46 - y - random()) / width];
      light = add(light, seen(EYE, unit([u * 1.15, v * 1.15 + 0.02, 1])), 1 / SAMPLES);
    }
    const edge = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 0.55;
    const grain = (random() - 0.5) * 0.02;
    const [r, g, b] = developed(light, 0.5 * (1 - edge));
    return [clamp(r + grain), clamp(g + grain), clamp(b + grain)];
  });
  return canvas;

  /** The light that comes along a ray. */
  function seen(from: Vector, ray: Vector): Vector {
    const land = toLand(from, ray, true);
    const water = ray[1] < 0 ? -from[1] / ray[1] : Number.POSITIVE_INFINITY;
    const [balloon, away] = toBalloon(from, ray);
    const nearest = Math.min(land, water, away);
    if (nearest > FAR) return sky(ray);
    const at = add(from, ray, nearest);
    if (balloon && nearest === away) return hazy(balloonLight(balloon, at), nearest, ray);
    if (nearest === land) return hazy(landLight(at), land, ray);
    return hazy(waterLight(at, ray), water, ray);
  }

  function sky(ray: Vector): Vector {
    const up = clamp(ray[1]);
    const glow = clamp(dot(ray, SUN)) ** 6;
    const clear = mix([0.95, 1.05, 1.2], [0.16, 0.38, 0.92], smoothstep(0, 0.55, up));
    const [cx, cz] = [ray[0] / (up + 0.12), ray[2] / (up + 0.12)];
    const cover = smoothstep(0.47, 0.72, fbm(cx * 0.8 + 3, cz * 1.6, 6, seed + 40)) * smoothstep(0.015, 0.2, up);
    const shade = fbm(cx * 0.8 + 2.8, cz * 1.6 + 0.15, 4, seed + 40);
    return add(mix(clear, mix([2.1, 2, 1.95], [1.05, 1.1, 1.25], shade), cover), [1, 0.7, 0.35], glow * 0.6);
  }

  /** Light that a length of air dims, and the air's own. */
  function hazy(light: Vector, distance: number, ray: Vector): Vector {
    const through = Math.exp(-0.034 * distance);
    const air: Vector = [0.5, 0.72, 1.12];
    return add(add([0, 0, 0], light, through), add(air, [0.5, 0.3, 0.1], clamp(dot(ray, SUN))), 1 - through);
  }

  /** Height of the ground: shores to both sides, foothills, and peaks behind. */
  function ground(x: number, z: number, octaves: number): number {
    const side = Math.abs(x + 0.35 * Math.sin(z * 0.8)) - 0.85 - 0.12 * z * (1 - z * 0.02);
    const shore = smoothstep(-0.25, 1.6, side) * 0.85 + smoothstep(6.2, 9.5, z) * 0.7;
    const peaks = smoothstep(7, 15, z + Math.abs(x) * 0.35) * 4.4;
    const ridge = 1 - Math.abs(2 * fbm(x * 0.33 + 7.3, z * 0.33, octaves, seed + 5) - 1);
    const rough = fbm(x * 0.9, z * 0.9, octaves, seed + 9);
    return -0.1 + shore * (0.35 + 0.9 * rough) + peaks * ridge * ridge * (0.55 + 0.5 * rough);
  }

  /** A wood's cones over the ground; none on steep rock, on meadows by the shore and near the snow. */
  function wood(x: number, z: number, base: number): number {
    if (base < 0.02 || base > 1.5) return 0;
    const grove = smoothstep(0.42, 0.56, fbm(x * 1.3, z * 1.3, 3, seed + 21));
    if (grove <= 0) return 0;
    const cell = 0.075;
    let top = 0;
    const [cx, cz] = [Math.floor(x / cell), Math.floor(z / cell)];
    for (let i = -1; i <= 1; i++)
      for (let j = -1; j <= 1; j++) {
        const tall = noise((cx + i) * 7.7, (cz + j) * 5.3, seed + 22);
        const px = (cx + i + 0.2 + 0.6 * noise((cx + i) * 3.1, (cz + j) * 9.7, 23)) * cell;
        const pz = (cz + j + 0.2 + 0.6 * noise((cx + i) * 6.1, (cz + j) * 2.7, 24)) * cell;
        const away = Math.hypot(x - px, z - pz) / (0.028 + 0.016 * tall);
        if (away < 1) top = Math.max(top, (1 - away) * (0.1 + 0.14 * tall));
      }
    return top * grove;
  }

  function surface(x: number, z: number, fine: boolean): number {
    const base = ground(x, z, fine ? 7 : 4);
    return base + wood(x, z, base);
  }

  function toLand(from: Vector, ray: Vector, fine: boolean): number {
    let before = 0;
    for (let t = 0.05, n = 0; t < FAR && n < 260; n++) {
      const [x, y, z] = add(from, ray, t);
      if (y > 4.4 && ray[1] > 0) break;
      const above = y - surface(x, z, fine);
      if (above < 0.0008 * t) {
        // Halved to where it meets the ground.
        let [low, high] = [before, t];
        for (let k = 0; k < 6; k++) {
          const middle = (low + high) / 2;
          const [mx, my, mz] = add(from, ray, middle);
          if (my < surface(mx, mz, fine)) high = middle;
          else low = middle;
        }
        return high;
      }
      before = t;
      t += Math.max(0.006 + 0.003 * t, above * 0.3);
    }
    return Number.POSITIVE_INFINITY;
  }

  function landLight(at: Vector): Vector {
    const [x, y, z] = at;
    const base = ground(x, z, 7);
    const tree = y - base;
    const e = 0.004 + 0.0012 * z;
    const slope = (dx: number, dz: number) => surface(x + dx, z + dz, true) - surface(x - dx, z - dz, true);
    const normal = unit([-slope(e, 0), 2 * e, -slope(0, e)]);
    const patch = fbm(x * 5, z * 5, 4, seed + 31);
    let colour = mix(
      ramp(GRASS, patch * 1.3 - 0.1),
      ramp(ROCK, patch),
      smoothstep(0.82, 0.62, normal[1]) * smoothstep(0.25, 0.7, base),
    );
    colour = mix(colour, ramp(ROCK, patch), smoothstep(1.1, 1.7, base));
    const snow = smoothstep(1.65, 2.15, base + 0.5 * patch) * smoothstep(0.5, 0.72, normal[1] + 0.15 * patch);
    colour = mix(colour, [0.92, 0.95, 1], snow);
    if (tree > 0.012) {
      const kind = noise(Math.floor(x / 0.075) * 1.7, Math.floor(z / 0.075) * 2.9, seed + 33);
      const autumn = smoothstep(0.5, 0.68, fbm(x * 0.9, z * 0.9, 2, seed + 34) + 0.25 * (kind - 0.5));
      colour = ramp(LEAVES, lerp(kind * 0.42, 0.5 + kind * 0.5, autumn));
    }
    colour = mix(colour, [0.3, 0.27, 0.22], smoothstep(0.025, 0.005, y));
    const sun = clamp(dot(normal, SUN)) * shadow(at);
    const lit = add(add([0, 0, 0], SUNLIGHT, sun), SKYLIGHT, 0.35 + 0.4 * normal[1] + (tree > 0.012 ? tree : 0.05));
    return times(times(colour, colour), add(lit, [0.1, 0.09, 0.06]));
  }

  function shadow(at: Vector): number {
    let open = 1;
    for (let t = 0.03, n = 0; t < 3 && n < 40; n++) {
      const [x, y, z] = add(at, SUN, t);
      const above = y - surface(x, z, false);
      open = Math.min(open, 0.5 + (above / t) * 14);
      if (open <= 0) return 0;
      t += Math.max(0.02, above * 0.5);
    }
    return clamp(open);
  }

  function waterLight(at: Vector, ray: Vector): Vector {
    const [x, , z] = at;
    const calm = 0.003 + 0.012 * smoothstep(0.45, 0.7, fbm(x * 0.9, z * 0.35, 3, seed + 51));
    const wave = (s: number) => fbm(x * 16, z * (5 + 30 / (1 + z)), 3, seed + s) - 0.5;
    const normal = unit([wave(52) * calm * 4, 1, wave(53) * calm * 8]);
    const mirrored = mirror(ray, normal);
    const up = unit([mirrored[0], Math.max(0.003, mirrored[1]), mirrored[2]]);
    const deep: Vector = add([0.012, 0.06, 0.075], [0.05, 0.09, 0.06], smoothstep(-0.12, 0.02, ground(x, z, 4)));
    const share = fresnel(-dot(ray, normal), 0.04);
    return add(add([0, 0, 0], deep, 1 - share), above(add(at, [0, 0.002, 0]), up), 0.15 + 0.85 * share);
  }

  /** What the lake mirrors; its own far shore is coarse. */
  function above(from: Vector, ray: Vector): Vector {
    const land = toLand(from, ray, false);
    const [balloon, away] = toBalloon(from, ray);
    if (balloon && away < land) return hazy(balloonLight(balloon, add(from, ray, away)), away, ray);
    return land < FAR ? hazy(landLight(add(from, ray, land)), land, ray) : sky(ray);
  }

  function toBalloon(from: Vector, ray: Vector): readonly [Balloon | undefined, number] {
    let found: Balloon | undefined;
    let nearest = Number.POSITIVE_INFINITY;
    for (const balloon of BALLOONS) {
      const basket = toSphere(from, ray, add(balloon.centre, [0, -balloon.radius * 1.62, 0]), balloon.radius * 0.15);
      const away = Math.min(toEnvelope(from, ray, balloon), basket);
      if (away < nearest) [found, nearest] = [balloon, away];
    }
    return [found, nearest];
  }

  /** A sphere that narrows below its middle. */
  function toEnvelope(from: Vector, ray: Vector, { centre, radius }: Balloon): number {
    const start = toSphere(from, ray, add(centre, [0, -radius * 0.2, 0]), radius * 1.25);
    if (start === Number.POSITIVE_INFINITY) return start;
    for (let t = start, n = 0; n < 160; n++, t += radius * 0.016) {
      const [x, y, z] = add(add(from, ray, t), centre, -1);
      const down = y / radius;
      const wide = down > 0 ? Math.sqrt(Math.max(0, 1 - down * down)) : Math.cos(clamp(-down / 1.42) * 1.38);
      if (down < 1 && down > -1.38 && Math.hypot(x, z) < wide * radius) return t;
    }
    return Number.POSITIVE_INFINITY;
  }

  function balloonLight({ centre, radius, colours }: Balloon, at: Vector): Vector {
    const away = add(at, centre, -1);
    const turn = Math.atan2(away[0], away[2]) / (2 * Math.PI);
    const basket = away[1] < -1.38 * radius;
    const gore = (((turn * 16) % 1) + 1) % 1;
    const colour = basket ? ([0.35, 0.2, 0.1] as Rgb) : pick(colours, Math.floor(turn * 16 + 64));
    const normal = unit([away[0], away[1] < 0 ? away[1] + radius * 0.35 : away[1], away[2]]);
    const sun = clamp(dot(normal, SUN) * 0.85 + 0.15);
    const lit = add(add([0, 0, 0], SUNLIGHT, sun), SKYLIGHT, 0.55 + 0.4 * normal[1]);
    const bulge = basket ? 1 : 0.8 + 0.2 * Math.sin(gore * Math.PI);
    return add([0, 0, 0], times(times(colour, colour), lit), bulge);
  }
};
