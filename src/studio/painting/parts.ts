/** What the core's painter needs of a browser: decoded pictures, networks from the page or from files, an engine. */

import { decodePicture } from '../../browser/pictures.js';
import type { Network } from '../../core/networks/network.js';
import { readNetwork } from '../../core/networks/read-network.js';
import type { DecodedPicture } from '../../core/painting/order.js';
import { Painter } from '../../core/painting/painter.js';
import type { WebEngine } from '../../engines/web.js';
import { PAINTING_BYTES } from './memory.js';
import type { NetworkSource, OrderedPicture } from './protocol.js';
import { POCKET_URL } from './runtime.js';

declare const __VERSION__: string;

/**
 * @param files network files by name, besides the pocket network.
 * @param onOpen called before a network is opened.
 */
export function createPainter(
  engine: WebEngine,
  files: ReadonlyMap<string, Blob>,
  onOpen: () => void,
): Painter<OrderedPicture> {
  return new Painter({
    engine,
    version: __VERSION__,
    maxBytes: PAINTING_BYTES,
    decode: async ({ name, sha256, source }): Promise<DecodedPicture> => {
      return { name, sha256, ...(source instanceof Blob ? await decodePicture(source) : { picture: source }) };
    },
    openNetwork: (name) => {
      onOpen();
      return openNetwork(name === 'pocket' ? name : { name, file: files.get(name) as Blob });
    },
  });
}

/**
 * Reads a network from the page or from a file.
 *
 * @throws GivernyError NETWORK_FORMAT, NETWORK_TENSOR.
 */
export async function openNetwork(source: NetworkSource): Promise<Network> {
  const name = source === 'pocket' ? 'pocket' : source.name;
  const blob = source === 'pocket' ? await (await fetch(POCKET_URL)).blob() : source.file;
  return readNetwork(name, new Uint8Array(await blob.arrayBuffer()));
}
