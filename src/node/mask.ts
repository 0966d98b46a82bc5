/** The regions of a painting, read from a picture in flat colours. */
import type { Region } from '../core/areas.js';
import type { Options } from '../core/options.js';
import type { Picture, Size } from '../core/picture.js';
import type { NamedFile } from '../core/recipe.js';
import { assertSameAspect, feather, fitMasks, masksOf, parseColor } from '../core/regions.js';
import { fittingOf, middleOf } from './fit.js';
import { readPicture } from './images.js';
import type { MaskFile, PaintRequest } from './request.js';

export interface LoadedMask extends NamedFile {
  readonly featherPx: number;
  /** By the names of their colours; masks [H, W] of the painting. */
  readonly regions: Readonly<Record<string, Region>>;
}

/** Share of the painting's long side over which one region passes into the next, to either side. */
const FEATHER_SHARE = 0.015;

/**
 * Reads a mask and brings it to the size of a painting as its photo is, then softens its borders.
 *
 * @param names colours of its regions, each once.
 * @param photo size of the photo's file, in pixels.
 * @param size as options have it.
 * @throws GivernyError as readPicture, assertSameAspect and masksOf.
 */
export async function readMask(
  { path, featherPx }: MaskFile,
  names: readonly string[],
  strengths: PaintRequest['regionStrengths'] = {},
  photo: Size,
  size: Options['size'],
): Promise<LoadedMask> {
  const { picture, name, sha256 } = await readPicture(path);
  assertSameAspect(picture, photo);
  // Colours become regions before anything is resampled: between two colours may lie a third.
  // Black that nobody names is unpainted ground: the rest of the painting.
  const ground = names.some((color) => isSameColor(color, 'black')) || !hasBlack(picture) ? [] : ['black'];
  const colors = [...names, ...ground];
  const masks = masksOf(picture, colors.map(parseColor), colors);
  const { scaled, fitted } = fittingOf(photo, size);
  const radiusPx = featherPx ?? Math.round(FEATHER_SHARE * Math.max(fitted.width, fitted.height));
  const soft = feather(
    fitMasks(masks, picture, scaled).map((mask) => middleOf(mask, scaled, fitted)),
    fitted,
    radiusPx,
  );
  const strengthOf = (color: string) => Object.entries(strengths).findLast(([other]) => isSameColor(color, other))?.[1];
  return {
    name,
    sha256,
    featherPx: radiusPx,
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
