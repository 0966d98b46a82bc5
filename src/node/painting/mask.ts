/** The regions of a painting, read from a picture in flat colours. */

import type { Options } from '../../core/options/options.js';
import { type MaskRegions, regionsOfMask } from '../../core/painting/mask-regions.js';
import type { NamedFile } from '../../core/painting/recipe.js';
import type { Size } from '../../core/pictures/picture.js';
import { readPicture } from '../files/pictures.js';
import type { MaskFile, PaintRequest } from './request.js';

export interface LoadedMask extends NamedFile, MaskRegions {}

/**
 * Reads a mask and brings it to a painting, as regionsOfMask says.
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
  const { picture, name, sha256 } = await readPicture(path);
  return { name, sha256, ...regionsOfMask(picture, names, photo, size, { featherPx, strengths }) };
}
