/** The recipe that a painted picture carries. */
import { GivernyError } from '../../core/errors.js';
import { type Recipe, recipeOfXmp } from '../../core/painting/recipe.js';
import { openPictureFile, type PictureSource } from './picture-file.js';
import { readMetadata } from './picture-header.js';

/**
 * The recipe that a painted picture carries.
 *
 * @throws GivernyError RECIPE_INVALID where there is none or it was changed; otherwise as readPicture.
 */
export async function readRecipe(source: PictureSource, name?: string): Promise<Recipe> {
  const file = await openPictureFile(source, name);
  const { xmp } = await readMetadata(file);
  const recipe = xmp && recipeOfXmp(xmpText(xmp), file.name);
  if (recipe) return recipe;
  throw new GivernyError(
    'RECIPE_INVALID',
    `Expected a picture painted by Giverny but "${file.name}" carries no recipe.`,
  );
}

/** The text of a packet's bytes, in UTF-8 or UTF-16. */
function xmpText(bytes: Uint8Array): string {
  const [a, b] = bytes;
  const bigEndian = (a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c);
  const littleEndian = (a === 0xff && b === 0xfe) || (a === 0x3c && b === 0);
  const encoding = bigEndian ? 'utf-16be' : littleEndian ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
