/** Strokes of a brush on the photo, and the soft mask for each style that they make. */

/** One stroke; lengths are shares of the photo's long side, so that it holds for every size. */
export interface Stroke {
  /** Index of the style that goes here; the photo, to be kept here; undefined takes earlier strokes away. */
  readonly style: number | 'photo' | undefined;
  readonly radius: number;
  /** x and y, from the top left. */
  readonly points: readonly (readonly [number, number])[];
}

/** Styles that count, and strokes of these alone: one of another takes away what is under it, as an eraser does. */
export function inUse<T extends { readonly weight: number }>(
  styles: readonly T[],
  strokes: readonly Stroke[],
): { readonly styles: readonly T[]; readonly strokes: readonly Stroke[] } {
  const kept = styles.filter(({ weight }) => weight > 0);
  const places = styles.map((style) => kept.indexOf(style));
  return {
    styles: kept,
    strokes: strokes.map((stroke) => {
      if (typeof stroke.style !== 'number') return stroke;
      const place = places[stroke.style] as number;
      return { ...stroke, style: place < 0 ? undefined : place };
    }),
  };
}

/** Whether a style, or the photo, has strokes. Later ones may have taken them away again. */
export function isPainted(strokes: readonly Stroke[], style: Stroke['style']): boolean {
  return strokes.some((stroke) => stroke.style === style);
}

/** From this share of its radius on, a brush grows fainter. */
const HARD = 0.6;

/**
 * Masks [height, width] in 0..1, one per style and a last one for the photo; their sum is 1 at most. A stroke of one
 * takes the others away under it.
 */
export function masksOfStrokes(
  strokes: readonly Stroke[],
  styles: number,
  width: number,
  height: number,
): Float32Array[] {
  const masks = Array.from({ length: styles + 1 }, () => new Float32Array(width * height));
  for (const stroke of strokes) apply(masks, stroke, width, height);
  return masks;
}

/** Adds one stroke to masks that earlier strokes made. */
export function apply(masks: readonly Float32Array[], stroke: Stroke, width: number, height: number): void {
  const long = Math.max(width, height);
  const radius = stroke.radius * long;
  const points = stroke.points.map(([x, y]) => [x * long, y * long] as const);
  if (points.length === 0) return;
  const goes = stroke.style === 'photo' ? masks.length - 1 : stroke.style;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
  const left = within(Math.floor(Math.min(...xs) - radius), width);
  const right = within(Math.ceil(Math.max(...xs) + radius), width);
  const top = within(Math.floor(Math.min(...ys) - radius), height);
  const bottom = within(Math.ceil(Math.max(...ys) + radius), height);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const cover = coverage(distance(points, x + 0.5, y + 0.5) / radius);
      if (cover === 0) continue;
      const i = y * width + x;
      masks.forEach((mask, place) => {
        const goal = place === goes ? 1 : 0;
        mask[i] = (mask[i] as number) + (goal - (mask[i] as number)) * cover;
      });
    }
  }
}

/** 1 in the brush's middle, 0 outside, smooth between. */
function coverage(share: number): number {
  const t = Math.min(1, Math.max(0, (1 - share) / (1 - HARD)));
  return t * t * (3 - 2 * t);
}

/** From a point to the nearest of the line's segments. */
function distance(points: readonly (readonly [number, number])[], x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < points.length; i++) {
    const [ax, ay] = points[Math.max(0, i - 1)] as readonly [number, number];
    const [bx, by] = points[i] as readonly [number, number];
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * dx, y - ay - t * dy));
  }
  return nearest;
}
