/**
 * A float RGB canvas with a relief layer: brush strokes, polygons and per-pixel shading, all anti-aliased.
 * Strokes and polygons are drawn from distances (to the stroke's spine, to the outline), so a brush knows how far
 * across and along the stroke each pixel lies: that is where bristles, dry tails and wet edges come from.
 */
import { clamp, mix, noise, type Point, type Rgb, smoothstep } from './tools.js';

export type Style = (width: number, height: number, seed: number) => Canvas;

export interface Brush {
  colour: Rgb;
  /** Colour of every other bristle. */
  second?: Rgb;
  opacity?: number;
  /** Contrast of the streaks left by single bristles, 0 to 1. */
  bristle?: number;
  /** How much paint is missing at the end of the stroke, 0 to 1. */
  dry?: number;
  /** Thickness of the paint. */
  relief?: number;
  /** Width along the stroke, as a share of the radius (t from 0 to 1). */
  profile?: (t: number) => number;
  /** What the ground lets through at a pixel, 0 to 1: paper tooth. */
  tooth?: (x: number, y: number) => number;
  seed?: number;
}

export class Canvas {
  readonly pixels: Float32Array;
  readonly relief: Float32Array;
  /** For the stroke being drawn: signed distance from its spine and way along it, pixel by pixel. */
  private readonly near: Float32Array;
  private readonly along: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
    ground: Rgb = [1, 1, 1],
  ) {
    this.pixels = new Float32Array(width * height * 3);
    this.relief = new Float32Array(width * height);
    this.near = new Float32Array(width * height);
    this.along = new Float32Array(width * height);
    this.shade(() => ground);
  }

  get(x: number, y: number): Rgb {
    const i = (clamp(Math.floor(y), 0, this.height - 1) * this.width + clamp(Math.floor(x), 0, this.width - 1)) * 3;
    return [this.pixels[i] as number, this.pixels[i + 1] as number, this.pixels[i + 2] as number];
  }

  blend(x: number, y: number, colour: Rgb, alpha: number): void {
    const i = (y * this.width + x) * 3;
    for (let k = 0; k < 3; k++) {
      const was = this.pixels[i + k] as number;
      this.pixels[i + k] = was + ((colour[k] as number) - was) * alpha;
    }
  }

  /** Every pixel anew from its place and its colour so far. */
  shade(paint: (x: number, y: number, was: Rgb) => Rgb): void {
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++) this.pixels.set(paint(x, y, this.get(x, y)), (y * this.width + x) * 3);
  }

  /** Pulls a brush along the points. */
  stroke(points: readonly Point[], radius: number, brush: Brush): void {
    const { colour, second = colour, opacity = 1, bristle = 0, dry = 0, relief = 0, seed = 0 } = brush;
    const [x0, y0, w, h] = this.box(points, radius + 1);
    if (w <= 0 || h <= 0) return;
    const near = this.near;
    const along = this.along;
    near.fill(Infinity, 0, w * h);
    let length = 0;
    for (let i = 1; i < points.length; i++) {
      const a = points[i - 1] as Point;
      const b = points[i] as Point;
      const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
      const size = Math.hypot(dx, dy) || 1e-6;
      const [bx, by, bw, bh] = this.box([a, b], radius + 1);
      for (let y = by; y < by + bh; y++)
        for (let x = bx; x < bx + bw; x++) {
          const [px, py] = [x + 0.5 - a[0], y + 0.5 - a[1]];
          const t = clamp((px * dx + py * dy) / (size * size));
          const distance = Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
          const j = (y - y0) * w + x - x0;
          if (distance >= Math.abs(near[j] as number)) continue;
          near[j] = px * dy > py * dx ? distance : -distance;
          along[j] = length + t * size;
        }
      length += size;
    }
    for (let j = 0; j < w * h; j++) {
      const distance = near[j] as number;
      if (distance === Infinity) continue;
      const t = Math.min(1, (along[j] as number) / length);
      const r = radius * (brush.profile?.(t) ?? 1);
      const edge = clamp(r + 0.5 - Math.abs(distance)) * clamp(r * 2);
      if (edge <= 0) continue;
      const across = distance / r;
      const hair = bristle || dry ? noise(across * 4.5 + 31, t * 1.7 + seed * 7.3, seed) : 0.5;
      const wet = dry ? smoothstep(0, 0.35, hair + 0.35 - dry * t * 1.3) : 1;
      const x = x0 + (j % w);
      const y = y0 + Math.floor(j / w);
      const alpha = edge * opacity * wet * (brush.tooth?.(x, y) ?? 1);
      this.blend(x, y, bristle ? mix(colour, second, clamp(0.5 + (hair - 0.5) * 3 * bristle)) : colour, alpha);
      if (relief) {
        const i = y * this.width + x;
        const thick = relief * (Math.sqrt(Math.max(0, 1 - across * across)) * 0.6 + hair * 1.2);
        this.relief[i] = (this.relief[i] as number) * (1 - alpha) + thick * alpha;
      }
    }
  }

  /** Sets the brush down once. */
  dot(x: number, y: number, radius: number, brush: Brush): void {
    this.stroke(
      [
        [x, y],
        [x + 0.1, y],
      ],
      radius,
      brush,
    );
  }

  /** Fills a polygon, flat, with a colour or with a colour and opacity for each pixel. */
  fill(polygon: readonly Point[], paint: Rgb | ((x: number, y: number) => readonly [Rgb, number])): void {
    const [x0, y0, w, h] = this.box(polygon, 0);
    const fine = 4;
    for (let y = y0; y < y0 + h; y++) {
      const cover = new Float32Array(w);
      for (let line = 0; line < fine; line++) {
        const at = y + (line + 0.5) / fine;
        const crossings: number[] = [];
        polygon.forEach(([bx, by], i) => {
          const [ax, ay] = polygon[(i || polygon.length) - 1] as Point;
          if (ay > at !== by > at) crossings.push(ax + ((bx - ax) * (at - ay)) / (by - ay) - x0);
        });
        crossings.sort((a, b) => a - b);
        for (let c = 0; c + 1 < crossings.length; c += 2) {
          const from = clamp(crossings[c] as number, 0, w);
          const to = clamp(crossings[c + 1] as number, 0, w);
          for (let x = Math.floor(from); x < to; x++)
            cover[x] = (cover[x] as number) + (Math.min(to, x + 1) - Math.max(from, x)) / fine;
        }
      }
      for (const [x, part] of cover.entries()) {
        if (part === 0) continue;
        const [colour, alpha] = typeof paint === 'function' ? paint(x0 + x, y) : [paint, 1];
        this.blend(x0 + x, y, colour, alpha * part);
        this.relief[y * this.width + x0 + x] = (this.relief[y * this.width + x0 + x] as number) * (1 - alpha * part);
      }
    }
  }

  /** Lights the relief from the upper left: bright on slopes that face the light, dark on the others. */
  light(strength: number, shine = 0): void {
    const at = (x: number, y: number) =>
      this.relief[clamp(y, 0, this.height - 1) * this.width + clamp(x, 0, this.width - 1)] as number;
    this.shade((x, y, [r, g, b]) => {
      const slope = at(x + 1, y) - at(x - 1, y) + (at(x, y + 1) - at(x, y - 1)) * 1.2;
      const lit = clamp(1 + slope * strength, 0.55, 1.5);
      const gloss = smoothstep(0.25, 1.2, slope) * shine;
      return [r * lit + gloss, g * lit + gloss, b * lit + gloss];
    });
  }

  /** The same picture at half the size, four pixels averaged. */
  halve(): Canvas {
    const small = new Canvas(this.width >> 1, this.height >> 1);
    const part = (x: number, y: number, k: number) => this.pixels[(y * this.width + x) * 3 + k] as number;
    for (let y = 0, i = 0; y < small.height; y++)
      for (let x = 0; x < small.width; x++)
        for (let k = 0; k < 3; k++, i++) {
          const top = part(2 * x, 2 * y, k) + part(2 * x + 1, 2 * y, k);
          small.pixels[i] = (top + part(2 * x, 2 * y + 1, k) + part(2 * x + 1, 2 * y + 1, k)) / 4;
        }
    return small;
  }

  /** 8-bit RGB. */
  bytes(): Uint8Array {
    return new Uint8Array(this.pixels.map((v) => Math.round(clamp(v) * 255)));
  }

  /** The pixels around the points, cut to the canvas: left, top, width, height. */
  private box(points: readonly Point[], margin: number): [number, number, number, number] {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of points) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    const x = Math.max(0, Math.floor(left - margin));
    const y = Math.max(0, Math.floor(top - margin));
    return [
      x,
      y,
      Math.min(this.width, Math.ceil(right + margin)) - x,
      Math.min(this.height, Math.ceil(bottom + margin)) - y,
    ];
  }
}
