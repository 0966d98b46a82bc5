/** The pocket network, which the package brings. */
import { GivernyError } from '../core/errors.js';
import type { Network } from '../core/networks/network.js';
import { readNetwork } from '../core/networks/read-network.js';

/**
 * Fetches and reads the pocket network.
 *
 * @param url where its file is served. Default: the package's `models/pocket.safetensors`, which bundlers copy.
 * @throws GivernyError DOWNLOAD_FAILED; NETWORK_FORMAT or NETWORK_TENSOR where something else is served there.
 */
export async function openPocketNetwork(
  url: string | URL = new URL('../../models/pocket.safetensors', import.meta.url),
): Promise<Network> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new GivernyError('DOWNLOAD_FAILED', `Expected the pocket network at ${url} but could not connect.`, {
      cause,
    });
  });
  if (!response.ok) {
    throw new GivernyError(
      'DOWNLOAD_FAILED',
      `Expected the pocket network at ${url} but received HTTP status ${response.status}.`,
    );
  }
  return readNetwork('pocket', new Uint8Array(await response.arrayBuffer()));
}
