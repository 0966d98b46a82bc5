/** Networks from bytes, for programs that have no file system. */
import { toNetwork } from './formats/canonical.js';
import { readNetworkFile } from './formats/read.js';
import type { Network } from './network.js';

/**
 * Reads a network of any supported format: safetensors, Keras .h5, MatConvNet .mat, TensorFlow.js model.json. The
 * content tells the format.
 *
 * @param name the network's name, used in recipes and in messages.
 * @param bytes not changed; the network's tensors may be views of them.
 * @param readBeside reads another file by its path relative to this one; TensorFlow.js needs it for its shards.
 * @throws GivernyError NETWORK_FORMAT, NETWORK_TENSOR.
 */
export async function readNetwork(
  name: string,
  bytes: Uint8Array,
  readBeside?: (path: string) => Promise<Uint8Array>,
): Promise<Network> {
  return toNetwork(name, await readNetworkFile(name, bytes, readBeside));
}
