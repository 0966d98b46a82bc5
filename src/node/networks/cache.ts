/** The user's cache of networks: one safetensors file each, in canonical form, with its provenance. */
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { expected, GivernyError } from '../../core/errors.js';
import {
  readSafetensorsHeader,
  safetensorsHeaderSize,
  writeSafetensors,
} from '../../core/networks/formats/safetensors.js';
import type { Network } from '../../core/networks/network.js';

/** Where a network came from, for its file's metadata: source, licence and the like. */
export type Provenance = Readonly<Record<string, string>>;

/** The folder of the networks: in GIVERNY_CACHE if set, else where the platform keeps caches. */
export function networksFolder(): string {
  const { GIVERNY_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (GIVERNY_CACHE) return path.resolve(GIVERNY_CACHE, 'networks');
  if (process.platform === 'win32') {
    return path.join(LOCALAPPDATA || path.join(homedir(), 'AppData', 'Local'), 'giverny', 'Cache', 'networks');
  }
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'giverny', 'networks');
  // The XDG specification says to ignore relative paths.
  const caches = XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(homedir(), '.cache');
  return path.join(caches, 'giverny', 'networks');
}

/** Whether a network in the cache can have this name: it is a file's name, and not one that means something else. */
export function isNetworkName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name) && name !== 'auto' && name !== 'pocket';
}

/** The file of a network in the cache, be it there or not. */
export function cachedFile(name: string): string {
  if (!isNetworkName(name)) throw expected('letters, digits, ".", "_" and "-", not auto or pocket,', 'the name', name);
  return path.join(networksFolder(), `${name}.safetensors`);
}

/** Names of the networks in the cache, sorted. */
export async function cachedNames(): Promise<string[]> {
  const files = await readdir(networksFolder()).catch(() => []);
  const names = files.flatMap((file) => /^(.+)\.safetensors$/.exec(file)?.[1] ?? []);
  return names.filter(isNetworkName).sort();
}

/** What a safetensors file says about itself; nothing where it is damaged. */
export async function metadataOf(path: string): Promise<Provenance> {
  try {
    const file = await open(path);
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
  const target = cachedFile(network.name);
  const bytes = writeSafetensors(network.tensors, {
    name: network.name,
    hash: network.hash,
    mean: network.mean.join(','),
    ...provenance,
  });
  await makeFolder();
  const temporary = temporaryName(target, 'tmp');
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeError(error, target);
  }
  return target;
}

/** Makes the cache's folder. */
export async function makeFolder(): Promise<void> {
  const folder = networksFolder();
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw writeError(error, folder);
  });
}

let count = 0;

/** `<base>.<process id>-<n>.<ending>`: no other process, and nobody else in this one, has it. */
export function temporaryName(base: string, ending: string): string {
  return `${base}.${process.pid}-${++count}.${ending}`;
}

/** What the system says about writing, as one of our errors. */
export function writeError(error: unknown, target: string): GivernyError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new GivernyError('DISK_FULL', `Expected room on the disk for ${target} but it is full.`, { cause: error });
  }
  return new GivernyError('WRITE_FAILED', `Expected to write ${target} but could not (${code ?? message}).`, {
    cause: error,
  });
}
