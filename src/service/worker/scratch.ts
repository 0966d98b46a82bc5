/** Folders of workers for files of paintings in progress; those of workers that were killed are removed by others. */
import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ageOf, clockOf } from '../../node/files/temporaries.js';

const PREFIX = 'giverny-worker-';
/** A worker touches its folder every ten seconds: one untouched for so long is a dead one's. */
const ABANDONED_MS = 60_000;
const TOUCH_MS = 10_000;

export interface Scratch {
  readonly folder: string;
  /** Tells others that the folder is in use; now and then removes theirs that are not. */
  keep(): Promise<void>;
  remove(): Promise<void>;
}

export function newScratch(root = tmpdir()): Scratch {
  const folder = mkdtempSync(join(root, PREFIX));
  let touchedAt = Number.NEGATIVE_INFINITY;
  let sweptAt = Number.NEGATIVE_INFINITY;
  return {
    folder,
    async keep() {
      if (performance.now() - touchedAt < TOUCH_MS) return;
      touchedAt = performance.now();
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // A file that comes and goes touches the folder by the clock that others measure with.
      const now = await clockOf(folder);
      if (performance.now() - sweptAt < ABANDONED_MS) return;
      sweptAt = performance.now();
      await sweepFolders(root, folder, now);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function sweepFolders(root: string, own: string, nowMs: number): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    const path = join(root, name);
    if (!name.startsWith(PREFIX) || path === own) continue;
    if (((await ageOf(path, nowMs)) ?? 0) < ABANDONED_MS) continue;
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
