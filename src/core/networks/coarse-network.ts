/** The rule by which a smaller network looks at all scales of a painting but the last. */

import type { Options } from '../options/options.js';
import { type Network, VGG19 } from './network.js';

/** The pocket network beside a VGG-19, where it knows the layers asked for; undefined where none is of use. */
export async function coarseNetworkFor<N extends Network>(
  network: Network,
  options: Pick<Options, 'contentLayers' | 'styleLayers'>,
  openPocket: () => Promise<N>,
): Promise<N | undefined> {
  if (!isVgg19(network)) return undefined;
  const pocket = await openPocket();
  const layers = [...Object.entries(options.contentLayers), ...Object.entries(options.styleLayers)];
  return layers.every(([layer, weight]) => weight === 0 || pocket.tensors[`${layer}.tap`]) ? pocket : undefined;
}

const tableOf = ({ convolutions }: Pick<Network, 'convolutions'>) =>
  convolutions.map(({ name, outputChannels, pools }) => `${name} ${outputChannels} ${pools}`).join();

/** By its table: whatever its file is called. */
const isVgg19 = (network: Network) => tableOf(network) === tableOf({ convolutions: VGG19 });
