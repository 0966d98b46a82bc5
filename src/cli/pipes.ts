/** Pictures that come and go through pipes. Paintings read and write files, so that these wait in a private folder. */
import { createReadStream, createWriteStream, fstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isatty } from 'node:tty';
import { GivernyError } from '../core/errors.js';
import { reason } from '../node/files/atomic.js';

const MAX_BYTES = 512_000_000;

/** The private folder of one run. It is made when it is needed and removed when the process exits. */
export class PrivateFolder {
  /** Paths inside the folder, with what people call them. */
  readonly #shown = new Map<string, string>();
  #path: string | undefined;

  /** A new path inside the folder that ends in `name`. */
  place(name: string, shown: string): string {
    const path = join(this.#folder(), String(this.#shown.size), name);
    mkdirSync(dirname(path));
    this.#shown.set(path, shown);
    return path;
  }

  /** What people call a path inside the folder; other paths as they are. */
  shown(path: string): string {
    return this.#shown.get(path) ?? path;
  }

  /** The error in the words of people, who do not know the folder. */
  reworded(error: unknown): unknown {
    if (!(error instanceof GivernyError)) return error;
    let message = error.message;
    for (const [path, shown] of this.#shown) message = message.replaceAll(path, shown);
    return message === error.message ? error : new GivernyError(error.code, message, { cause: error });
  }

  #folder(): string {
    if (this.#path === undefined) {
      const made = mkdtempSync(join(tmpdir(), 'giverny-'));
      process.once('exit', () => rmSync(made, { recursive: true, force: true }));
      this.#path = made;
    }
    return this.#path;
  }
}

/**
 * Reads what comes through a file descriptor to its end.
 *
 * @returns the path of a file of the same bytes, called `stdin` or `pipe`.
 * @throws GivernyError IMAGE_UNREADABLE for a terminal, for too many bytes, or where the pipe cannot be read.
 */
export async function readPipe(descriptor: number, folder: PrivateFolder, maxBytes = MAX_BYTES): Promise<string> {
  const name = descriptor === 0 ? 'stdin' : 'pipe';
  const refuse = (why: string, cause?: unknown) =>
    new GivernyError('IMAGE_UNREADABLE', `Expected a picture from ${name} but ${why}.`, { cause });
  if (isatty(descriptor)) throw refuse('it is a terminal');
  const file = folder.place(name, name);
  let size = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > maxBytes ? refuse(`it has more than ${maxBytes / 1e6} MB`) : null, chunk);
    },
  });
  try {
    await pipeline(streamOf(descriptor), limit, createWriteStream(file));
  } catch (error) {
    throw error instanceof GivernyError ? error : refuse(reason(error), error);
  }
  return file;
}

/** A pipe is read as a socket: a thread that waits in a read of a file would keep the process from ending. */
function streamOf(descriptor: number): Readable {
  if (descriptor === 0) return process.stdin;
  return fstatSync(descriptor).isFile()
    ? createReadStream('', { fd: descriptor })
    : new Socket({ fd: descriptor, readable: true, writable: false });
}

/** @throws GivernyError OPTION_INVALID where standard output is a terminal. */
export function assertNoTerminal(): void {
  if (!process.stdout.isTTY) return;
  throw new GivernyError(
    'OPTION_INVALID',
    'Expected standard output to go to a file or a program but it is a terminal; add > out.png, or name a file with -o.',
  );
}

/** @throws GivernyError WRITE_FAILED where nobody reads standard output to its end. */
export async function writeToStandardOutput(bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(bytes, (error) => {
      if (!error) resolve();
      else {
        const why = (error as NodeJS.ErrnoException).code === 'EPIPE' ? 'its reader has ended' : reason(error);
        reject(new GivernyError('WRITE_FAILED', `Expected to write to standard output but ${why}.`, { cause: error }));
      }
    });
  });
}
