/** The regions of a painting, from the masks of a picture in flat colours. */
import { isSeen, type Region } from '../costs/areas.js';
import type { Options } from '../options/options.js';
import { fittingOf, middleOf } from '../pictures/fit.js';
import { assertSameAspect, feather, fitMasks, masksOfColors, parseColor, type RGB } from '../pictures/flat-colors.js';
import type { Layered, Size } from '../pictures/picture.js';

/** Default feather radius, as a share of the painting's long side. */
const FEATHER_SHARE = 0.015;

/** Default feather radius of a painting, in pixels. */
export const featherOf = ({ width, height }: Size) => Math.round(FEATHER_SHARE * Math.max(width, height));

export interface MaskRegions {
  /** How far borders reach to either side, in pixels of the painting. */
  readonly featherPx: number;
  /** By the names of their colours; masks [H, W] of the painting. */
  readonly regions: Readonly<Record<string, Region>>;
  /** Sentences about the mask that the person should read. */
  readonly notices: readonly string[];
}

/**
 * The regions of a painting from the mask that is painted for its photo.
 *
 * The mask is scaled and cropped, or stretched, as the photo is, then the borders of its regions are softened. Black that no name
 * stands for and transparent parts belong to no region: they are the rest of the painting.
 *
 * @param mask of the photo's shape, of any size.
 * @param names colours of its regions, each once.
 * @param photo size of the photo's file, in pixels.
 * @param size as options have it.
 * @param how.featherPx 1.5 % of the painting's long side where left out.
 * @throws GivernyError as assertSameAspect and masksOfColors.
 */
export function regionsOfMask(
  mask: Layered,
  names: readonly string[],
  photo: Size,
  size: Options['size'],
  how: {
    readonly fit?: Options['fit'] | undefined;
    readonly featherPx?: number | undefined;
    readonly strengths?: Readonly<Record<string, number>> | undefined;
  } = {},
): MaskRegions {
  const { strengths = {} } = how;
  const { picture } = mask;
  assertSameAspect(picture, photo);
  const ground = hasBlack(mask, names.map(parseColor)) ? ['black'] : [];
  const colors = [...names, ...ground];
  // Colours become masks before anything is resampled: between two colours may lie a third.
  const { masks, rest, notice } = masksOfColors(mask, colors.map(parseColor), colors);
  const { scaled, fitted } = fittingOf(photo, size, undefined, how.fit);
  const featherPx = how.featherPx ?? featherOf(fitted);
  const soft = feather(
    fitMasks([...masks, rest], picture, scaled).map((plane) => middleOf(plane, scaled, fitted)),
    fitted,
    featherPx,
  );
  const strengthOf = (color: string) => Object.entries(strengths).findLast(([other]) => isSameColor(color, other))?.[1];
  const regions = names.map(
    (color, i) => [color, { mask: soft[i] as Float32Array, strength: strengthOf(color) }] as const,
  );
  const unseen = regions
    .filter(([, region]) => !isSeen(region.mask))
    .map(([color]) => `its region ${color} covers no pixel of the painting, so that what was named for it is not used`);
  return {
    featherPx,
    regions: Object.fromEntries(regions),
    notices: [...(notice === undefined ? [] : [notice]), ...unseen],
  };
}

/** Whether any pixel that is not transparent is black, or nearly so, and not nearer to one of the colours. */
function hasBlack({ picture: { data }, alpha }: Layered, colors: readonly RGB[]): boolean {
  const pixels = data.length / 3;
  for (let i = 0; i < pixels; i++) {
    if (alpha?.[i] === 0) continue;
    const [r, g, b] = [data[i] as number, data[pixels + i] as number, data[2 * pixels + i] as number];
    if (Math.max(r, g, b) >= DARKEST) continue;
    if (colors.every((color) => Math.hypot(r - color[0], g - color[1], b - color[2]) > Math.hypot(r, g, b)))
      return true;
  }
  return false;
}

const DARKEST = 16;

/** The first name that stands for the same colour: `red`, where it comes before `#f00`. */
export function firstNameOf(color: string, names: readonly string[]): string {
  return names.find((name) => isSameColor(name, color)) ?? color;
}

const isSameColor = (a: string, b: string) => parseColor(a).join() === parseColor(b).join();
