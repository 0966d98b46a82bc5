import { GivernyError, show } from '../errors.js';
import { VGG_MEAN } from '../network.js';
import { isCanonicalName, type Mean, type NetworkFile } from './canonical.js';
import { isSafetensors, readSafetensors } from './safetensors.js';

/**
 * Reads a network file of any supported format, known by its content, not by its name.
 *
 * @throws GivernyError NETWORK_FORMAT or NETWORK_TENSOR with what was expected and what came.
 */
export async function readNetworkFile(name: string, bytes: Uint8Array): Promise<NetworkFile> {
  if (isSafetensors(bytes)) {
    const { tensors, metadata } = readSafetensors(bytes, name, isCanonicalName);
    return { format: 'safetensors', tensors, mean: meanOf(metadata, name), metadata };
  }
  throw new GivernyError('NETWORK_FORMAT', `Expected a network in safetensors in ${name} but found something else.`);
}

function meanOf(metadata: Readonly<Record<string, string>>, file: string): Mean {
  if (metadata.mean === undefined) return VGG_MEAN;
  const [r, g, b, ...rest] = metadata.mean.split(',').map(Number);
  if (r === undefined || g === undefined || b === undefined || rest.length > 0 || !Number.isFinite(r + g + b)) {
    throw new GivernyError(
      'NETWORK_FORMAT',
      `Expected three numbers as mean in ${file} but found ${show(metadata.mean)}.`,
    );
  }
  return [r, g, b];
}
