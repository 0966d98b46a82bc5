/** The regions of a painting, from a mask: a picture of its photo in flat colours. */
import type { Region } from '../costs/areas.js';
import type { Options } from '../options/options.js';
import { fittingOf, middleOf } from '../pictures/fit.js';
import { assertSameAspect, feather, fitMasks, masksOf, parseColor } from '../pictures/flat-colors.js';
import type { Picture, Size } from '../pictures/picture.js';

/** Share of the painting's long side over which one region passes into the next, to either side. */
const FEATHER_SHARE = 0.015;

/** How far borders reach in a painting where nobody says. */
export const featherOf = ({ width, height }: Size) => Math.round(FEATHER_SHARE * Math.max(width, height));

export interface MaskRegions {
  /** How far borders reach to either side, in pixels of the painting. */
  readonly featherPx: number;
  /** By the names of their colours; masks [H, W] of the painting. */
  readonly regions: Readonly<Record<string, Region>>;
}

/**
 * Brings a mask to the size of a painting as its photo is, then softens its borders.
 *
 * @param names colours of its regions, each once.
 * @param photo size of the photo's file, in pixels.
 * @param size as options have it.
 * @param how.featherPx 1.5 % of the painting's long side where left out.
 * @throws GivernyError as assertSameAspect and masksOf.
 */
export function regionsOfMask(
  mask: Picture,
  names: readonly string[],
  photo: Size,
  size: Options['size'],
  how: {
    readonly featherPx?: number | undefined;
    readonly strengths?: Readonly<Record<string, number>> | undefined;
  } = {},
): MaskRegions {
  const { strengths = {} } = how;
  assertSameAspect(mask, photo);
  // Colours become regions before anything is resampled: between two colours may lie a third.
  // Black that nobody names is unpainted ground: the rest of the painting.
  const ground = names.some((color) => isSameColor(color, 'black')) || !hasBlack(mask) ? [] : ['black'];
  const colors = [...names, ...ground];
  const masks = masksOf(mask, colors.map(parseColor), colors);
  const { scaled, fitted } = fittingOf(photo, size);
  const featherPx = how.featherPx ?? featherOf(fitted);
  const soft = feather(
    fitMasks(masks, mask, scaled).map((plane) => middleOf(plane, scaled, fitted)),
    fitted,
    featherPx,
  );
  const strengthOf = (color: string) => Object.entries(strengths).findLast(([other]) => isSameColor(color, other))?.[1];
  return {
    featherPx,
    regions: Object.fromEntries(
      names.map((color, i) => [color, { mask: soft[i] as Float32Array, strength: strengthOf(color) }]),
    ),
  };
}

/** Whether more than a trace of the picture is black. */
function hasBlack({ width, height, data }: Picture): boolean {
  const pixels = width * height;
  let black = 0;
  for (let i = 0; i < pixels; i++) {
    if (Math.max(data[i] as number, data[pixels + i] as number, data[2 * pixels + i] as number) < DARKEST) black++;
  }
  return black > TRACE * pixels;
}

const DARKEST = 16;
const TRACE = 1e-3;

/** The first of the names that stands for the same colour: `red`, where it is named before `#f00`. */
export function firstNameOf(color: string, names: readonly string[]): string {
  return names.find((name) => isSameColor(name, color)) ?? color;
}

const isSameColor = (a: string, b: string) => parseColor(a).join() === parseColor(b).join();
