/** The state file of a painting: reading it, and when it is written. */
import { type FileHandle, rm } from 'node:fs/promises';
import { GivernyError } from '../../core/errors.js';
import type { SafetensorsEntry } from '../../core/networks/formats/safetensors.js';
import {
  checkStateArray,
  encodeState,
  readStateHeader,
  restoredState,
  STATE_START_BYTES,
  type StateArray,
  type StateFile,
  type StateHeader,
  stateArrayOf,
  stateHeaderBytes,
} from '../../core/painting/state-file.js';
import { reason, writeAtomically } from '../files/atomic.js';
import { openRegularFile } from '../files/read.js';
import { VERSION } from '../version.js';
import { framesBeside } from './request.js';

/**
 * Reads a state file whole.
 *
 * @throws GivernyError FILE_NOT_FOUND, STATE_INVALID.
 */
export function readState(path: string): Promise<StateFile> {
  return reading(path, async (header, arrayOf) => {
    const arrays: Record<string, StateArray> = {};
    for (const name of header.entries.keys()) arrays[name] = await arrayOf(name);
    return restoredState(header, arrays, path);
  });
}

/**
 * Reads a state file without keeping its arrays, which may be larger than the memory that is free; checks them all.
 *
 * @throws GivernyError FILE_NOT_FOUND, STATE_INVALID.
 */
export function inspectState(path: string): Promise<StateHeader> {
  return reading(path, async (header, arrayOf) => {
    for (const name of header.entries.keys()) checkStateArray(header, name, await arrayOf(name), path);
    return header;
  });
}

/**
 * Reads a state file's header alone.
 *
 * @throws GivernyError FILE_NOT_FOUND, STATE_INVALID.
 */
export function readHeader(path: string): Promise<StateHeader> {
  return reading(path, async (header) => header);
}

async function reading<T>(
  path: string,
  use: (header: StateHeader, arrayOf: (name: string) => Promise<StateArray>) => Promise<T>,
): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await openRegularFile(path);
    const { size } = await file.stat();
    const start = await bytesOf(file, 0, Math.min(size, STATE_START_BYTES));
    const header = readStateHeader(await bytesOf(file, 0, stateHeaderBytes(start, size, path)), size, path, VERSION);
    const opened = file;
    return await use(header, async (name) => {
      const entry = header.entries.get(name) as SafetensorsEntry;
      return stateArrayOf(entry, await bytesOf(opened, entry.begin, entry.end - entry.begin));
    });
  } catch (error) {
    if (error instanceof GivernyError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new GivernyError(
        'FILE_NOT_FOUND',
        `Expected the state of a painting at "${path}" but there is no such file.`,
      );
    }
    if (typeof code !== 'string') throw error;
    throw notState(path, reason(error), error);
  } finally {
    await file?.close();
  }
}

/** A read of more than 2 GiB at once fails. */
const MOST_AT_ONCE = 2 ** 30;

async function bytesOf(file: FileHandle, begin: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(length - at, MOST_AT_ONCE), begin + at);
    if (bytesRead === 0) throw new GivernyError('STATE_INVALID', 'Expected a whole state but the file became shorter.');
    at += bytesRead;
  }
  return bytes;
}

/** The sentence for a file from which no painting can go on. */
export function notState(path: string, why: string, cause?: unknown): GivernyError {
  return new GivernyError('STATE_INVALID', `Expected the state of a painting in "${path}" but ${why}.`, { cause });
}

/** Seconds from one write of the state to the next. */
const EVERY_SECONDS = 60;
/** Between two writes at least this many times as long is painted as the last took: they take 5 % of the time at most. */
const REST = 19;

/** Writes the state of one painting, now and then. */
export class StateKeeper {
  readonly path: string;
  readonly #everySeconds: number;
  readonly #onNotice: (sentence: string) => void;
  #dueAt: number;
  /** The step of the state that the file holds; not the state itself, whose arrays may be let go meanwhile. */
  #kept: number | undefined;
  #failed = false;

  /**
   * @param everySeconds 0 writes after every step.
   * @param kept the step of the state that the file holds already.
   */
  constructor(
    path: string,
    everySeconds: number | undefined,
    onNotice: (sentence: string) => void,
    kept: number | undefined,
  ) {
    this.path = path;
    this.#everySeconds = everySeconds ?? EVERY_SECONDS;
    this.#onNotice = onNotice;
    this.#kept = kept;
    this.#dueAt = performance.now() + this.#everySeconds * 1000;
  }

  get isDue(): boolean {
    return performance.now() >= this.#dueAt;
  }

  /**
   * Writes a state unless the file holds it. A disk that is full does not end the painting: that is said once.
   *
   * @returns the path, where the file holds this state or an earlier one.
   */
  async keep(file: StateFile): Promise<string | undefined> {
    if (file.state.step === this.#kept) return this.path;
    const began = performance.now();
    try {
      await writeAtomically(this.path, encodeState(file), { neighbour: false });
      this.#kept = file.state.step;
    } catch (error) {
      if (!(error instanceof GivernyError)) throw error;
      if (!this.#failed) {
        const then = this.#kept === undefined ? 'begins anew' : `goes on from step ${this.#kept}`;
        this.#onNotice(`${error.message} Until its state can be saved, a painting that is stopped ${then}.`);
      }
      this.#failed = true;
    }
    const now = performance.now();
    const everyMs = this.#everySeconds * 1000;
    this.#dueAt = now + (everyMs === 0 ? 0 : Math.max(everyMs, REST * (now - began)));
    return this.#kept === undefined ? undefined : this.path;
  }

  /** Removes the file, and a film's pictures beside it, when its painting is whole. */
  async remove(): Promise<void> {
    await rm(framesBeside(this.path), { recursive: true, force: true }).catch(() => {});
    await rm(this.path, { force: true }).catch((error: unknown) => {
      this.#onNotice(`The painting is whole, but its state "${this.path}" could not be removed: ${reason(error)}.`);
    });
  }
}
