/** Little-endian numbers at addresses of an HDF5 file, and what reading it may cost. */
import type { GivernyError } from '../../../errors.js';
import { byteBudget } from '../budget.js';
import { malformed } from '../malformed.js';

/** What an address that leads nowhere reads as: all bits set. */
export const NOWHERE = 2 ** 64;

/** Messages, links, tree entries and the like; Keras files have some thousands. */
const MAX_STRUCTURES = 500_000;

/** A file with what may still be spent on it, since its structures can contain each other. */
export class Source {
  readonly bytes: Uint8Array;
  readonly #name: string;
  #structures = MAX_STRUCTURES;
  #bytesLeft: number;

  /** @param name what messages call the file. */
  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.#name = name;
    this.#bytesLeft = byteBudget(bytes.length);
  }

  /** Counts structures that are about to be read. */
  spend(structures: number): void {
    this.#structures -= structures;
    if (this.#structures < 0) throw this.fault(`at most ${MAX_STRUCTURES} structures of HDF5`, 'more');
  }

  /** Counts bytes of arrays that are about to be made. */
  spendBytes(bytes: number): void {
    if (!(bytes <= this.#bytesLeft)) throw this.fault('arrays of a plausible size', 'far more bytes than it has');
    this.#bytesLeft -= bytes;
  }

  fault(expected: string, found: string | number, cause?: unknown): GivernyError {
    return malformed(this.#name, expected, found, cause);
  }

  range(address: number, length: number): Uint8Array {
    this.check(address, length);
    return this.bytes.subarray(address, address + length);
  }

  /** @throws GivernyError NETWORK_FORMAT where the file ends before. */
  check(address: number, length: number): void {
    if (address + length <= this.bytes.length) return;
    const from = address === NOWHERE ? 'nowhere' : `byte ${address}`;
    throw this.fault(`${length} bytes from ${from} on`, `its end at byte ${this.bytes.length}`);
  }
}

/** Reads one number after the other. */
export class Cursor {
  readonly #source: Source;
  at: number;

  constructor(source: Source, at: number) {
    this.#source = source;
    this.at = at;
  }

  take(length: number): Uint8Array {
    const bytes = this.#source.range(this.at, length);
    this.at += length;
    return bytes;
  }

  skip(length: number): this {
    this.at += length;
    return this;
  }

  /** An unsigned integer of up to 8 bytes; above 2^53 the nearest number. */
  uint(length: number): number {
    this.#source.check(this.at, length);
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = 256 * value + (this.#source.bytes[this.at + i] as number);
    this.at += length;
    return value;
  }

  /** An address or a length. */
  uint64(): number {
    return this.uint(8);
  }

  /** @throws GivernyError NETWORK_FORMAT where the four letters are not there. */
  signature(letters: string): this {
    const at = this.at;
    const found = String.fromCharCode(...this.take(4));
    if (found !== letters) throw this.#source.fault(`the structure ${letters} at byte ${at}`, 'another one');
    return this;
  }
}
