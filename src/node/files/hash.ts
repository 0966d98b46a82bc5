/** Hashes of files. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * SHA-256 of a file's bytes, hex.
 *
 * @param last no byte behind this one is read.
 * @throws what the file system says.
 */
export async function hashOfFile(path: string, last?: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, last === undefined ? {} : { end: last })) hash.update(part);
  return hash.digest('hex');
}
