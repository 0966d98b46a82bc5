/** The formats that pictures are written in. Apart from what writes them, which takes long to load. */
import { extname } from 'node:path';
import { GivernyError } from '../../core/errors.js';
import type { Recipe } from '../../core/painting/recipe.js';

export const FORMATS = ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const;
export type PictureFormat = (typeof FORMATS)[number];

const EXTENSIONS: Readonly<Record<string, PictureFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'avif',
};

/**
 * The format that a path's extension stands for.
 *
 * @throws GivernyError FORMAT_UNSUPPORTED.
 */
export function formatOf(path: string): PictureFormat {
  const extension = extname(path).toLowerCase();
  const format = EXTENSIONS[extension];
  if (format) return format;
  throw new GivernyError(
    'FORMAT_UNSUPPORTED',
    `Expected a name ending in ${Object.keys(EXTENSIONS).join(', ')} for the picture to write but received "${path}".`,
  );
}

export const BITS = [8, 16] as const;
export const PROFILES = ['srgb', 'p3', 'keep'] as const;

/** How a painting is to be written besides its format. */
export interface PrintWish {
  /** Of each channel; 16 in PNG and TIFF. Default 8. */
  readonly bits?: (typeof BITS)[number] | undefined;
  /** The colour profile: sRGB, Display P3, or the photo's own. Default `srgb`. */
  readonly profile?: (typeof PROFILES)[number] | undefined;
  /** Whether EXIF keeps where the photo was taken. Default false. */
  readonly keepLocation?: boolean | undefined;
}

/** What a recipe tells of it: nothing of sRGB with 8 bits, nor of places. */
export function printInRecipe({ bits, profile }: PrintWish = {}): Recipe['print'] {
  const print = {
    ...(bits === 16 ? { bits } : {}),
    ...(profile === undefined || profile === 'srgb' ? {} : { profile }),
  };
  return Object.keys(print).length > 0 ? print : undefined;
}

export const has16Bits = (format: PictureFormat) => format === 'png' || format === 'tiff';

/**
 * Checks that a format holds what is wished for.
 *
 * @throws GivernyError OPTION_INVALID.
 */
export function assertBits(format: PictureFormat, bits: PrintWish['bits']): void {
  if (bits !== 16 || has16Bits(format)) return;
  throw new GivernyError(
    'OPTION_INVALID',
    `Expected PNG or TIFF for 16 bits but received ${format.toUpperCase()}, which has 8.`,
  );
}
