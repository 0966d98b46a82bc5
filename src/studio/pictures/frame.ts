/** A picture of the core as the page shows it. */
import { fromRgba, type Picture, toRgba } from '../../core/pictures/picture.js';
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

/** The inverse of frameOf; what is transparent becomes white. */
export const pictureOf = ({ width, height, pixels }: Frame): Picture => fromRgba(width, height, pixels).picture;
