/** A lock between processes that share a folder, be they in other containers or on other machines. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeError } from './atomic.js';
import { ageOf, clockOf } from './temporaries.js';

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once, where another process holds the lock. */
  readonly onWait?: () => void;
  /** The holder touches its lock this often. Default 2 s. */
  readonly beatMs?: number;
  /** A lock untouched for this long is of a process that died. Default 30 s. */
  readonly staleMs?: number;
  /** Who waits looks this often, give or take a half. Default 1 s. */
  readonly pollMs?: number;
}

/**
 * Runs `action` while nobody else runs one under the same lock.
 *
 * A lock is a file `<base>.<random>.lock`. Whoever makes one and then sees no other holds the lock; of two who
 * come at once each sees the other, and both step back for a random while. No two locks ever have one name, so
 * that removing a stale one cannot remove a living one. A process that is suspended for longer than `staleMs`
 * and goes on loses the lock without notice: use it to save work, and not as the only guard of a file.
 *
 * @param action told whether it had to wait.
 * @throws what `action` throws, the signal's reason, or GivernyError WRITE_FAILED or DISK_FULL where no lock
 *   can be made.
 */
export async function withLock<T>(
  base: string,
  action: (waited: boolean) => Promise<T>,
  { signal, onWait, beatMs = 2000, staleMs = 30_000, pollMs = 1000 }: LockOptions = {},
): Promise<T> {
  const mine = `${base}.${randomUUID()}.lock`;
  const attempt = () =>
    acquire(base, mine, staleMs).catch((error) => {
      throw writeError(mine, error);
    });
  let waited = false;
  let file = await attempt();
  while (!file) {
    if (!waited) onWait?.();
    waited = true;
    await sleep(pollMs * (0.5 + Math.random()), undefined, { ...(signal && { signal }) });
    file = await attempt();
  }
  const held = file;
  // Writing lets the file system set the time by its own clock. A beat that fails may be followed by one that does not.
  const beat = setInterval(() => void held.write('.', 0).catch(() => {}), beatMs).unref();
  try {
    return await action(waited);
  } finally {
    clearInterval(beat);
    await held.close();
    await rm(mine, { force: true });
  }
}

async function acquire(base: string, mine: string, staleMs: number): Promise<FileHandle | undefined> {
  if (await isHeld(base, mine, staleMs)) return undefined;
  const file = await open(mine, 'wx');
  let acquired = false;
  try {
    acquired = !(await isHeld(base, mine, staleMs));
  } finally {
    if (!acquired) {
      await file.close();
      await rm(mine, { force: true });
    }
  }
  return acquired ? file : undefined;
}

/** Whether there is another lock than `mine`; stale ones are removed. */
async function isHeld(base: string, mine: string, staleMs: number): Promise<boolean> {
  const folder = dirname(base);
  const others = (await locksIn(folder, basename(base))).filter((path) => path !== mine);
  if (others.length === 0) return false;
  const nowMs = await clockOf(folder);
  let held = false;
  for (const path of others) {
    const ageMs = await ageOf(path, nowMs);
    if (ageMs === undefined) continue;
    if (ageMs >= staleMs) await rm(path, { force: true });
    else held = true;
  }
  return held;
}

async function locksIn(folder: string, name: string): Promise<string[]> {
  const isLock = (file: string) =>
    file.startsWith(`${name}.`) && /^[0-9a-f-]{36}\.lock$/.test(file.slice(name.length + 1));
  return (await readdir(folder)).filter(isLock).map((file) => join(folder, file));
}
