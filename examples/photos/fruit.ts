/**
 * Fruit on a wooden table by a window. Paths of light are followed from the camera until they meet the window or the
 * wall's dim light (path tracing): shadows are soft and fruit colour each other as in a photograph.
 */
import { Canvas, type Style } from '../styles/canvas.js';
import { clamp, fbm, lerp, mix, noise, palette, type Rgb, ramp, randomFrom, smoothstep } from '../styles/tools.js';
import { add, cross, developed, dot, fresnel, mirror, times, toSphere, unit, type Vector } from './vectors.js';

const EYE: Vector = [-0.25, 2.3, -4.7];
const LOOK: Vector = [0.12, 0.5, 0];
/** Where the window is, and its light. */
const WINDOW: Vector = unit([-0.8, 0.62, -0.42]);
const WINDOW_WIDTH = 0.86;
const DAYLIGHT: Vector = [13, 12.2, 10.8];
const ROOM: Vector = [0.16, 0.17, 0.2];
const PATHS = 150;
const BOUNCES = 3;

type Skin = (at: Vector, normal: Vector) => { readonly colour: Rgb; readonly normal: Vector };

interface Ball {
  readonly centre: Vector;
  readonly radius: number;
  readonly skin: Skin;
  /** How much it mirrors straight on. */
  readonly gloss: number;
}

const ORANGE = palette('#d9640c #f08a12');
const LEMON = palette('#e8bd1a #f6dc3c');
const RED = palette('#8e1410 #c02a18 #d8742c');
const GREEN = palette('#7c9a1c #a8bf3a');
const GRAPE = palette('#1c0c22 #2c1230 #45203c');
const PLUM = palette('#1f1a3a #3a3158');
const WOOD = palette('#4a2813 #6f3f1e #8d5a2e');

export const fruit: Style = (width, height, seed) => {
  const random = randomFrom(seed);
  const canvas = new Canvas(width, height);
  const balls = arranged();
  const forward = unit(add(LOOK, EYE, -1));
  const right = unit(cross([0, 1, 0], forward));
  const up = cross(forward, right);
  canvas.shade((x, y) => {
    let light: Vector = [0, 0, 0];
    for (let k = 0; k < PATHS; k++) {
      const [u, v] = [(x + random() - width / 2) / width, (height / 2 - y - random()) / width];
      light = add(light, traced(EYE, unit(add(add(forward, right, u * 0.94), up, v * 0.94))), 1 / PATHS);
    }
    return developed(light, 0.62 * (1 - 0.5 * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2)));
  });
  return canvas;

  function arranged(): Ball[] {
    const list: Ball[] = [];
    const put = (x: number, z: number, radius: number, skin: Skin, gloss = 0.05, y = radius) =>
      list.push({ centre: [x, y, z], radius, skin, gloss });
    put(-0.78, 0.1, 0.56, citrus(ORANGE, 26));
    put(0.3, 0.62, 0.6, apple(RED));
    put(-0.2, -0.62, 0.42, citrus(LEMON, 20));
    put(1.22, 0.05, 0.54, citrus(ORANGE, 26));
    put(0.62, -0.72, 0.4, apple(GREEN));
    put(-1.68, 0.62, 0.52, apple(GREEN));
    put(-1.42, -0.5, 0.33, smooth(PLUM));
    put(1.98, -0.42, 0.31, smooth(PLUM));
    put(-0.22, 0.36, 0.5, apple(RED), 0.05, 1.18);
    // A bunch of grapes that lies over the front.
    for (let k = 0; k < 34; k++) {
      const t = k / 34;
      const [a, r] = [k * 2.4, 0.3 * (1 - t * 0.7)];
      const x = 1.15 + t * 0.95 + 0.12 * Math.cos(a);
      const z = -1.25 + r * Math.sin(a);
      const layer = k % 3 === 0 && t < 0.6 ? 0.3 : 0.15;
      put(x, z, 0.145 + 0.02 * random(), smooth(GRAPE), 0.06, layer);
    }
    return list;
  }

  /** Pores in the peel. */
  function citrus(colours: readonly Rgb[], pores: number): Skin {
    return (at, normal) => {
      const bump = (s: number) =>
        noise(at[0] * pores + s, at[1] * pores, seed) + noise(at[2] * pores, at[1] * pores + s, 3) - 1;
      return {
        colour: ramp(colours, fbm(at[0] * 3 + at[2] * 2, at[1] * 3, 3, seed + 4)),
        normal: unit(add(normal, [bump(0), bump(9), bump(17)], 0.16)),
      };
    };
  }

  /** Streaks from top to bottom, and a hollow with a stalk's shadow. */
  function apple(colours: readonly Rgb[]): Skin {
    return (at, normal) => {
      const turn = Math.atan2(normal[0], normal[2]);
      const streak =
        0.5 * fbm(turn * 5 + 9, normal[1] * 1.2, 4, seed + 6) + 0.6 * fbm(at[0] * 1.6, at[2] * 1.6, 3, seed + 7);
      const speck = smoothstep(0.8, 0.86, noise(turn * 22, normal[1] * 26, 8)) * 0.3;
      const hollow = smoothstep(0.93, 0.995, normal[1]);
      const skin = mix(mix(ramp(colours, streak), [0.9, 0.8, 0.5], speck), [0.22, 0.14, 0.05], hollow * 0.8);
      return { colour: skin, normal };
    };
  }

  /** With bloom: a dust of wax. */
  function smooth(colours: readonly Rgb[]): Skin {
    return (at, normal) => {
      const bloom = smoothstep(0.45, 0.75, fbm(at[0] * 4, at[1] * 4 + at[2] * 3, 3, seed + 12));
      return { colour: mix(ramp(colours, fbm(at[0] * 2, at[2] * 2, 2, 13)), [0.5, 0.52, 0.66], bloom * 0.25), normal };
    };
  }

  function table([x, , z]: Vector): Rgb {
    const board = Math.floor((z + 20) / 1.15);
    const gap = Math.abs(((z + 20) / 1.15) % 1);
    const grain = fbm(x * 0.55 + board * 7.7, z * 9, 5, seed + 20 + board);
    const ring = 0.5 + 0.5 * Math.sin((fbm(x * 0.25 + board * 3, z * 2.2, 3, board) * 9 + z * 1.5) * 6);
    const colour = ramp(WOOD, clamp(grain * 0.9 + ring * 0.18));
    return mix(colour, [0.07, 0.035, 0.015], smoothstep(0.985, 0.995, gap));
  }

  function wall([x, y]: Vector): Rgb {
    const plaster = fbm(x * 2.2, y * 2.2, 5, seed + 30);
    return mix([0.3, 0.42, 0.44], [0.44, 0.55, 0.54], plaster);
  }

  /** The light that comes along a ray, by one path. */
  function traced(from: Vector, ray: Vector): Vector {
    let [at, way, share, light]: Vector[] = [from, ray, [1, 1, 1], [0, 0, 0]] as [Vector, Vector, Vector, Vector];
    for (let bounce = 0; bounce <= BOUNCES; bounce++) {
      const hit = met(at as Vector, way as Vector);
      if (!hit) return add(light as Vector, times(share as Vector, outside(way as Vector)));
      const facing = clamp(-dot(way as Vector, hit.normal));
      if (hit.gloss > 0 && random() < fresnel(facing, hit.gloss)) {
        way = unit(add(mirror(way as Vector, hit.normal), ball(), hit.rough));
      } else {
        // The window is looked for from everywhere: paths would find it too seldom.
        share = times(share as Vector, times(hit.colour, hit.colour));
        const to = unit(add(WINDOW, ball(), WINDOW_WIDTH * 0.42));
        const sun = dot(to, hit.normal);
        if (sun > 0 && !met(hit.at, to)) light = add(light as Vector, times(share, DAYLIGHT), sun * 0.2);
        way = unit(add(hit.normal, unit(ball()), 0.999));
      }
      at = hit.at;
      if (bounce === BOUNCES) break;
    }
    return add(light as Vector, times(share as Vector, ROOM));
  }

  function outside(ray: Vector): Vector {
    const [x, y, z] = add(ray, WINDOW, -1);
    const pane = Math.max(Math.abs(x), Math.abs(y), Math.abs(z));
    // Mirrored in glossy skins: four panes.
    const bars = Math.abs(y) < 0.03 || Math.abs(z) < 0.03;
    return pane < WINDOW_WIDTH * 0.5 && !bars ? add([0, 0, 0], DAYLIGHT, 0.3) : ROOM;
  }

  function met(from: Vector, ray: Vector) {
    let nearest = Number.POSITIVE_INFINITY;
    let found: Ball | undefined;
    for (const other of balls) {
      const away = toSphere(from, ray, other.centre, other.radius);
      if (away < nearest) [nearest, found] = [away, other];
    }
    const down = ray[1] < -1e-6 ? -from[1] / ray[1] : Number.POSITIVE_INFINITY;
    const back = ray[2] > 1e-6 ? (3.6 - from[2]) / ray[2] : Number.POSITIVE_INFINITY;
    if (found && nearest < down && nearest < back) {
      const at = add(from, ray, nearest);
      const normal = unit(add(at, found.centre, -1));
      const skin = found.skin(add(at, found.centre, -1), normal);
      return { at: add(at, normal, 1e-4), ...skin, gloss: found.gloss, rough: 0.06 };
    }
    if (down > 1e-4 && down < back) {
      const at = add(from, ray, down);
      return {
        at: [at[0], 1e-4, at[2]] as Vector,
        normal: [0, 1, 0] as Vector,
        colour: table(at),
        gloss: 0.035,
        rough: 0.12,
      };
    }
    if (back < Number.POSITIVE_INFINITY && back > 1e-4) {
      const at = add(from, ray, back);
      if (at[1] < lerp(6, 7, 0.5))
        return { at: add(at, [0, 0, -1e-4]), normal: [0, 0, -1] as Vector, colour: wall(at), gloss: 0, rough: 0 };
    }
    return undefined;
  }

  /** A point in the unit ball. */
  function ball(): Vector {
    for (;;) {
      const point: Vector = [random() * 2 - 1, random() * 2 - 1, random() * 2 - 1];
      if (dot(point, point) < 1) return point;
    }
  }
};
