/** Writing files so that a reader finds the old file or the whole new one, never a part. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { access, constants, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GivernyError } from '../../core/errors.js';

/**
 * Writes beside the target, then renames onto it; missing folders are made. A link is followed, so that
 * the file it points to is written.
 *
 * @throws GivernyError DISK_FULL, or WRITE_FAILED for any other reason; nothing is left behind.
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await targetOf(path);
    const folder = dirname(target);
    await makeFolder(folder);
    temporary = join(folder, `${temporaryPrefix(process.pid)}${randomUUID()}.tmp`);
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, error);
  }
}

/**
 * Removes what a process left beside `path` that was killed while it wrote there. Synchronous, so that a
 * process can do it for itself at its very end.
 */
export function removeTemporaries(path: string, pid: number): void {
  try {
    const folder = dirname(existsSync(path) ? realpathSync(path) : path);
    const left = readdirSync(folder).filter((name) => name.startsWith(temporaryPrefix(pid)));
    for (const name of left) rmSync(join(folder, name), { force: true });
  } catch {
    // Where the folder cannot be read, nothing was written either.
  }
}

const temporaryPrefix = (pid: number) => `.giverny-${pid}-`;

/**
 * Checks before the work that its result can be written; makes nothing.
 *
 * @throws GivernyError WRITE_FAILED.
 */
export async function assertWritable(path: string): Promise<void> {
  try {
    let folder = dirname(await targetOf(path));
    while (!(await statOrNothing(folder)) && dirname(folder) !== folder) folder = dirname(folder);
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw writeError(path, error);
  }
}

/** What a file system says, as it reads in a sentence. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && REASONS[code]) || message;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of its path is a file',
  ENAMETOOLONG: 'its name is too long',
};

/** The file a path stands for, links followed; it may not exist yet, but what exists must be a writable file. */
async function targetOf(path: string): Promise<string> {
  const found = await statOrNothing(path);
  if (!found) return path;
  if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  // A rename would put a file in place of a device such as /dev/null.
  if (!found.isFile()) throw new Error('it is a device');
  await access(path, constants.W_OK);
  return realpath(path);
}

/** As mkdir's own recursion, which never ends where the system refuses folders as if their parent were missing (/proc). */
async function makeFolder(folder: string): Promise<void> {
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

async function statOrNothing(path: string) {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}

function writeError(path: string, error: unknown): GivernyError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new GivernyError('DISK_FULL', `Expected room to write "${path}" but the disk is full.`, { cause: error });
  }
  return new GivernyError('WRITE_FAILED', `Expected to write "${path}" but ${reason(error)}.`, { cause: error });
}
