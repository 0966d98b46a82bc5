/** Reading files whose path somebody else may have chosen. */
import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { type ErrorCode, GivernyError } from '../../core/errors.js';
import { reason } from './atomic.js';

/**
 * Reads a whole file. Folders, devices and pipes are refused without being opened: a device never ends, and
 * opening a pipe waits for its writer.
 *
 * @param what what the sentence calls the file, such as "a picture".
 * @param maxBytes a larger file is refused before any of it is read.
 * @param code of every refusal but that of a file that is not there.
 * @returns the bytes, in a buffer of their own.
 * @throws GivernyError FILE_NOT_FOUND, or `code`: IMAGE_UNREADABLE by default.
 */
export async function readRegularFile(
  path: string,
  what: string,
  maxBytes: number,
  code: ErrorCode = 'IMAGE_UNREADABLE',
): Promise<Uint8Array<ArrayBuffer>> {
  const refuse = (why: string, cause?: unknown) =>
    new GivernyError(code, `Expected ${what} at "${path}" but ${why}.`, { cause });
  try {
    const file = await openRegularFile(path);
    try {
      const { size } = await file.stat();
      if (size > maxBytes) {
        throw new GivernyError(
          code,
          `Expected ${what} of at most ${maxBytes} bytes at "${path}" but it has ${size} bytes.`,
        );
      }
      const bytes = new Uint8Array(size);
      let filled = 0;
      while (filled < size) {
        const { bytesRead } = await file.read(bytes, filled, Math.min(size - filled, 2 ** 30));
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof GivernyError) throw error;
    const missing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!missing) throw refuse(reason(error), error);
    throw new GivernyError('FILE_NOT_FOUND', `Expected ${what} at "${path}" but there is no such file.`, {
      cause: error,
    });
  }
}

/**
 * Opens a file to read. Folders, devices and pipes are refused without being opened.
 *
 * @throws what the file system says; of other kinds of files an Error with a code as well, for `reason`.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  await assertRegularFile(path);
  // Should a pipe take the file's place between the two calls, opening it does not wait either.
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** @throws as openRegularFile. */
export async function assertRegularFile(path: string): Promise<void> {
  const found = await stat(path);
  if (!found.isFile()) throw Object.assign(new Error(kindOf(found)), { code: 'NOT_A_FILE' });
}

function kindOf(found: { isDirectory(): boolean; isFIFO(): boolean; isSocket(): boolean }): string {
  if (found.isDirectory()) return 'it is a folder';
  if (found.isFIFO()) return 'it is a pipe';
  return found.isSocket() ? 'it is a socket' : 'it is a device';
}
