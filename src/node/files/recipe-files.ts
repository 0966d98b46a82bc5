/** The files that a recipe names, found again. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GivernyError } from '../../core/errors.js';
import type { NamedFile, Recipe } from '../../core/painting/recipe.js';

/** Where to look for a recipe's files. */
export interface RecipePlaces {
  /** The painting that carried the recipe: its folder is searched first, then the current folder. */
  readonly painting?: string | undefined;
  /** Paths that win over any search. */
  readonly content?: string | undefined;
  /** All of them in the recipe's order, or none. */
  readonly styles?: readonly string[] | undefined;
  readonly mask?: string | undefined;
  readonly start?: string | undefined;
}

export interface FoundFile {
  readonly path: string;
  /** False where the file's bytes are not those the recipe was made with. */
  readonly matches: boolean;
}

export interface RecipeFiles {
  readonly content: FoundFile;
  readonly styles: readonly FoundFile[];
  readonly mask?: FoundFile;
  readonly start?: FoundFile;
}

/**
 * Finds the photo, the styles and the mask of a recipe, and says whether they are the same files as then. A file that
 * matches wins over one that only bears the name.
 *
 * @throws GivernyError FILE_NOT_FOUND; OPTION_INVALID where the number of styles given is not the recipe's.
 */
export async function findRecipeFiles(recipe: Recipe, places: RecipePlaces = {}): Promise<RecipeFiles> {
  const { painting, content, styles, mask, start } = places;
  if (styles?.length && styles.length !== recipe.styles.length) {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected as many styles as the recipe has (${recipe.styles.length}) but received ${styles.length}.`,
    );
  }
  const folders = [...(painting === undefined ? [] : [dirname(painting)]), '.'];
  return {
    content: await find(recipe.content, content, folders),
    styles: await Promise.all(recipe.styles.map((style, i) => find(style, styles?.[i], folders))),
    ...(recipe.mask ? { mask: await find(recipe.mask, mask, folders) } : {}),
    ...(recipe.start ? { start: await find(recipe.start, start, folders) } : {}),
  };
}

async function find(wanted: NamedFile, explicit: string | undefined, folders: readonly string[]): Promise<FoundFile> {
  const found: FoundFile[] = [];
  for (const path of explicit === undefined ? folders.map((folder) => join(folder, wanted.name)) : [explicit]) {
    if (!(await stat(path).catch(() => undefined))?.isFile()) continue;
    found.push({
      path,
      matches:
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex') === wanted.sha256,
    });
  }
  const best = found.find((file) => file.matches) ?? found[0];
  if (best) return best;
  throw new GivernyError(
    'FILE_NOT_FOUND',
    explicit === undefined
      ? `Expected "${wanted.name}" beside the painting or in the current folder but found it in neither; give its path.`
      : `Expected a picture at "${explicit}" but there is no such file.`,
  );
}
