/** Pictures in folders. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { GivernyError } from '../../core/errors.js';
import { reason } from './atomic.js';

/** Names of pictures. HEIC cannot be read, but whoever has such a file should hear of it. */
const EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp', '.avif', '.tif', '.tiff', '.gif', '.heic', '.heif'];

export interface FoundPicture {
  readonly path: string;
  /** The folder below the one that was searched, with its name first: `photos/2024`. */
  readonly folder: string;
}

export interface FoundPictures {
  readonly pictures: readonly FoundPicture[];
  /** Hidden files, and files that are no pictures by their names. */
  readonly passedOver: number;
  /** Sentences about folders that cannot be read. */
  readonly unreadable: readonly GivernyError[];
}

/**
 * Finds the pictures that places stand for: a file is itself, a folder all pictures in it and below, by name. Each file
 * and each folder counts once, by whatever links it is reached.
 *
 * @param except a folder that is not searched, unless it is a place itself.
 * @throws GivernyError FILE_NOT_FOUND where a place does not exist.
 */
export async function findPictures(places: readonly string[], except?: string): Promise<FoundPictures> {
  const seen = new Set<string>();
  const pictures: FoundPicture[] = [];
  const unreadable: GivernyError[] = [];
  let passedOver = 0;
  const realOf = (path: string) => realpath(path).catch(() => path);
  const skipped = except === undefined ? undefined : await realOf(except);
  const isNew = async (path: string) => {
    const real = await realOf(path);
    const fresh = !seen.has(real);
    seen.add(real);
    return fresh;
  };
  const search = async (place: string, folder: string) => {
    if (!(await isNew(place))) return;
    const entries = await readdir(place, { withFileTypes: true }).catch((error): Dirent[] => {
      const sentence = `Expected to look into the folder "${place}" but ${reason(error)}.`;
      unreadable.push(new GivernyError('FILE_NOT_FOUND', sentence, { cause: error }));
      return [];
    });
    for (const { name } of entries.sort((a, b) => byName(a.name, b.name))) {
      const path = join(place, name);
      const kind = name.startsWith('.') ? undefined : await stat(path).catch(() => undefined);
      if (kind?.isDirectory()) {
        if ((await realOf(path)) !== skipped) await search(path, `${folder}/${name}`);
      } else if (!kind?.isFile() || !EXTENSIONS.includes(extname(name).toLowerCase())) passedOver++;
      else if (await isNew(path)) pictures.push({ path, folder });
    }
  };
  for (const place of places) {
    const kind = await stat(place).catch((cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'there is none' : reason(cause);
      throw new GivernyError('FILE_NOT_FOUND', `Expected a picture or a folder at "${place}" but ${why}.`, { cause });
    });
    if (kind.isDirectory()) await search(place, basename(resolve(place)));
    else if (await isNew(place)) pictures.push({ path: place, folder: basename(dirname(resolve(place))) });
  }
  return { pictures, passedOver, unreadable };
}

const collator = new Intl.Collator('en', { numeric: true });
const byName = (a: string, b: string) => collator.compare(a, b);
