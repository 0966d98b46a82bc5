/** The user's cache of networks: one safetensors file each, in canonical form, with its provenance. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { expected, GivernyError } from '../../core/errors.js';
import {
  readSafetensorsHeader,
  safetensorsHeaderSize,
  writeSafetensors,
} from '../../core/networks/formats/safetensors.js';
import { type Network, pooledIn } from '../../core/networks/network.js';
import { reason, writeAtomically } from '../files/atomic.js';
import { cacheFolder } from '../files/cache-folder.js';
import { openRegularFile } from '../files/read.js';

/** Where a network came from, for its file's metadata: source, licence and the like. */
export type Provenance = Readonly<Record<string, string>>;

/** The folder of the networks, in the cache; throws as cacheFolder. */
export const networksFolder = (): string => path.join(cacheFolder(), 'networks');

/** Whether a network in the cache can have this name: it is a file's name, and not one that means something else. */
export function isNetworkName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name) && name !== 'auto' && name !== 'pocket';
}

/** The file of a network in the cache, be it there or not. */
export function cachedFile(name: string): string {
  if (!isNetworkName(name)) throw expected('letters, digits, ".", "_" and "-", not auto or pocket,', 'the name', name);
  return path.join(networksFolder(), `${name}.safetensors`);
}

/**
 * Names of the networks in the cache, sorted.
 *
 * @throws GivernyError FILE_NOT_FOUND where the cache exists but is no folder that we can read.
 */
export async function cachedNames(): Promise<string[]> {
  const folder = networksFolder();
  const files = await readdir(folder).catch((cause) => {
    if (cause.code === 'ENOENT') return [];
    throw new GivernyError('FILE_NOT_FOUND', `Expected the cache in "${folder}" but ${reason(cause)}.`, { cause });
  });
  const names = files.flatMap((file) => /^(.+)\.safetensors$/.exec(file)?.[1] ?? []);
  return names.filter(isNetworkName).sort();
}

/** What a safetensors file says about itself; nothing where it is damaged. */
export async function metadataOf(path: string): Promise<Provenance> {
  try {
    const file = await openRegularFile(path);
    try {
      const start = new Uint8Array(8);
      await file.read(start, 0, start.length, 0);
      const header = new Uint8Array(safetensorsHeaderSize(start, path));
      await file.read(header, 0, header.length, 0);
      return readSafetensorsHeader(header, (await file.stat()).size, path).metadata;
    } finally {
      await file.close();
    }
  } catch {
    return {};
  }
}

/**
 * Puts a network into the cache, whole or not at all: others see the old file until the new one is complete.
 *
 * @returns the file's path.
 * @throws GivernyError DISK_FULL or WRITE_FAILED; nothing is left behind.
 */
export async function saveNetwork(network: Network, provenance: Provenance): Promise<string> {
  const pooled = pooledIn(network);
  const bytes = writeSafetensors(network.tensors, {
    name: network.name,
    hash: network.hash,
    mean: network.mean.join(','),
    ...(pooled && { pooled: pooled.join(',') }),
    ...provenance,
  });
  // A neighbour would be a network of another name.
  return writeAtomically(cachedFile(network.name), bytes, { neighbour: false });
}

/**
 * Removes files of the cache.
 *
 * @returns whether there were any.
 * @throws GivernyError WRITE_FAILED.
 */
export async function removeFiles(files: readonly string[]): Promise<boolean> {
  let found = false;
  for (const file of files) {
    try {
      await rm(file);
      found = true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw new GivernyError('WRITE_FAILED', `Expected to remove "${file}" but ${reason(error)}.`, { cause: error });
    }
  }
  return found;
}
