/** The network that looks at all scales of a painting but the last. */
import { type Network, VGG19 } from '../core/network.js';
import type { Options } from '../core/options.js';
import { type OpenedNetwork, openNetwork } from './networks.js';

/**
 * @param choice name or path; 'none'; or 'auto', which takes pocket beside a VGG-19 where it knows the layers asked for.
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
  if (!isVgg19(network)) return undefined;
  const pocket = await openNetwork('pocket');
  const layers = [...Object.entries(options.contentLayers), ...Object.entries(options.styleLayers)];
  return layers.every(([layer, weight]) => weight === 0 || pocket.tensors[`${layer}.tap`]) ? pocket : undefined;
}

const widthsOf = ({ convolutions }: Pick<Network, 'convolutions'>) =>
  convolutions.map(({ name, outputChannels }) => `${name} ${outputChannels}`).join();

/** By its table: whatever its file is called. */
const isVgg19 = (network: Network) => widthsOf(network) === widthsOf({ convolutions: VGG19 });
