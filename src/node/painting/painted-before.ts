/** What a batch finds where it is to write: the same painting, one that was stopped, or another picture. */
import { lstat } from 'node:fs/promises';
import type { Network } from '../../core/networks/network.js';
import { OPTION_NAMES, type Options, resolveOptions, startFileOf } from '../../core/options/options.js';
import { optionText } from '../../core/options/text.js';
import { networksOf } from '../../core/painting/networks.js';
import type { Recipe } from '../../core/painting/recipe.js';
import type { Size } from '../../core/pictures/picture.js';
import { hashOfFile } from '../files/hash.js';
import { pictureSize } from '../files/pictures.js';
import { readRecipe } from '../files/read-recipe.js';
import { openNetwork } from '../networks/open.js';
import type { CheckedRequest, PictureSource } from './request.js';

/** `stopped` is the same painting, stopped on the way. */
export type Found = 'nothing' | 'painting' | 'stopped' | 'other';

/** Knows the networks and the files of many paintings, each opened or read once. */
export class PaintedBefore {
  readonly #networks = new Map<string, Promise<Network>>();
  readonly #hashes = new Map<string, Promise<string>>();

  /** @throws GivernyError NETWORK_UNKNOWN, FILE_NOT_FOUND, NETWORK_FORMAT or NETWORK_TENSOR. */
  open(name: string): Promise<Network> {
    return once(this.#networks, name, () => openNetwork(name));
  }

  /** The networks that will look at a painting. @throws GivernyError as `open`. */
  networksOf(request: CheckedRequest, options: Options, size: Size) {
    // Requests that cross to another process name their networks.
    return networksOf(request, options, size, (name) => this.open(name as string));
  }

  /** Compares what is at a request's output with what the request would paint. */
  async find(request: CheckedRequest): Promise<Found> {
    const { output } = request;
    if (typeof output !== 'string' || !(await lstat(output).catch(() => undefined))) return 'nothing';
    try {
      const recipe = await readRecipe(output);
      if (!(await this.#isOf(request, recipe, await pictureSize(output)))) return 'other';
      return recipe.stopped ? 'stopped' : 'painting';
    } catch {
      // No picture, none of Giverny's, or one whose inputs are gone.
      return 'other';
    }
  }

  async #isOf(request: CheckedRequest, recipe: Recipe, size: Size): Promise<boolean> {
    const { content, styles, mask, regionStrengths = {}, terms, changes = [] } = request;
    const options = resolveOptions(request.options);
    const start = startFileOf(options.init);
    const { network, coarse } = await this.networksOf(request, options, size);
    const isFile = async (source: PictureSource | undefined, file: { sha256: string } | undefined) =>
      source === undefined ? !file : (await this.#hash(source)) === file?.sha256;
    const same =
      network.hash === recipe.network.hash &&
      coarse?.hash === recipe.coarseNetwork?.hash &&
      !terms &&
      !recipe.terms &&
      changes.length === 0 &&
      !recipe.changes &&
      styles.length === recipe.styles.length &&
      sameEntries(regionStrengths, recipe.regionStrengths ?? {}) &&
      (mask?.featherPx === undefined || mask.featherPx === recipe.mask?.featherPx) &&
      OPTION_NAMES.every(
        (name) =>
          (name === 'init' && start !== undefined) || optionText(options[name]) === optionText(recipe.options[name]),
      );
    if (!same) return false;
    for (const [i, { picture, weight = 1, region }] of styles.entries()) {
      const painted = recipe.styles[i];
      if (weight !== painted?.weight || region !== painted.region || !(await isFile(picture, painted))) return false;
    }
    return (
      (await isFile(content, recipe.content)) &&
      (await isFile(mask?.picture, recipe.mask)) &&
      (await isFile(start, recipe.start))
    );
  }

  async #hash(source: PictureSource): Promise<string | undefined> {
    if (typeof source !== 'string') return undefined;
    return once(this.#hashes, source, () => hashOfFile(source));
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

function sameEntries(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, n]) => b[name] === n);
}
