/** Pictures turned upright. */
import { type Layered, picture } from './picture.js';

/**
 * Turns a picture upright.
 *
 * @param orientation as EXIF has it: 1 is upright, 2 to 8 are flipped or turned; anything else counts as 1.
 */
export function oriented(source: Layered, orientation = 1): Layered {
  if (!(orientation >= 2 && orientation <= 8)) return source;
  const { width: w, height: h } = source.picture;
  const [width, height] = orientation >= 5 ? [h, w] : [w, h];
  // Where the source's pixel of the result's (0, 0) is, and how far the next one is to the right and down.
  const last = w * h - 1;
  const [start, right, down] = (
    {
      2: [w - 1, -1, w],
      3: [last, -1, -w],
      4: [last - (w - 1), 1, -w],
      5: [0, w, 1],
      6: [last - (w - 1), -w, 1],
      7: [last, -w, -1],
      8: [w - 1, w, -1],
    } as const satisfies Record<number, unknown>
  )[orientation as 2] as readonly [number, number, number];
  const turn = <T extends Float32Array | Uint8Array>(from: T, into: T): T => {
    for (let plane = 0; plane < from.length; plane += w * h) {
      for (let y = 0, i = plane; y < height; y++) {
        for (let x = 0; x < width; x++, i++) into[i] = from[plane + start + x * right + y * down] as number;
      }
    }
    return into;
  };
  const { picture: from, alpha } = source;
  return {
    picture: picture(width, height, turn(from.data, new Float32Array(from.data.length))),
    ...(alpha ? { alpha: turn(alpha, new Uint8Array(alpha.length)) } : {}),
  };
}
