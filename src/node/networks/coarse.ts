/** The network that looks at all scales of a painting but the last. */
import { coarseNetworkFor } from '../../core/networks/coarse-network.js';
import type { Network } from '../../core/networks/network.js';
import type { Options } from '../../core/options/options.js';
import { type OpenedNetwork, openNetwork } from './open.js';

/**
 * @param choice name or path; 'none'; or 'auto', which is coarseNetworkFor's.
 * @returns undefined where the painting's own network looks at all scales.
 * @throws GivernyError as openNetwork.
 */
export async function openCoarseNetwork(
  choice: string,
  network: Network,
  options: Pick<Options, 'contentLayers' | 'styleLayers'>,
): Promise<OpenedNetwork | undefined> {
  if (choice === 'none') return undefined;
  if (choice !== 'auto') return openNetwork(choice);
  return coarseNetworkFor(network, options, () => openNetwork('pocket'));
}
