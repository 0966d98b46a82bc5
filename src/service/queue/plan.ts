/** What an order will take, before it is accepted: its size, steps and memory. */

import { expected } from '../../core/errors.js';
import { type Options, type OptionsInput, resolveOptions, startFileOf } from '../../core/options/options.js';
import { networksOf } from '../../core/painting/networks.js';
import { checkOrder } from '../../core/painting/order.js';
import { planWithin } from '../../core/painting/plan.js';
import { fittingOf } from '../../core/pictures/fit.js';
import type { Size } from '../../core/pictures/picture.js';
import { assertBits } from '../../node/files/formats.js';
import { listNetworks, type OpenedNetwork, openNetwork, unknownNetwork } from '../../node/networks/open.js';
import type { OrderBody } from '../contract.js';
import { kept } from '../kept.js';

export interface PaintingPlan {
  readonly size: Size;
  readonly steps: number;
  readonly forecastBytes: number;
  /** By name, so that every worker takes the same. */
  readonly network: string;
  readonly coarseNetwork: string;
}

/** How long the list of networks is taken as it was. */
const LISTED_MS = 10_000;

/** Networks by name, each read once. */
export class Networks {
  readonly #open = new Map<string, Promise<OpenedNetwork>>();
  /** Those of the package and the cache. */
  readonly list = kept(LISTED_MS, async () => (await listNetworks()).filter(({ state }) => state !== 'pull'));

  /** @throws GivernyError NETWORK_UNKNOWN for any name that is no network of the package or the cache. */
  async open(name: string): Promise<OpenedNetwork> {
    const earlier = this.#open.get(name);
    if (earlier) return earlier;
    if (name !== 'auto') {
      const known = (await this.list()).map((network) => network.name);
      if (!known.includes(name)) throw unknownNetwork(name, ['auto', ...known]);
    }
    const opened = this.#open.get(name) ?? openNetwork(name);
    this.#open.set(name, opened);
    // What failed may be there the next time.
    opened.catch(() => this.#open.delete(name));
    return opened;
  }
}

/** Options as the painter takes them; where a picture to start from was uploaded, `init` is that. */
export function checkedOptions({ options = {}, start }: Pick<OrderBody, 'options' | 'start'>): Options {
  const resolved = resolveOptions(options as OptionsInput);
  if (startFileOf(resolved.init) !== undefined) {
    throw expected(
      'content, noise, jitter, a share of noise from 0 to 1, or a picture in start',
      'init',
      resolved.init,
    );
  }
  if (start !== undefined && options.init !== undefined)
    throw expected('start or init and not both', 'init', options.init);
  return resolved;
}

/**
 * @param photo size of the photo.
 * @param maxBytes the most that a worker can give.
 * @throws GivernyError OPTION_INVALID (16 bits among it, where the format has 8), NETWORK_UNKNOWN, LAYER_UNKNOWN, IMAGE_SIZE; OUT_OF_MEMORY with what would fit.
 */
export async function planOf(
  order: OrderBody,
  photo: Size,
  networks: Networks,
  maxBytes: number,
): Promise<PaintingPlan> {
  assertBits(order.format, order.print?.bits);
  const options = checkedOptions(order);
  const { preset } = order.options ?? {};
  const { network: wanted, coarseNetwork, styles, mask, regionStrengths } = order;
  checkOrder({ content: '', styles, mask, regionStrengths, options: options as OptionsInput }, options);
  const size = fittingOf(photo, options.size, 'the photo', options.fit).fitted;
  const { network, coarse } = await networksOf<OpenedNetwork>(
    { network: wanted, coarseNetwork, options: { preset } },
    options,
    size,
    (name) => networks.open(name as string),
  );
  const { steps, bytes } = planWithin(size, options, { network, coarse }, { styles: styles.length, maxBytes });
  return { size, steps, forecastBytes: bytes, network: network.name, coarseNetwork: coarse?.name ?? 'none' };
}
