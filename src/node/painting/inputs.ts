/** The pictures that a painting is made from, read and brought to its size. */
import { existsSync } from 'node:fs';
import type { Style } from '../../core/costs/areas.js';
import { expected } from '../../core/errors.js';
import { deepestLayer, receptiveFieldPx } from '../../core/networks/measures.js';
import type { Network } from '../../core/networks/network.js';
import { type Options, optionMeta } from '../../core/options/options.js';
import { firstNameOf } from '../../core/painting/mask-regions.js';
import type { NamedFile } from '../../core/painting/recipe.js';
import { fitPicture, styleSize } from '../../core/pictures/fit.js';
import type { Layered, Size } from '../../core/pictures/picture.js';
import { readPicture } from '../files/pictures.js';
import { type LoadedMask, readMask } from './mask.js';
import { namedRegions, type PaintRequest } from './request.js';

interface Input extends NamedFile, Layered {
  /** Size of the file's picture, in pixels. */
  readonly natural: Size;
}

export interface Inputs {
  readonly content: Input;
  readonly styles: readonly (Input & Style)[];
  readonly mask?: LoadedMask | undefined;
  /** Of the content's size. */
  readonly start?: Input | undefined;
  /** What was done to them, for people to read. */
  readonly notes: readonly string[];
}

/** The file that `init` names; undefined where it says how to start from the photo. */
export function startFileOf({ init }: Pick<Options, 'init'>): string | undefined {
  return typeof init === 'string' && init !== 'content' && init !== 'noise' ? init : undefined;
}

/** @throws GivernyError as readPicture, fitPicture and readMask; OPTION_INVALID where `init` names no file. */
export async function readInputs(request: PaintRequest, options: Options): Promise<Inputs> {
  const notes: string[] = [];
  const load = async (path: string, size: Options['size']): Promise<Input> => {
    const read = await readPicture(path, { size });
    const { name, sha256, natural, notices } = read;
    const { note, ...fitted } = await fitPicture(read, size);
    notes.push(...notices);
    if (note !== undefined) notes.push(`${name}: ${note}`);
    return { ...fitted, name, sha256, natural };
  };
  const content = await load(request.content, options.size);
  const names = namedRegions(request);
  const styles: (Input & Style)[] = [];
  for (const { path, weight = 1, region } of request.styles) {
    const style = await load(path, styleSize(options));
    styles.push({ ...style, weight, region: region === undefined ? undefined : firstNameOf(region, names) });
  }
  const colors = [...new Set(names.map((name) => firstNameOf(name, names)))];
  const mask =
    request.mask && (await readMask(request.mask, colors, request.regionStrengths, content.natural, options.size));
  const startFile = startFileOf(options);
  if (startFile !== undefined && !existsSync(startFile)) throw expected(optionMeta('init').expects, 'init', startFile);
  const { width, height } = content.picture;
  const start = startFile === undefined ? undefined : await load(startFile, { width, height });
  return { content, styles, mask, start, notes };
}

/** A sentence for each style whose file shows less than a feature of the deepest layer sees. */
export function smallStyles(styles: Inputs['styles'], network: Network, { styleLayers }: Options): string[] {
  const layer = deepestLayer(network, styleLayers);
  if (layer === undefined) return [];
  const side = receptiveFieldPx(network, layer);
  return styles
    .filter(({ natural }) => Math.min(natural.width, natural.height) < side)
    .map(
      ({ name, natural: { width, height } }) =>
        `${name}: ${width}x${height} is less than the ${side} pixels that ${layer} sees, so that its large forms are missing`,
    );
}
