/**
 * Temporary files that stand beside a target until it is complete, and the removal of those that a killed
 * process left.
 *
 * Containers that share a folder have equal process ids, and their clocks may differ. So names are random,
 * and age is measured by the file system's own clock.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { linkedFile } from './linked-file.js';

/** Writing touches a file every few milliseconds, so one untouched for this long belongs to nobody. */
const ABANDONED_MS = 3_600_000;

let writer = newWriter();

/** A random name for a process that writes, by which its temporary files are known. */
export function newWriter(): string {
  return randomUUID().replaceAll('-', '');
}

/** Names this process as a writer, so that the parent that chose the name can clean up after it. */
export function writeAs(name: string): void {
  writer = name;
}

/** A new name, without its folder, for a temporary file of this process. */
export function temporaryName(): string {
  return `${prefixOf(writer)}${randomUUID().slice(0, 8)}.tmp`;
}

function prefixOf(name: string): string {
  return `.giverny-${name}-`;
}

/**
 * Removes what a writer that was killed left beside `path`, and nobody else's. Synchronous, so that a
 * process can clean up after itself in its 'exit' event.
 */
export function removeTemporaries(path: string, name: string): void {
  try {
    const folder = dirname(linkedFile(path));
    const left = readdirSync(folder).filter((file) => file.startsWith(prefixOf(name)));
    for (const file of left) rmSync(join(folder, file), { recursive: true, force: true });
  } catch {
    // A folder that cannot be read cannot be cleaned; the next writer that can read it sweeps it.
  }
}

const swept = { folder: '', atMs: 0 };

/**
 * Removes temporary files of any writer that were not touched for an hour. Does nothing where this process
 * swept the same folder within the hour, so that a film of thousands of frames does not read its folder for each.
 *
 * @param nowMs from clockOf, or the modification time of a file just written to the folder.
 */
export async function sweepTemporaries(folder: string, nowMs: number): Promise<void> {
  if (swept.folder === folder && nowMs - swept.atMs < ABANDONED_MS) return;
  Object.assign(swept, { folder, atMs: nowMs });
  for (const file of await readdir(folder).catch(() => [])) {
    if (!/^\.giverny-[0-9a-f]+-[0-9a-f]+\.tmp$/.test(file)) continue;
    const path = join(folder, file);
    const ageMs = (await ageOf(path, nowMs)) ?? 0;
    if (ageMs >= ABANDONED_MS) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Milliseconds between a file's last modification and `nowMs`, or nothing where it does not exist. A time in the
 * future counts as well: where a clock was set back, a file would otherwise stay young for years.
 */
export async function ageOf(path: string, nowMs: number): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && Math.abs(nowMs - found.mtimeMs);
}

/** Milliseconds since 1970 by the clock of the file system that holds `folder`; by our own where it cannot be written to. */
export async function clockOf(folder: string): Promise<number> {
  return tryWriting(folder).catch(() => Date.now());
}

/**
 * Writes one block to a temporary file in `folder` and removes it.
 *
 * @returns the time, as clockOf.
 * @throws what the file system says, such as EACCES, EROFS, ENOSPC or EDQUOT.
 */
export async function tryWriting(folder: string): Promise<number> {
  const path = join(folder, temporaryName());
  const file = await open(path, 'wx');
  try {
    await file.writeFile(new Uint8Array(4096).fill(1));
    // Some file systems notice that they are full only when the block leaves for the disk.
    await file.sync();
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}
