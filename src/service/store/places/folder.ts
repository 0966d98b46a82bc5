/** Bytes in a folder that all machines share, such as one of NFS. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../../node/files/atomic.js';
import type { BlobPlace } from '../blobs.js';

export function folderPlace(folder: string): BlobPlace {
  // Folders of a few thousand files each.
  const within = (id: string) => join(folder, id.slice(0, 2));
  const pathOf = (id: string) => join(within(id), id);
  return {
    async put(id, bytes) {
      await mkdir(within(id), { recursive: true, mode: 0o700 });
      await writeAtomically(pathOf(id), bytes);
    },
    get: (id) => readFile(pathOf(id)),
    remove: (id) => rm(pathOf(id), { force: true }),
  };
}
