/** Networks besides the pocket one: fetched from those who publish them or opened from a file, and kept. */
import { REGISTRY, type RegistryEntry, type Source } from '../../core/network-registry.js';
import type { Tensor } from '../../core/tensor.js';
import {
  decodeSafetensor,
  readSafetensorsHeader,
  safetensorsHeaderSize,
  writeSafetensors,
} from '../../core/weights/safetensors.js';
import { isTorchvisionName } from '../../core/weights/torchvision.js';
import { get, keys, put, remove } from './database.js';

export interface KeptNetwork {
  readonly name: string;
  readonly file: Blob;
}

export const networkNames = () => keys('networks');
export const keptNetwork = (name: string) => get<KeptNetwork>('networks', name);
export const removeNetwork = (name: string) => remove('networks', name);

/** @throws DOMException QuotaExceededError */
export async function keepNetwork(network: KeptNetwork): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
  await put('networks', network);
}

/** Those worth offering, the original training of VGG-19 first. */
export const FETCHABLE: readonly RegistryEntry[] = REGISTRY.filter(({ name }) => name.startsWith('vgg19'));

/**
 * Fetches a network. Its bytes come over TLS from the publisher and are checked for size and, when they are read,
 * for shapes; browsers have no MD5 to check the published hash with.
 *
 * @param onProgress share done, 0 to 1.
 * @throws Error where no source answers, as where a server does not let pages of other sites read it.
 */
export async function fetchNetwork(entry: RegistryEntry, onProgress: (done: number) => void): Promise<KeptNetwork> {
  let failure: unknown;
  for (const source of entry.sources.filter(({ sizeBytes }) => sizeBytes < 2e8)) {
    for (const url of source.urls) {
      try {
        const file = source.convolutionsOnly
          ? await convolutions(url, source, onProgress)
          : await whole(url, source, onProgress);
        return { name: entry.name, file };
      } catch (error) {
        failure = error;
      }
    }
  }
  throw failure;
}

async function whole(url: string, { sizeBytes }: Source, onProgress: (done: number) => void): Promise<Blob> {
  const bytes = await bytesOf(await fetch(url, { credentials: 'omit' }), (n) => onProgress(n / sizeBytes));
  if (bytes.size !== sizeBytes) throw new Error(`Expected ${sizeBytes} bytes from ${url} but received ${bytes.size}.`);
  return bytes;
}

/** The header, then the convolutions alone, of a safetensors file many times their size. */
async function convolutions(url: string, { sizeBytes }: Source, onProgress: (done: number) => void): Promise<Blob> {
  const range = async (begin: number, end: number, onBytes: (n: number) => void = () => {}) => {
    const response = await fetch(url, { credentials: 'omit', headers: { range: `bytes=${begin}-${end - 1}` } });
    if (response.status !== 206) throw new Error(`Expected a part of ${url} but received ${response.status}.`);
    return new Uint8Array(await (await bytesOf(response, onBytes)).arrayBuffer());
  };
  const headerSize = safetensorsHeaderSize(await range(0, 8), url);
  const header = await range(0, headerSize);
  const { entries } = readSafetensorsHeader(header, headerSize + dataBytes(header), url);
  const tensors: Record<string, Tensor> = {};
  let received = 0;
  for (const [name, entry] of entries) {
    if (!isTorchvisionName(name)) continue;
    const bytes = await range(entry.begin, entry.end, (n) => onProgress((received + n) / sizeBytes));
    received += bytes.length;
    tensors[name] = decodeSafetensor(name, entry, bytes, url);
  }
  return new Blob([writeSafetensors(tensors) as Uint8Array<ArrayBuffer>]);
}

/** Bytes of all tensors as the header has it: servers rarely tell pages of other sites how long a file is. */
function dataBytes(header: Uint8Array): number {
  const described = JSON.parse(new TextDecoder().decode(header.subarray(8))) as Record<
    string,
    { data_offsets?: number[] }
  >;
  return Math.max(0, ...Object.values(described).map(({ data_offsets }) => data_offsets?.[1] ?? 0));
}

async function bytesOf(response: Response, onBytes: (received: number) => void): Promise<Blob> {
  if (!response.ok || !response.body)
    throw new Error(`Expected a file at ${response.url} but received ${response.status}.`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    received += part.value.length;
    onBytes(received);
  }
  return new Blob(parts);
}
