/** The mask that strokes make, as `giverny --mask` reads it: a flat colour per style and for the photo, black for the rest. */

import { parseColor } from '../../core/pictures/flat-colors.js';
import { type Picture, picture, type Size } from '../../core/pictures/picture.js';
import { encodePalettePng } from '../pictures/png.js';
import { masksOfStrokes, type Stroke } from './masks.js';

/** Names that commands can spell, for so many styles. */
export const MASK_COLORS = [
  ...['red', 'lime', 'blue', 'yellow', 'cyan', 'magenta', 'white', 'orange', 'purple', 'teal', 'brown', 'pink'],
  ...['olive', 'navy', 'maroon', 'silver', 'green'],
] as const;
/** Where the photo is kept. */
const KEPT_COLOR = 'gray';
/** Its borders are softened by far more than one of its pixels. */
const LONG_SIDE_PX = 512;
/** Less would be rounded to another shape than the photo's. */
const SHORT_SIDE_PX = 64;

export interface FlatMask extends Size {
  /** [height, width]: 0 where nothing was painted, i + 1 where style i was, one more than styles where the photo is kept. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** For each style its colour; undefined where it was painted nowhere. */
  readonly colors: readonly (string | undefined)[];
  /** The colour where the photo is kept, if it is anywhere. */
  readonly kept?: string | undefined;
}

/**
 * @param photo its size, which gives the mask its shape.
 * @param styles how many there are.
 * @returns undefined where nothing is painted.
 */
export function flatMask(photo: Size, styles: number, strokes: readonly Stroke[]): FlatMask | undefined {
  const [long, short] = [Math.max(photo.width, photo.height), Math.min(photo.width, photo.height)];
  const scale = Math.min(1, Math.max(LONG_SIDE_PX / long, SHORT_SIDE_PX / short));
  const [width, height] = [Math.round(photo.width * scale), Math.round(photo.height * scale)];
  const masks = masksOfStrokes(strokes, styles, width, height);
  const pixels = new Uint8Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    // Of masks that sum to 1 at most.
    pixels[i] = masks.findIndex((mask) => (mask[i] as number) >= 0.5) + 1;
  }
  const painted = new Set(pixels);
  const colors = Array.from({ length: styles }, (_, i) => (painted.has(i + 1) ? MASK_COLORS[i] : undefined));
  const kept = painted.has(styles + 1) ? KEPT_COLOR : undefined;
  const some = [...colors, kept].some((color) => color !== undefined);
  return some ? { width, height, pixels, colors, ...(kept && { kept }) } : undefined;
}

const palette = ({ colors, kept }: FlatMask) =>
  ['black', ...colors.map((color) => color ?? 'black'), ...(kept ? [kept] : [])].map(parseColor);

export function maskPicture(mask: FlatMask): Picture {
  const { width, height, pixels } = mask;
  const colors = palette(mask);
  const result = picture(width, height);
  for (let i = 0; i < result.data.length; i++) {
    const channel = Math.floor(i / pixels.length);
    result.data[i] = colors[pixels[i % pixels.length] as number]?.[channel] as number;
  }
  return result;
}

/** The same bytes in every browser: recipes know the mask by their hash. */
export const maskPng = (mask: FlatMask) => encodePalettePng(mask, mask.pixels, palette(mask));
