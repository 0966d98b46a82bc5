/** A network fed as the later edition of the teaching notebook feeds it. */
import { type Tensor, tensor } from '../graph/tensor.js';
import type { Options } from '../options/options.js';
import type { Network } from './network.js';

/** Networks that were changed, by the ones that they were made of and by themselves. */
const changed = new WeakMap<Network, Network>();

/**
 * The network that sees pictures as an option says. With `unit` it sees RGB in 0..1 where Keras' weights await BGR: red
 * meets the weights of blue. Both are put into the first kernel, so that pixels stay in 0..255 everywhere else.
 */
export function fedNetwork(network: Network, { input }: Pick<Options, 'input'>): Network {
  if (input === 'centred') return network;
  const known = changed.get(network);
  if (known) return known;
  const first = network.convolutions[0]?.name ?? 'conv1_1';
  const kernel = network.tensors[`${first}.weight`] as Tensor;
  const fed: Network = {
    ...network,
    hash: `${network.hash}-unit`,
    mean: [0, 0, 0],
    tensors: { ...network.tensors, [`${first}.weight`]: turned(kernel) },
  };
  changed.set(network, fed);
  changed.set(fed, fed);
  return fed;
}

/** [C', 3, kH, kW] with its input channels in reverse, over 255. */
function turned({ shape, data }: Tensor): Tensor {
  const [, channels = 3, height = 3, width = 3] = shape;
  const plane = height * width;
  return tensor(
    shape,
    data.map((_, i) => {
      const channel = Math.floor(i / plane) % channels;
      return (data[i + (channels - 1 - 2 * channel) * plane] as number) / 255;
    }),
  );
}
