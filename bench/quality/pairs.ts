/** Which photos are painted in the style of which paintings. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './root.js';

export interface PictureFile {
  /** Without folder and ending. */
  readonly name: string;
  readonly path: string;
}

export interface Pair {
  readonly content: PictureFile;
  readonly style: PictureFile;
  /** The painting after this one. */
  readonly next: PictureFile;
}

/** Three photographs in the public domain that come with npm. */
const PHOTOS = ['dust-bowl-home', 'french-alpine-landscape', 'nagasaki-boats'].map((name) => ({
  name,
  path: path.join(ROOT, 'node_modules/@stdlib', `datasets-img-${name}`, 'data/image.jpg'),
}));
const STYLES = path.join(ROOT, 'examples/styles');
/** Six of all pairs with the drawn paintings: each photo twice, six kinds of stroke. */
const DEFAULT_PAIRS = [
  'dust-bowl-home*swirls',
  'dust-bowl-home*ink',
  'french-alpine-landscape*waves',
  'french-alpine-landscape*mosaic',
  'nagasaki-boats*gold',
  'nagasaki-boats*pastel',
];

/**
 * All pairs of two folders, or those listed as photo*painting; without folders six that every clone has.
 *
 * @throws RangeError for a pair that there is not.
 */
export async function pairsOf(folders: {
  readonly contents?: string | undefined;
  readonly styles?: string | undefined;
  readonly pairs?: string | undefined;
}): Promise<Pair[]> {
  const contents = folders.contents === undefined ? PHOTOS : await picturesIn(folders.contents, '--contents');
  const styles = await picturesIn(folders.styles ?? STYLES, '--styles');
  const given = folders.contents !== undefined || folders.styles !== undefined;
  const wanted = folders.pairs?.split(',') ?? (given ? undefined : DEFAULT_PAIRS);
  const all = contents.flatMap((content) =>
    styles.map((style, i) => ({ content, style, next: styles[(i + 1) % styles.length] as PictureFile })),
  );
  for (const name of wanted ?? []) {
    if (!all.some((pair) => pairName(pair) === name)) {
      throw new RangeError(`Expected photo*painting, such as ${pairName(all[0] as Pair)}, but received "${name}".`);
    }
  }
  return all.filter((pair) => wanted?.includes(pairName(pair)) ?? true);
}

export const pairName = ({ content, style }: Pick<Pair, 'content' | 'style'>) => `${content.name}*${style.name}`;

async function picturesIn(folder: string, flag: string): Promise<PictureFile[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const pictures = names.filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (pictures.length === 0)
    throw new RangeError(`Expected a folder of pictures for ${flag} but received "${folder}".`);
  return pictures.map((name) => ({ name: path.parse(name).name, path: path.resolve(folder, name) }));
}
