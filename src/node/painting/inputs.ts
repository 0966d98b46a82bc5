/** What requests for paintings name, before anything is painted: networks and files, each opened or read once. */
import { basename } from 'node:path';
import type { Network } from '../../core/networks/network.js';
import type { Options } from '../../core/options/options.js';
import { networksOf } from '../../core/painting/networks.js';
import type { NamedFile } from '../../core/painting/recipe.js';
import { fittingOf } from '../../core/pictures/fit.js';
import type { Size } from '../../core/pictures/picture.js';
import { hashOfFile } from '../files/hash.js';
import { pictureSize } from '../files/pictures.js';
import { openNetwork } from '../networks/open.js';
import type { PaintRequest, PictureSource } from './request.js';

export class Inputs {
  readonly #networks = new Map<string, Promise<Network>>();
  readonly #hashes = new Map<string, Promise<string>>();
  readonly #sizes = new Map<string, Promise<Size>>();

  /** @throws GivernyError NETWORK_UNKNOWN, FILE_NOT_FOUND, NETWORK_FORMAT or NETWORK_TENSOR. */
  open(name: string): Promise<Network> {
    return once(this.#networks, name, () => openNetwork(name));
  }

  /** The networks that will look at a painting. @throws GivernyError as `open`. */
  networksOf(request: PaintRequest, options: Options, size: Size) {
    return networksOf(request, options, size, async (wanted) =>
      typeof wanted === 'string' ? this.open(wanted) : wanted,
    );
  }

  /** A picture as recipes name it; one that is no file is none of theirs. @throws what the file system says. */
  async named(source: PictureSource): Promise<NamedFile> {
    if (typeof source !== 'string') return { name: 'a picture in memory', sha256: '' };
    return { name: basename(source), sha256: await once(this.#hashes, source, () => hashOfFile(source)) };
  }

  /** The size of a painting. @throws Error where its photo is no file that can be read. */
  async fitted(photo: PictureSource, options: Options): Promise<Size> {
    if (typeof photo !== 'string') throw new Error('The photo is no file.');
    const natural = await once(this.#sizes, photo, () => pictureSize(photo));
    return fittingOf(natural, options.size, undefined, options.fit).fitted;
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
