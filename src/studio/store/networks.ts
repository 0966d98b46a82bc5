/** Networks besides the pocket one: fetched from those who publish them or opened from a file, and kept. */

import type { Tensor } from '../../core/graph/tensor.js';
import {
  decodeSafetensor,
  readSafetensorsHeader,
  safetensorsHeaderSize,
  writeSafetensors,
} from '../../core/networks/formats/safetensors.js';
import { isTorchvisionName } from '../../core/networks/formats/torchvision.js';
import { REGISTRY, type RegistryEntry, type Source } from '../../core/networks/registry.js';
import { sha256 } from '../pictures/open.js';
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

/** What all requests of one fetch share. */
interface Fetching {
  readonly signal: AbortSignal;
  /** Share done, 0 to 1. */
  readonly onProgress: (done: number) => void;
}

/**
 * Fetches a network. Its bytes come over TLS from the publisher and are checked for size, by their SHA-256 where one is
 * published and, when they are read, for shapes; browsers have no MD5.
 *
 * @param signal ends it.
 * @param onProgress share done, 0 to 1.
 * @throws Error where no source answers, as where a server does not let pages of other sites read it, or at the signal.
 */
export async function fetchNetwork(
  entry: RegistryEntry,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<KeptNetwork> {
  const how: Fetching = { signal, onProgress };
  let failure: unknown;
  for (const source of entry.sources.filter(({ sizeBytes }) => sizeBytes < 2e8)) {
    for (const url of source.urls) {
      try {
        const file = await (source.convolutionsOnly ? convolutions : whole)(url, source, how);
        return { name: entry.name, file };
      } catch (error) {
        if (signal.aborted) throw error;
        failure = error;
      }
    }
  }
  throw failure;
}

async function whole(url: string, source: Source, { signal, onProgress }: Fetching): Promise<Blob> {
  const { sizeBytes } = source;
  const response = await fetch(url, { credentials: 'omit', signal });
  const file = await bytesOf(response, sizeBytes, (n) => onProgress(n / sizeBytes));
  if (source.sha256 !== undefined && (await sha256(await file.arrayBuffer())) !== source.sha256) {
    throw new Error(`Expected the published file at ${url} but received another.`);
  }
  return file;
}

/** The header, then the convolutions alone, of a safetensors file many times their size. */
async function convolutions(url: string, source: Source, { signal, onProgress }: Fetching): Promise<Blob> {
  const { sizeBytes } = source;
  const range = async (begin: number, end: number, onBytes: (n: number) => void = () => {}) => {
    const headers = { range: `bytes=${begin}-${end - 1}` };
    const response = await fetch(url, { credentials: 'omit', headers, signal });
    if (response.status !== 206) throw new Error(`Expected a part of ${url} but received ${response.status}.`);
    return new Uint8Array(await (await bytesOf(response, end - begin, onBytes)).arrayBuffer());
  };
  const headerSize = safetensorsHeaderSize(await range(0, 8), url);
  const header = await range(0, headerSize);
  const { entries } = readSafetensorsHeader(header, headerSize + dataBytes(header), url);
  const wanted = [...entries].filter(([name]) => isTorchvisionName(name));
  const bytes = wanted.reduce((sum, [, { begin, end }]) => sum + end - begin, 0);
  if (bytes !== sizeBytes)
    throw new Error(`Expected ${sizeBytes} bytes of convolutions in ${url} but it has ${bytes}.`);
  const tensors: Record<string, Tensor> = {};
  let received = 0;
  for (const [name, entry] of wanted) {
    const part = await range(entry.begin, entry.end, (n) => onProgress((received + n) / sizeBytes));
    received += part.length;
    tensors[name] = decodeSafetensor(name, entry, part, url);
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

/** The body, which must have so many bytes: more are not waited for. */
async function bytesOf(response: Response, size: number, onBytes: (received: number) => void): Promise<Blob> {
  if (!response.ok || !response.body)
    throw new Error(`Expected a file at ${response.url} but received ${response.status}.`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done && received <= size; part = await reader.read()) {
    parts.push(part.value);
    received += part.value.length;
    onBytes(Math.min(received, size));
  }
  if (received === size) return new Blob(parts);
  await reader.cancel();
  throw new Error(`Expected ${size} bytes from ${response.url} but received ${received > size ? 'more' : received}.`);
}
