/** A picture's file before anything is decoded: its bytes or path, its hash, and how it starts. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { joined } from '../../core/bytes.js';
import { GivernyError } from '../../core/errors.js';
import { reason } from './atomic.js';
import { type ReadAt, readerOf } from './exif/directories.js';
import { hashOfFile } from './hash.js';
import { readRegularFile } from './read.js';

/** A path, or the bytes of a file. */
export type PictureSource = string | Uint8Array | ArrayBuffer;

export interface PictureFile {
  /** What sentences call it. */
  readonly name: string;
  /** What sharp reads: the bytes, or the path of a file that is too large to be in memory beside its pixels. */
  readonly input: Uint8Array | string;
  /** The first bytes, 4 MB of a large file and all of a small one: colour is declared there. */
  readonly head: Uint8Array;
  /** Any of its bytes. */
  readonly readAt: ReadAt;
  /** Of all bytes, hex. */
  readonly sha256: string;
}

/** Files up to this are read at once. */
const IN_MEMORY_BYTES = 16 * 2 ** 20;
/** The largest picture that may be read, uncompressed with 16 bits and alpha, has 1.2 GB. */
const MAX_FILE_BYTES = 2 ** 31;
const HEAD_BYTES = 4 * 2 ** 20;

/**
 * Opens a picture's file. Only regular files are read, and the pipes that a shell hands over as `/dev/stdin` or
 * `/dev/fd/63`.
 *
 * @throws GivernyError FILE_NOT_FOUND, IMAGE_UNREADABLE.
 */
export async function openPictureFile(source: PictureSource, name?: string): Promise<PictureFile> {
  const called = name ?? (typeof source === 'string' ? source : 'the picture');
  if (typeof source !== 'string')
    return ofBytes(source instanceof ArrayBuffer ? new Uint8Array(source) : source, called);
  const found = await stat(source).catch(() => undefined);
  if (found?.isFIFO() && /^\/dev\/(stdin|fd\/\d+)$/.test(source)) return ofBytes(await readPipe(source), called);
  if (found?.isFile() && found.size > IN_MEMORY_BYTES && found.size <= MAX_FILE_BYTES) return ofPath(source, called);
  return ofBytes(await readRegularFile(source, 'a picture', MAX_FILE_BYTES), called);
}

function ofBytes(bytes: Uint8Array, name: string): PictureFile {
  if (bytes.length === 0) {
    throw new GivernyError('IMAGE_UNREADABLE', `Expected a picture but "${name}" is empty (0 bytes).`);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, input: bytes, head: bytes, readAt: readerOf(bytes), sha256 };
}

async function ofPath(path: string, name: string): Promise<PictureFile> {
  try {
    const head = new Uint8Array(HEAD_BYTES);
    const file = await open(path);
    try {
      await file.read(head, 0, HEAD_BYTES, 0);
    } finally {
      await file.close();
    }
    return { name, input: path, head, readAt: readerOfPath(path), sha256: await hashOfFile(path, MAX_FILE_BYTES) };
  } catch (error) {
    throw new GivernyError('IMAGE_UNREADABLE', `Expected a picture at "${path}" but ${reason(error)}.`, {
      cause: error,
    });
  }
}

function readerOfPath(path: string): ReadAt {
  return (at, length) => {
    const file = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, at));
    } finally {
      closeSync(file);
    }
  };
}

async function readPipe(path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of createReadStream(path) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    total += part.length;
    if (total > MAX_FILE_BYTES) {
      throw new GivernyError(
        'IMAGE_UNREADABLE',
        `Expected a picture of at most ${MAX_FILE_BYTES} bytes from "${path}" but more came.`,
      );
    }
  }
  return joined(parts);
}
