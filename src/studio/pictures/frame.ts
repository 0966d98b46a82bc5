/** A picture of the core as the page shows it. */
import { type Picture, toRgba } from '../../core/pictures/picture.js';
import type { Frame } from '../painting/protocol.js';

/**
 * RGBA of a picture; values are clipped to 0..255 and truncated, as in a saved file.
 *
 * @param alpha [height, width] in 0..255; opaque where left out.
 */
export const frameOf = (source: Picture, alpha?: Uint8Array): Frame => ({
  width: source.width,
  height: source.height,
  pixels: toRgba(source, alpha),
});
