/** A picture of the core as the page shows it. */
import { type Picture, toImageData } from '../../core/pictures/picture.js';
import type { Frame } from '../painting/protocol.js';

/**
 * RGBA of a picture; values are clipped to 0..255 and truncated, as in a saved file.
 *
 * @param alpha [height, width] in 0..255; opaque where left out.
 */
export function frameOf(source: Picture, alpha?: Uint8Array): Frame {
  const { width, height, data } = toImageData({ picture: source, ...(alpha ? { alpha } : {}) });
  return { width, height, pixels: data };
}
