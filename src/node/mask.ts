/** The regions of a painting, read from a picture in flat colours. */
import { type MaskRegions, regionsOfMask } from '../core/mask.js';
import type { Options } from '../core/options.js';
import type { Size } from '../core/picture.js';
import type { NamedFile } from '../core/recipe.js';
import { readPicture } from './images.js';
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
