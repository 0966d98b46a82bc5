/** Painting again: what the recipe of a painted picture says, ready to be asked for. */
import type { OptionsInput } from '../core/options.js';
import { readRecipe } from '../node/images.js';
import { findRecipeFiles } from '../node/recipe.js';

export interface Repetition {
  readonly content: string;
  readonly style: string;
  readonly options: OptionsInput;
  readonly network: { readonly name: string; readonly hash: string };
  /** What keeps the picture from being the same again, for people to read. */
  readonly notices: readonly string[];
}

/**
 * @param painting path of a painted picture; its files are looked for beside it and in the current folder.
 * @param given paths that win over those of the recipe.
 * @throws GivernyError FILE_NOT_FOUND, RECIPE_INVALID, or as readPicture.
 */
export async function repeatRecipe(
  painting: string,
  given: { readonly content?: string | undefined; readonly style?: string | undefined },
): Promise<Repetition> {
  const { options, steps, network, ...recipe } = await readRecipe(painting);
  const files = await findRecipeFiles(
    { options, steps, network, ...recipe },
    { painting, content: given.content, styles: given.style === undefined ? undefined : [given.style] },
  );
  const [style] = files.styles;
  if (!style) throw new Error('A recipe has at least one style.');
  const others = [files.content, style, files.start].filter((file) => file?.matches === false);
  return {
    content: files.content.path,
    style: style.path,
    // A painting that was stopped is repeated as far as it went.
    options: { ...options, steps, ...(files.start ? { init: files.start.path } : {}) },
    network,
    notices: others.map(
      (file) => `"${file?.path}" is not the file that the recipe was painted from: the picture will differ.`,
    ),
  };
}
