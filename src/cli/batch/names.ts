/** Names of the paintings of a batch, by a pattern. All are known and compared before anything is painted. */
import { realpathSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';
import { GivernyError, show } from '../../core/errors.js';
import { OPTION_NAMES, type Options } from '../../core/options/options.js';
import { optionName, optionText } from '../../core/options/text.js';

export const DEFAULT_NAME = '{photo}-{style}.png';

/** What placeholders stand for. */
export interface Named {
  readonly photo: string;
  /** As FoundPicture.folder. */
  readonly folder: string;
  readonly styles: readonly string[];
  readonly options: Options;
}

const PLACEHOLDERS = ['photo', 'style', 'folder', 'n', ...OPTION_NAMES.map(optionName)];

/**
 * The name of a painting.
 *
 * @param n counts the paintings from 1, among `count`.
 * @throws GivernyError OPTION_INVALID for an unknown placeholder.
 */
export function nameOf(pattern: string, { photo, folder, styles, options }: Named, n: number, count: number): string {
  const stem = (path: string) => parse(path).name;
  return pattern.replace(/\{([^{}]*)\}/g, (_, placeholder: string) => {
    if (!PLACEHOLDERS.includes(placeholder)) {
      const known = PLACEHOLDERS.slice(0, 4).map((name) => `{${name}}`);
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected ${known.join(', ')} or an option such as {strength} in --name but received ${show(`{${placeholder}}`)}.`,
      );
    }
    if (placeholder === 'photo') return stem(photo);
    if (placeholder === 'style') return [...new Set(styles.map(stem))].join('-');
    if (placeholder === 'folder') return folder;
    if (placeholder === 'n') return String(n).padStart(String(count).length, '0');
    const option = OPTION_NAMES.find((name) => optionName(name) === placeholder);
    return optionText(option && options[option]).replaceAll(/[\\/]/g, '_');
  });
}

/** A painting with its place. */
export interface Placed {
  readonly photo: string;
  readonly styles: readonly string[];
  readonly output: string;
}

/**
 * Checks that no painting overwrites another or a picture that is read, and that none is put where the next run would
 * take it for a photo.
 *
 * @param searched folders that photos were found in.
 * @param folder the folder of the paintings, which is not searched.
 * @throws GivernyError OPTION_INVALID.
 */
export function checkPlaces(paintings: readonly Placed[], searched: readonly string[], folder: string): void {
  const refuse = (sentence: string) => new GivernyError('OPTION_INVALID', sentence);
  const inputs = new Set(paintings.flatMap(({ photo, styles }) => [photo, ...styles]).map(realOf));
  const own = realOf(folder);
  const roots = searched.map(realOf);
  const byOutput = new Map<string, Placed>();
  for (const painting of paintings) {
    const { photo, styles, output } = painting;
    const real = realOf(output);
    // Some file systems take A.png and a.png for one name.
    const key = real.toLowerCase();
    const other = byOutput.get(key);
    if (other) {
      const what = other.photo === photo ? ` in the style of ${styles.map(show).join(', ')}` : '';
      throw refuse(
        `Expected a name for each painting but ${show(other.photo)} and ${show(photo)}${what} would both become "${output}"; --name '{folder}/${DEFAULT_NAME}' or {n} tells them apart.`,
      );
    }
    byOutput.set(key, painting);
    if (inputs.has(real))
      throw refuse(`Expected paintings that overwrite none of the pictures read but received "${output}".`);
    const isApart = (root: string) => isStrictlyWithin(own, root) && isStrictlyWithin(real, own);
    if (roots.some((root) => isStrictlyWithin(real, root) && !isApart(root))) {
      throw refuse(
        `Expected paintings apart from the photos, as the next run would paint them again, but "${output}" lies among them; -o takes a folder of its own, which may lie inside.`,
      );
    }
  }
}

const isStrictlyWithin = (path: string, folder: string) =>
  path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** The path without links, of which the last parts need not exist. */
function realOf(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const { dir, base } = parse(whole);
    return base === '' ? whole : join(realOf(dir), base);
  }
}
