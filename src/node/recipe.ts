/** A recipe: all that is needed to paint the same picture again. It travels in the picture's metadata. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { GivernyError } from '../core/errors.js';
import { type Options, optionsSchema } from '../core/options.js';

/** Names only: a folder would tell of the person who painted, and lead anywhere when read back. */
const fileName = z.string().regex(/^[^\\/]+$/, 'not a file name without its folder');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256');
const file = z.object({ name: fileName, sha256 });

/** No time of day: the same painting has the same recipe, to the byte. */
export const recipeSchema = z.object({
  /** Version of Giverny. */
  giverny: z.string(),
  content: file,
  styles: z.array(file.extend({ weight: z.number() })).min(1),
  /** The picture that `options.init` names. */
  start: file.optional(),
  network: z.object({ name: z.string(), hash: z.string() }),
  engine: z.string(),
  options: optionsSchema.refine(({ init }) => typeof init === 'number' || fileName.safeParse(init).success, {
    path: ['init'],
    message: 'not a file name without its folder',
  }),
  /** Steps done, fewer than `options.steps` where the painting was stopped. */
  steps: z.number().int().min(0),
});

export type Recipe = z.output<typeof recipeSchema>;

/** A file as recipes name it; what readPicture returns is one. */
interface NamedFile {
  readonly name: string;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
}

/** What recipeOf makes a recipe from: as Recipe, but names may have folders and files more properties. */
export interface RecipeParts {
  readonly giverny: string;
  readonly content: NamedFile;
  readonly styles: readonly (NamedFile & { readonly weight: number })[];
  readonly start?: NamedFile | undefined;
  readonly network: { readonly name: string; readonly hash: string };
  readonly engine: string;
  readonly options: Options;
  readonly steps: number;
}

/** The recipe of a painting: picks what belongs in it and takes the folders off all names. */
export function recipeOf(parts: RecipeParts): Recipe {
  const { giverny, content, styles, start, network, engine, options, steps } = parts;
  const named = ({ name, sha256 }: NamedFile) => ({ name: baseName(name), sha256 });
  const { init } = options;
  return {
    giverny,
    content: named(content),
    styles: styles.map((style) => ({ ...named(style), weight: style.weight })),
    ...(start ? { start: named(start) } : {}),
    network: { name: baseName(network.name), hash: network.hash },
    engine,
    options: { ...options, init: typeof init === 'string' ? baseName(init) : init },
    steps,
  };
}

/** The last part of a path, whichever system wrote it. */
const baseName = (path: string) => path.split(/[\\/]/).findLast((part) => part !== '') ?? 'picture';

/**
 * A recipe from its JSON text.
 *
 * @param where What the sentence calls its place, such as a file name.
 * @throws GivernyError RECIPE_INVALID.
 */
export function parseRecipe(json: string, where: string): Recipe {
  const refuse = (why: string, cause: unknown) =>
    new GivernyError(
      'RECIPE_INVALID',
      `Expected the recipe in "${where}" to be as this version of Giverny writes it but ${why}.`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw refuse('it was changed and is no longer JSON', error);
  }
  const result = recipeSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refuse(`its ${issue?.path.join('.') || 'form'} is wrong (${issue?.message})`, result.error);
}

/** Where to look for a recipe's files. */
export interface RecipePlaces {
  /** The painting that carried the recipe: its folder is searched first, then the current folder. */
  readonly painting?: string | undefined;
  /** Paths that win over any search. */
  readonly content?: string | undefined;
  /** All of them in the recipe's order, or none. */
  readonly styles?: readonly string[] | undefined;
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
  readonly start?: FoundFile;
}

/**
 * Finds the photo and the styles of a recipe, and says whether they are the same files as then. A file that
 * matches wins over one that only bears the name.
 *
 * @throws GivernyError FILE_NOT_FOUND; OPTION_INVALID where the number of styles given is not the recipe's.
 */
export async function findRecipeFiles(recipe: Recipe, places: RecipePlaces = {}): Promise<RecipeFiles> {
  const { painting, content, styles, start } = places;
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
