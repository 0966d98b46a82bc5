/** Points and directions in space, and colours of light, which may be brighter than 1. */
import { clamp, type Rgb } from '../styles/tools.js';

export type Vector = readonly [number, number, number];

export const add = (a: Vector, b: Vector, by = 1): Vector => [a[0] + b[0] * by, a[1] + b[1] * by, a[2] + b[2] * by];
export const times = (a: Vector, b: Vector): Vector => [a[0] * b[0], a[1] * b[1], a[2] * b[2]];
export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const unit = (a: Vector): Vector => add([0, 0, 0], a, 1 / Math.sqrt(dot(a, a)));
export const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const mirror = (ray: Vector, normal: Vector): Vector => add(ray, normal, -2 * dot(ray, normal));

/** How much of the light a smooth surface mirrors (Schlick). */
export const fresnel = (cosine: number, straight: number): number =>
  straight + (1 - straight) * (1 - clamp(cosine)) ** 5;

/** Distance along the ray to a sphere, infinite where it misses. */
export function toSphere(from: Vector, ray: Vector, centre: Vector, radius: number): number {
  const away = add(from, centre, -1);
  const b = dot(away, ray);
  const inside = b * b - dot(away, away) + radius * radius;
  if (inside < 0) return Number.POSITIVE_INFINITY;
  const near = -b - Math.sqrt(inside);
  return near > 1e-4 ? near : Number.POSITIVE_INFINITY;
}

/** Light as film shows it: highlights roll off (Narkowicz' fit of ACES), and the screen's curve. */
export function developed(light: Vector, exposure: number): Rgb {
  const film = (v: number) => {
    const x = v * exposure;
    return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)) ** (1 / 2.2);
  };
  return [film(light[0]), film(light[1]), film(light[2])];
}
