/** Writing files so that a reader finds the old file or the whole new one, never a part. */
import type { Stats } from 'node:fs';
import { access, constants, link, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GivernyError } from '../../core/errors.js';
import { linkedFile } from './linked-file.js';
import { sweepTemporaries, temporaryName, tryWriting } from './temporaries.js';

export interface WriteOptions {
  /** Whether an existing file is replaced; otherwise it is refused. Default true. */
  readonly overwrite?: boolean;
  /** Whether a file that cannot be replaced because a program has it open gets a new neighbour. Default true. */
  readonly neighbour?: boolean;
}

/**
 * Writes a file by way of a temporary one beside it; missing folders are made. A link is followed, so that
 * the file it points to is written. A replaced file keeps its permissions and, where we may set it, its owner.
 *
 * On Windows a file that another program has open cannot be replaced. Then the attempt is repeated for some
 * seconds, and at last the bytes are saved under a free neighbouring name: the caller has to say so.
 *
 * @param bytes the content, whole or in chunks.
 * @returns the path that was written: `path`, or that of the neighbour.
 * @throws GivernyError DISK_FULL, FILE_EXISTS where `overwrite` is false, or WRITE_FAILED for any other
 *   reason; what the chunks throw is passed on. Nothing is left behind.
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array | Iterable<Uint8Array>,
  { overwrite = true, neighbour = true }: WriteOptions = {},
): Promise<string> {
  try {
    const target = linkedFile(path);
    const old = await checkTarget(path, target, overwrite);
    const written = await write(dirname(target), bytes, old, (temporary) =>
      overwrite ? replace(temporary, target, neighbour) : create(temporary, target),
    );
    return written === target ? path : written;
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * Writes a file under the name that freeName gives at its completion, so that nothing is overwritten or lost.
 *
 * @returns the path that was written.
 * @throws GivernyError as writeAtomically.
 */
export async function writeToFreeName(path: string, bytes: Uint8Array | Iterable<Uint8Array>): Promise<string> {
  try {
    return await write(dirname(path), bytes, undefined, (temporary) => createNeighbour(temporary, path));
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * The first of `a.png`, `a-2.png`, `a-3.png` ... that does not exist. Another process may take it at any
 * time: writeAtomically with `overwrite: false` notices, and writeToFreeName takes the next.
 *
 * @throws GivernyError WRITE_FAILED where the folder cannot be looked into.
 */
export async function freeName(path: string): Promise<string> {
  const { dir, name, ext } = parse(path);
  for (let candidate = path, n = 2; ; n++) {
    const taken = await found(lstat(candidate)).catch((error) => {
      throw writeError(path, error);
    });
    if (!taken) return candidate;
    candidate = join(dir, `${name}-${n}${ext}`);
  }
}

/**
 * Checks before the work that its result can be written. It tries: a temporary file is made and removed in
 * the target's folder or, where that is missing, in a temporary folder in its nearest existing parent.
 *
 * @throws GivernyError as writeAtomically.
 */
export async function assertWritable(path: string, { overwrite = true }: WriteOptions = {}): Promise<void> {
  try {
    const target = linkedFile(path);
    await checkTarget(path, target, overwrite);
    const folder = dirname(target);
    let existing = folder;
    while (!(await found(stat(existing))) && dirname(existing) !== existing) existing = dirname(existing);
    if (!(await stat(existing)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    if (existing === folder) {
      await sweepTemporaries(folder, await tryWriting(folder));
      return;
    }
    const trial = join(existing, temporaryName());
    await mkdir(trial);
    try {
      await tryWriting(trial);
    } finally {
      await rm(trial, { recursive: true, force: true });
    }
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * Makes a folder and its parents. Unlike mkdir's own recursion this ends where the system refuses folders as
 * if their parent were missing (/proc).
 *
 * @throws what the file system says.
 */
export async function makeFolder(folder: string): Promise<void> {
  const make = () =>
    mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await make();
  });
}

/** What a file system says, as it reads in a sentence. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && REASONS[code]) || message;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EBUSY: 'another program uses it',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOENT: 'its folder does not exist and cannot be made',
  ENOTDIR: 'a part of its path is a file',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
};

/**
 * What the file system says about writing, as one of our errors. Anything else, such as a mistake in the code
 * that makes the bytes, is returned as it is.
 */
export function writeError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof GivernyError || typeof code !== 'string') return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new GivernyError('DISK_FULL', `Expected room to write "${path}" but the disk is full.`, { cause: error });
  }
  if (code === 'EEXIST') return fileExists(path);
  return new GivernyError('WRITE_FAILED', `Expected to write "${path}" but ${reason(error)}.`, { cause: error });
}

function fileExists(path: string): GivernyError {
  return new GivernyError('FILE_EXISTS', `Expected to write a new file but "${path}" exists already.`);
}

/**
 * The file that is about to be replaced, if there is one.
 *
 * @throws GivernyError FILE_EXISTS where it must not be replaced, WRITE_FAILED where it is no file; or what
 *   the file system says where it may not be written.
 */
async function checkTarget(path: string, target: string, overwrite: boolean): Promise<Stats | undefined> {
  const old = await found(stat(target));
  if (!old) return undefined;
  if (old.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  if (!old.isFile()) {
    // A rename would put a file in the place of /dev/null.
    const kind = old.isFIFO() || old.isSocket() ? 'a pipe' : 'a device';
    throw new GivernyError('WRITE_FAILED', `Expected to write "${path}" but it is ${kind}.`);
  }
  if (!overwrite) throw fileExists(path);
  await access(target, constants.W_OK);
  return old;
}

/** Writes a temporary file in `folder`, made if need be, and lets `place` bring it to its name. */
async function write(
  folder: string,
  bytes: Uint8Array | Iterable<Uint8Array>,
  old: Stats | undefined,
  place: (temporary: string) => Promise<string>,
): Promise<string> {
  await makeFolder(folder);
  const temporary = join(folder, temporaryName());
  try {
    // What replaces a private file is private from its first byte.
    const file = await open(temporary, 'wx', old ? 0o600 : 0o666);
    try {
      for (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) await file.writeFile(chunk);
      if (old) {
        // Some file systems have no owners or permissions to set; others keep us from giving files away.
        await file.chown(old.uid, old.gid).catch(() => {});
        await file.chmod(old.mode & 0o7777).catch(() => {});
      }
      await file.sync();
      await sweepTemporaries(folder, (await file.stat()).mtimeMs);
    } finally {
      await file.close();
    }
    return await place(temporary);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** What rename says where the target is open in another program (Windows) or is mounted by itself (EBUSY). */
const HELD: readonly unknown[] = ['EPERM', 'EACCES', 'EBUSY'];

/** Virus scanners and previews let go of a file within seconds. 6.3 s in all. */
const PAUSES_MS = [100, 200, 400, 800, 1600, 3200];

async function replace(temporary: string, target: string, neighbour: boolean): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(temporary, target);
      return target;
    } catch (error) {
      if (!HELD.includes((error as NodeJS.ErrnoException).code)) throw error;
      const pauseMs = PAUSES_MS[attempt];
      if (pauseMs !== undefined) await sleep(pauseMs);
      else if (neighbour) return createNeighbour(temporary, target);
      else throw error;
    }
  }
}

/** @throws EEXIST where the target exists. */
async function create(temporary: string, target: string): Promise<string> {
  try {
    // Unlike rename, link never replaces a file.
    await link(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // File systems without links, such as FAT: an empty file reserves the name.
    await (await open(target, 'wx')).close();
    try {
      await rename(temporary, target);
    } catch (cause) {
      await rm(target, { force: true });
      throw cause;
    }
    return target;
  }
  // Were it to stay, it would be swept in time: the file has two names, and keeps the other.
  await rm(temporary, { force: true }).catch(() => {});
  return target;
}

async function createNeighbour(temporary: string, path: string): Promise<string> {
  for (;;) {
    const free = await freeName(path);
    try {
      return await create(temporary, free);
    } catch (error) {
      // Another process took the name meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Nothing where there is no such file, nor could be one below a file. */
async function found(lookUp: Promise<Stats>): Promise<Stats | undefined> {
  return lookUp.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    return undefined;
  });
}
