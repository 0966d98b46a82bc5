/** Brings networks into the cache: from the servers that publish them, or from a file. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { GivernyError } from '../../core/errors.js';
import { type NetworkFile, toNetwork } from '../../core/networks/formats/canonical.js';
import { readNetworkFile } from '../../core/networks/formats/read.js';
import {
  decodeSafetensor,
  readSafetensorsHeader,
  type SafetensorsEntry,
  safetensorsHeaderSize,
} from '../../core/networks/formats/safetensors.js';
import { fromTorchvision, isTorchvisionName } from '../../core/networks/formats/torchvision.js';
import { type Network, pooledIn } from '../../core/networks/network.js';
import type { RegistryEntry, Source } from '../../core/networks/registry.js';
import { assertWritable, makeFolder, writeError } from '../files/atomic.js';
import { withLock } from '../files/lock.js';
import { cachedFile, networksFolder, type Provenance, saveNetwork } from './cache.js';
import { type DownloadOptions, downloadFile, downloadRange, sweepParts } from './download.js';

/**
 * Downloads a network of the registry and puts it into the cache. Where another process is doing so, this one
 * waits, and takes what the other got.
 *
 * @returns path of its file in the cache.
 * @throws GivernyError DOWNLOAD_FAILED, DOWNLOAD_CORRUPT, NETWORK_FORMAT, NETWORK_TENSOR, DISK_FULL or
 *   WRITE_FAILED, or the signal's reason; the cache is as before.
 */
export async function pullNetwork(entry: RegistryEntry, options: DownloadOptions = {}): Promise<string> {
  const file = cachedFile(entry.name);
  const folder = networksFolder();
  await assertWritable(file);
  await makeFolder(folder).catch((error) => {
    throw writeError(folder, error);
  });
  await sweepParts(folder);
  const before = await versionOf(file);
  return withLock(
    path.join(folder, entry.name),
    async (waited) => {
      const isNew = waited && ![undefined, before].includes(await versionOf(file));
      return isNew ? file : pullFromSources(entry, options);
    },
    options,
  );
}

/** Differs between a file and the one that replaces it. */
async function versionOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found && `${found.ino} ${found.mtimeMs}`;
}

async function pullFromSources(entry: RegistryEntry, options: DownloadOptions): Promise<string> {
  const failures: GivernyError[] = [];
  for (const source of entry.sources) {
    try {
      const { file, provenance } = source.convolutionsOnly
        ? await pullConvolutions(source, options)
        : await pullFile(source, options);
      const network = await toNetwork(entry.name, file);
      checkLayers(entry, network);
      return await saveNetwork(network, { ...provenanceOf(entry, source), ...provenance });
    } catch (error) {
      // The next source is a way out of a bad download, not of a full disk.
      if (!(error instanceof GivernyError) || error.code === 'DISK_FULL' || error.code === 'WRITE_FAILED') throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (!first || failures.length === 1)
    throw first ?? new GivernyError('NETWORK_UNKNOWN', `${entry.name} has no source.`);
  throw new GivernyError(first.code, failures.map(({ message }) => message).join(' '), { cause: first });
}

/** What the registry says about a network, for its file's metadata. */
export function provenanceOf(entry: RegistryEntry, source: Source): Provenance {
  const { licence, attribution, training } = entry;
  const published = source.sha256 ? `SHA-256 ${source.sha256}` : `MD5 ${source.md5}`;
  return { format: source.format, sourceHash: published, licence, attribution, training, added: today() };
}

/** Today as year, month and day. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

type Pulled = { file: NetworkFile; provenance: Provenance };

async function pullFile(source: Source, options: DownloadOptions): Promise<Pulled> {
  let url = '';
  const onProgress: DownloadOptions['onProgress'] = (progress) => {
    url = progress.url;
    options.onProgress?.(progress);
  };
  const bytes = await downloadFile(source, networksFolder(), { ...options, onProgress });
  const [first = ''] = source.urls;
  const file = await readNetworkFile(path.basename(new URL(first).pathname), bytes);
  return { file, provenance: { source: url || first } };
}

/** Fetches the header, then the convolutions, of a safetensors file in torchvision's layout. */
async function pullConvolutions(source: Source, options: DownloadOptions): Promise<Pulled> {
  const failures: string[] = [];
  for (const url of source.urls) {
    try {
      const tensors = await fetchConvolutions(url, source, options);
      const file = { format: source.format, ...fromTorchvision(url, tensors), metadata: {} };
      const note = 'Only the convolutions were fetched, so the hash of the whole file was not checked.';
      return { file, provenance: { source: url, note } };
    } catch (error) {
      if (!(error instanceof GivernyError)) throw error;
      failures.push(error.message);
    }
  }
  throw new GivernyError('DOWNLOAD_FAILED', failures.join(' '));
}

async function fetchConvolutions(url: string, source: Source, options: DownloadOptions) {
  const quiet: DownloadOptions = { ...options, onProgress: () => {} };
  const start = await downloadRange(url, 0, 8, quiet);
  const headerBytes = safetensorsHeaderSize(start.bytes, url);
  const { bytes: header } = await downloadRange(url, 0, headerBytes, quiet, start.version);
  const { entries } = readSafetensorsHeader(header, start.fileBytes ?? 0, url);
  const wanted = [...entries].filter(([name]) => isTorchvisionName(name));
  const bytes = wanted.reduce((sum, [, { begin, end }]) => sum + end - begin, 0);
  if (bytes !== source.sizeBytes) {
    throw new GivernyError(
      'NETWORK_FORMAT',
      `Expected ${source.sizeBytes} bytes of convolutions in ${url} but found ${bytes}.`,
    );
  }
  const tensors: Record<string, ReturnType<typeof decodeSafetensor>> = {};
  let before = 0;
  for (const run of neighbours(wanted)) {
    const [begin, end] = [run[0]?.[1].begin ?? 0, run.at(-1)?.[1].end ?? 0];
    const done = before;
    const onProgress: DownloadOptions['onProgress'] = ({ receivedBytes }) =>
      options.onProgress?.({ url, receivedBytes: done + receivedBytes, totalBytes: bytes });
    const range = await downloadRange(url, begin, end, { ...options, onProgress }, start.version);
    for (const [name, entry] of run) {
      tensors[name] = decodeSafetensor(name, entry, range.bytes.subarray(entry.begin - begin, entry.end - begin), url);
    }
    before += end - begin;
  }
  return tensors;
}

/** Tensors that lie end to end, to be fetched in one go. */
function neighbours(entries: [string, SafetensorsEntry][]): [string, SafetensorsEntry][][] {
  const runs: [string, SafetensorsEntry][][] = [];
  for (const entry of entries.sort(([, a], [, b]) => a.begin - b.begin)) {
    const run = runs.at(-1);
    if (run?.at(-1)?.[1].end === entry[1].begin) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

/** @throws GivernyError NETWORK_TENSOR where a network has other layers than the registry says. */
export function checkLayers(entry: RegistryEntry, { convolutions }: Network): void {
  const text = (table: RegistryEntry['convolutions']) =>
    [
      ...table.map(({ name, outputChannels }) => `${name} ${outputChannels}`),
      ...(pooledIn({ convolutions: table }) ?? []).map((name) => `a pool before ${name}`),
    ].join(', ');
  if (text(convolutions) !== text(entry.convolutions)) {
    throw new GivernyError('NETWORK_TENSOR', `Expected the layers of ${entry.title} but found ${text(convolutions)}.`);
  }
}
