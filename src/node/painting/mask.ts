/** The regions of a painting from a mask file. */

import type { Options } from '../../core/options/options.js';
import { type MaskRegions, regionsOfMask } from '../../core/painting/mask-regions.js';
import type { NamedFile } from '../../core/painting/recipe.js';
import type { Size } from '../../core/pictures/picture.js';
import { readPicture } from '../files/pictures.js';
import type { MaskFile, PaintRequest } from './request.js';

export interface LoadedMask extends NamedFile, MaskRegions {}

/**
 * Reads a mask file and makes the painting's regions of it.
 *
 * @param names colours of its regions, each once.
 * @param photo size of the photo's file, in pixels.
 * @throws GivernyError as readPicture and regionsOfMask.
 */
export async function readMask(
  { path, featherPx }: MaskFile,
  names: readonly string[],
  strengths: PaintRequest['regionStrengths'],
  photo: Size,
  size: Options['size'],
): Promise<LoadedMask> {
  const { name, sha256, ...mask } = await readPicture(path);
  return { name, sha256, ...regionsOfMask(mask, names, photo, size, { featherPx, strengths }) };
}
