/**
 * The one form every network takes once read, whatever file it came from: kernels [C', C, 3, 3] with
 * input RGB in 0..255 minus the mean, zero padding after the mean is subtracted.
 */
import { GivernyError, show } from '../../errors.js';
import type { Tensor, Tensors } from '../../graph/tensor.js';
import { MAX_CHANNELS, type Network, networkOf, pooledIn } from '../network.js';
import { encodeUtf8 } from './utf8.js';

declare const crypto: { subtle: { digest(algorithm: 'SHA-256', bytes: Uint8Array): Promise<ArrayBuffer> } };

/** Pictures are in 0..255; a network may have been trained on others, but not on such. */
const MAX_MEAN = 1e5;

/** Mean of R, G, B in 0..255. */
export type Mean = readonly [number, number, number];

/** A mean made channel by channel; 0 is R. */
export function perChannel(mean: (channel: number) => number): Mean {
  return [mean(0), mean(1), mean(2)];
}

/** What a network file holds, in canonical form. */
export interface NetworkFile {
  /** Such as "safetensors" or "MatConvNet". */
  readonly format: string;
  /** `<conv>.weight`, `<conv>.bias`, and `<conv>.tap` where there are any. */
  readonly tensors: Tensors;
  readonly mean: Mean;
  /** What the file says about itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Whether a tensor of this name belongs to the canonical form. */
export function isCanonicalName(name: string): boolean {
  return /^conv[1-9]\d{0,2}_[1-9]\d{0,2}\.(weight|bias|tap)$/.test(name);
}

/**
 * Checks a network file's tensors and makes a network of them.
 *
 * @throws GivernyError NETWORK_TENSOR where a tensor is missing, misshaped or not finite, NETWORK_FORMAT
 *   where the file's metadata states another hash, no proper costChannels or no proper `pooled`.
 */
export async function toNetwork(name: string, file: NetworkFile): Promise<Network> {
  if (!file.mean.every((value) => Math.abs(value) <= MAX_MEAN)) {
    const range = `-${MAX_MEAN} to ${MAX_MEAN}`;
    throw new GivernyError(
      'NETWORK_FORMAT',
      `Expected numbers from ${range} as mean in ${name} but found ${file.mean}.`,
    );
  }
  const network = networkOf(name, '', file.tensors, file.mean, file.metadata.pooled?.split(','));
  const ordered = Object.fromEntries(inOrder(network));
  for (const [key, { data }] of Object.entries(ordered)) {
    // A plain loop: over 20 million numbers, findIndex takes half a second more.
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) {
        throw new GivernyError('NETWORK_TENSOR', `Expected finite numbers for ${key} in ${name} but found ${data[i]}.`);
      }
    }
  }
  const hash = await hashOf(network);
  const stated = file.metadata.hash;
  if (stated !== undefined && stated !== hash) {
    throw new GivernyError(
      'NETWORK_FORMAT',
      `Expected the hash ${show(stated, hash.length)} for ${name}, as its file states, but found ${hash}.`,
    );
  }
  const costChannels = costChannelsOf(name, file.metadata.costChannels);
  return { ...network, tensors: ordered, hash, ...(costChannels && { costChannels }) };
}

/** Reads `{"conv1_1": 64, ...}`, which a calibrated network states. */
function costChannelsOf(name: string, stated: string | undefined): Network['costChannels'] {
  if (stated === undefined) return undefined;
  let channels: unknown;
  try {
    channels = JSON.parse(stated);
  } catch {
    channels = undefined;
  }
  const entries = typeof channels === 'object' && channels !== null ? Object.entries(channels) : [];
  if (
    entries.length === 0 ||
    entries.some(([, count]) => !(Number.isInteger(count) && count >= 1 && count <= MAX_CHANNELS))
  ) {
    throw new GivernyError(
      'NETWORK_FORMAT',
      `Expected layers with whole numbers of channels for costChannels in ${name} but found ${show(stated)}.`,
    );
  }
  return Object.fromEntries(entries);
}

/** The tensors of a network in the order its layers have; each layer's weight, bias and tap. */
function inOrder({ convolutions, tensors }: Network): [string, Tensor][] {
  return convolutions
    .flatMap(({ name }) => [`${name}.weight`, `${name}.bias`, `${name}.tap`])
    .flatMap((key) => (tensors[key] ? [[key, tensors[key]] satisfies [string, Tensor]] : []));
}

/**
 * The network's hash: SHA-256, in hex, of a text with a line `mean <R> <G> <B>`, a line `pooled <conv>,<conv>` where
 * pools stand elsewhere than between blocks, and a line `<name> <shape> <SHA-256 of its little-endian float32 bytes>`
 * per tensor, in the network's order.
 * A text of hashes, because WebCrypto has no incremental hash and 80 MB need not be joined for it.
 */
async function hashOf(network: Network): Promise<string> {
  const pooled = pooledIn(network);
  const lines = [`mean ${network.mean.join(' ')}\n`, ...(pooled ? [`pooled ${pooled}\n`] : [])];
  for (const [name, { shape, data }] of inOrder(network)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    lines.push(`${name} ${shape.join('x')} ${await sha256(bytes)}\n`);
  }
  return sha256(encodeUtf8(lines.join('')));
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
