/** Says whether a file holds a network: true or false. */
import { readNetwork } from '../../core/networks/read-network.js';
import type { KeptNetwork } from '../store/networks.js';

self.onmessage = async ({ data: { name, file } }: MessageEvent<KeptNetwork>) => {
  const found = await file
    .arrayBuffer()
    .then((bytes) => readNetwork(name, new Uint8Array(bytes)))
    .then(
      () => true,
      () => false,
    );
  postMessage(found);
};
