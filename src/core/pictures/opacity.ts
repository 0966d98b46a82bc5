/** Transparent pictures as costs see them. */
import { type Layered, type Picture, picture } from './picture.js';

/** [H, W], 0..1; undefined where all is opaque. */
export const opacityOf = ({ alpha }: Layered): Float32Array | undefined =>
  alpha && Float32Array.from(alpha, (value) => value / 255);

/**
 * The picture with the mean colour of its visible part where nothing can be seen. Features near the border look beyond
 * it: under any other colour they would see a contour that is not there, and paint its strokes.
 */
export function filled({ picture: source, alpha }: Layered): Picture {
  if (!alpha?.includes(0)) return source;
  const pixels = alpha.length;
  const whole = alpha.reduce((sum, value) => sum + value, 0);
  if (whole === 0) return source;
  const data = source.data.slice();
  for (let c = 0; c < 3; c++) {
    const plane = data.subarray(c * pixels, (c + 1) * pixels);
    const mean = plane.reduce((sum, value, i) => sum + value * (alpha[i] as number), 0) / whole;
    for (let i = 0; i < pixels; i++) if (alpha[i] === 0) plane[i] = mean;
  }
  return picture(source.width, source.height, data);
}
