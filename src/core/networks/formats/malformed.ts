import { GivernyError } from '../../errors.js';

/**
 * The sentence for a file that is not what it should be: `Expected <what> in <file> but found <found>.`
 * Names and values out of the file go through `show` first.
 */
export function malformed(file: string, what: string, found: string | number, cause?: unknown): GivernyError {
  return new GivernyError('NETWORK_FORMAT', `Expected ${what} in ${file} but found ${found}.`, { cause });
}
