/** Networks by name or file. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GivernyError } from '../core/errors.js';
import type { Network } from '../core/network.js';
import { toNetwork } from '../core/weights/canonical.js';
import { readNetworkFile } from '../core/weights/read.js';

/**
 * Opens a network file.
 *
 * @throws GivernyError FILE_NOT_FOUND, NETWORK_FORMAT or NETWORK_TENSOR.
 */
export async function openNetwork(nameOrPath: string): Promise<Network> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(nameOrPath);
  } catch (cause) {
    throw new GivernyError('FILE_NOT_FOUND', `Expected a network file but could not read ${nameOrPath}.`, { cause });
  }
  const name = path.basename(nameOrPath);
  return toNetwork(name.replace(/\.[^.]*$/, ''), await readNetworkFile(name, bytes));
}
