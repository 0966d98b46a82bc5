/** Pictures as networks take them. */
import { type Picture, picture } from '../pictures/picture.js';
import type { Network } from './network.js';

/** A picture minus the mean of each channel, [3, H, W]. */
export function subtractMean({ width, height, data }: Picture, { mean }: Pick<Network, 'mean'>): Float32Array {
  const plane = width * height;
  return data.map((value, i) => value - (mean[Math.floor(i / plane)] as number));
}

/** The inverse of subtractMean: [3, H, W] in RGB 0..255. */
export function addMean(pixels: Float32Array, { mean }: Pick<Network, 'mean'>): Float32Array {
  const plane = pixels.length / 3;
  return pixels.map((value, i) => value + (mean[Math.floor(i / plane)] as number));
}

/** Pixels minus the mean as a picture. */
export function pictureOf(
  pixels: Float32Array,
  width: number,
  height: number,
  network: Pick<Network, 'mean'>,
): Picture {
  return picture(width, height, addMean(pixels, network));
}
