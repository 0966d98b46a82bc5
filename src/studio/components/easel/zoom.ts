/** Where a picture lies in its place on the page, as numbers: 1 is the width, or the height, of the place. */

export interface Zoom {
  /** 1 where the picture fills its place. */
  readonly scale: number;
  /** Of the picture's upper left corner. */
  readonly x: number;
  readonly y: number;
}

export const FITTED: Zoom = { scale: 1, x: 0, y: 0 };
/** How many pixels of the page a pixel of the picture may cover. */
const MOST = 16;

/** A picture that is larger than its place covers it, a smaller one lies in its middle. */
function within({ scale, x, y }: Zoom): Zoom {
  const inside = (at: number) => (scale <= 1 ? (1 - scale) / 2 : Math.min(0, Math.max(1 - scale, at)));
  return { scale, x: inside(x), y: inside(y) };
}

/**
 * Another scale, with one point of the picture kept where it is.
 *
 * @param at that point, in the place.
 * @param fit pixels of the page per pixel of the picture at scale 1.
 */
export function zoomTo(zoom: Zoom, wanted: number, fit: number, at: readonly [number, number] = [0.5, 0.5]): Zoom {
  const scale = Math.min(Math.max(wanted, Math.min(1, 1 / fit)), Math.max(MOST / fit, 1));
  const moved = (from: number, point: number) => point - ((point - from) * scale) / zoom.scale;
  return within({ scale, x: moved(zoom.x, at[0]), y: moved(zoom.y, at[1]) });
}

export const panBy = ({ scale, x, y }: Zoom, dx: number, dy: number): Zoom => within({ scale, x: x + dx, y: y + dy });
