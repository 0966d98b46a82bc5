/** A picture of the core as the page shows it. */
import { type Picture, toBytes } from '../../core/pictures/picture.js';
import type { Frame } from '../painting/protocol.js';

/**
 * RGBA of a picture; values are clipped to 0..255 and truncated, as in a saved file.
 *
 * @param alpha [height, width] in 0..255; opaque where left out.
 */
export function frameOf(source: Picture, alpha?: Uint8Array): Frame {
  const { width, height } = source;
  const bytes = toBytes(source);
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0, j = 0; j < bytes.length; i += 4) {
    pixels[i] = bytes[j++] as number;
    pixels[i + 1] = bytes[j++] as number;
    pixels[i + 2] = bytes[j++] as number;
    if (alpha) pixels[i + 3] = alpha[i / 4] as number;
  }
  return { width, height, pixels };
}
