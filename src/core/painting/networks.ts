/** The networks that look at a painting. */
import { coarseNetworkFor } from '../networks/coarse-network.js';
import { layerIndex } from '../networks/features.js';
import type { Network } from '../networks/network.js';
import { networkOfPreset, type Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';
import type { Order } from './order.js';
import { scalesOf } from './schedule.js';

/** What an order says of its networks. */
export type OrderedNetworks = Pick<Order<unknown>, 'network' | 'coarseNetwork' | 'options'>;

/** The network that an order asks for: where it names none that of its preset, else 'auto'. */
export const wantedNetwork = ({ network, options }: OrderedNetworks): string | Network =>
  network ?? networkOfPreset(options?.preset) ?? 'auto';

/**
 * Opens the networks of a painting.
 *
 * @param options the order's, complete.
 * @param size of the painting.
 * @param open gives a network by its name; one that is open it gives back.
 * @throws GivernyError LAYER_UNKNOWN where the network lacks a layer that costs are taken of.
 * @returns `coarse` looks at all scales but the last; undefined where `network` looks at all.
 */
export async function networksOf<N extends Network>(
  order: OrderedNetworks,
  options: Options,
  size: Size,
  open: (wanted: string | Network) => Promise<N>,
): Promise<{ readonly network: N; readonly coarse: N | undefined }> {
  const { coarseNetwork: choice = 'auto' } = order;
  const network = await open(wantedNetwork(order));
  for (const weights of [options.contentLayers, options.styleLayers]) {
    for (const [layer, weight] of Object.entries(weights)) if (weight > 0) layerIndex(network, layer);
  }
  if (choice === 'none' || scalesOf(size, options).length === 1) return { network, coarse: undefined };
  const coarse =
    choice === 'auto' ? await coarseNetworkFor(network, options, () => open('pocket')) : await open(choice);
  return { network, coarse };
}
