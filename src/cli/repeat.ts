/** Painting again: what the recipe of a painted picture says, ready to be asked for. */
import { printable } from '../core/errors.js';
import type { OptionName, OptionsInput } from '../core/options/options.js';
import type { Recipe } from '../core/painting/recipe.js';
import { readRecipe } from '../node/files/read-recipe.js';
import { findRecipeFiles } from '../node/files/recipe-files.js';
import { assertNamedNetwork } from '../node/networks/open.js';
import type { NamedNetwork, PaintRequest } from '../node/painting/request.js';
import type { StyleFile } from './style-flags.js';

export interface Repetition extends Pick<PaintRequest, 'regionStrengths' | 'stopAfter' | 'changes' | 'print'> {
  readonly content: string;
  readonly styles: readonly StyleFile[];
  readonly mask?: { readonly path: string; readonly featherPx: number | undefined } | undefined;
  readonly options: OptionsInput;
  readonly network: NamedNetwork;
  readonly coarseNetwork?: NamedNetwork | undefined;
  /** What keeps the picture from being the same again, for people to read. */
  readonly notices: readonly string[];
}

/** What wins over a recipe. */
export interface Changes {
  readonly content?: string | undefined;
  /** In place of all of its styles, in their order; their weights and regions stay where these have none. */
  readonly styles: readonly StyleFile[];
  readonly mask?: string | undefined;
  readonly options: OptionsInput;
  /** Names or paths. */
  readonly network?: string | undefined;
  readonly coarseNetwork?: string | undefined;
}

/**
 * @param painting path of a painted picture; its files are looked for beside it and in the current folder, its
 *   networks in the package and the cache alone.
 * @throws GivernyError FILE_NOT_FOUND, RECIPE_INVALID, NETWORK_UNKNOWN, or as readPicture.
 */
export async function repeatRecipe(painting: string, changes: Changes): Promise<Repetition> {
  const { content, styles, mask, options } = changes;
  const recipe = await readRecipe(painting);
  if (changes.network === undefined) assertNamedNetwork(recipe.network.name, '--network');
  if (changes.coarseNetwork === undefined && recipe.coarseNetwork) {
    assertNamedNetwork(recipe.coarseNetwork.name, '--coarse-network');
  }
  const files = await findRecipeFiles(recipe, { painting, content, styles: styles.map(({ path }) => path), mask });
  const found = [files.content, ...files.styles, files.mask, files.start].filter((file) => file !== undefined);
  return {
    content: files.content.path,
    styles: recipe.styles.map(({ weight, region }, i) => ({
      weight,
      region,
      ...styles[i],
      path: files.styles[i]?.path as string,
    })),
    mask: files.mask && { path: files.mask.path, featherPx: recipe.mask?.featherPx },
    regionStrengths: recipe.regionStrengths,
    options: { ...balanced(recipe.options, options), ...(files.start ? { init: files.start.path } : {}) },
    // A painting that was stopped is repeated as far as it went.
    stopAfter: recipe.stopped && !COUNTS.some((name) => options[name] !== undefined) ? recipe.steps : undefined,
    changes: recipe.changes,
    print: recipe.print,
    network: recipe.network,
    coarseNetwork: recipe.coarseNetwork,
    notices: found
      .filter(({ matches }) => !matches)
      .map(
        ({ path }) => `"${printable(path)}" is not the file that the recipe was painted from: the picture will differ.`,
      ),
  };
}

/** Options without which a number of steps says nothing of how far a painting went. */
const COUNTS = [
  'size',
  'steps',
  'lastSteps',
  'largeSteps',
  'firstSize',
  'firstSteps',
] as const satisfies readonly OptionName[];

/** Options without those that changes put aside: the other way to balance content and style, steps of the last and of large scales. */
function balanced(
  { strength, alpha, beta, lastSteps, largeSteps, ...unchanged }: Recipe['options'],
  changes: OptionsInput,
): OptionsInput {
  const others = changes.steps === undefined ? { ...unchanged, lastSteps, largeSteps } : unchanged;
  if (changes.strength !== undefined) return others;
  const absolute = changes.alpha !== undefined || changes.beta !== undefined;
  return strength === undefined ? { ...others, alpha, beta } : { ...others, ...(absolute ? {} : { strength }) };
}
