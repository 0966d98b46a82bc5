/** Networks by name or file: pocket inside the package, the others in the user's cache. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GivernyError, show } from '../../core/errors.js';
import { toNetwork } from '../../core/networks/formats/canonical.js';
import { readNetworkFile } from '../../core/networks/formats/read.js';
import type { Network } from '../../core/networks/network.js';
import { REGISTRY, registryEntry } from '../../core/networks/registry.js';
import { readRegularFile } from '../files/read.js';
import { clockOf, sweepTemporaries } from '../files/temporaries.js';
import {
  cachedFile,
  cachedNames,
  isNetworkName,
  metadataOf,
  networksFolder,
  removeFiles,
  saveNetwork,
} from './cache.js';
import { hasRightHash, partsLeft } from './download.js';
import { checkLayers, provenanceOf, today } from './pull.js';

/** A network and where it was found. */
export interface OpenedNetwork extends Network {
  readonly origin: 'package' | 'cache' | 'file';
  readonly path: string;
  /** What its file says about itself: source, licence and the like. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where 'auto' chose: one sentence that says what was taken, and how to get the other. */
  readonly note?: string;
}

/** The network of the package. */
const POCKET = fileURLToPath(new URL('../../../models/pocket.safetensors', import.meta.url));

/** Bytes of the largest file that is read: twice MatConvNet's VGG-19 with its fully connected layers. */
const MAX_FILE_BYTES = 2 ** 30;

/**
 * Opens a network: 'auto' (VGG-19 if it is in the cache, else pocket), 'pocket', the name of one in the
 * cache, or a path to a file of any supported format. A name in the cache goes before a file of that name.
 *
 * @throws GivernyError NETWORK_UNKNOWN, FILE_NOT_FOUND, NETWORK_FORMAT or NETWORK_TENSOR.
 */
export async function openNetwork(nameOrPath: string): Promise<OpenedNetwork> {
  if (nameOrPath === 'auto') return openAuto();
  const found = findNetwork(nameOrPath);
  try {
    const name = found.origin === 'file' ? nameOf(found.path) : nameOrPath;
    const file = await readNetworkFile(
      path.basename(found.path),
      await readFound(found.path, MAX_FILE_BYTES),
      (beside, maxBytes) => readFound(path.join(path.dirname(found.path), beside), maxBytes),
    );
    return { ...(await toNetwork(name, file)), ...found, metadata: file.metadata };
  } catch (error) {
    throw found.origin === 'cache' && isFault(error) ? damaged(nameOrPath, found.path, error) : error;
  }
}

async function openAuto(): Promise<OpenedNetwork> {
  const pull = 'giverny network pull vgg19';
  if (!existsSync(cachedFile('vgg19'))) {
    const note = `Network: pocket, inside the package; get VGG-19 with ${pull}.`;
    return { ...(await openNetwork('pocket')), note };
  }
  try {
    const note = 'Network: vgg19, from the cache; --network pocket is faster.';
    return { ...(await openNetwork('vgg19')), note };
  } catch (error) {
    if (!(error instanceof GivernyError)) throw error;
    const file = cachedFile('vgg19');
    const note = `Network: pocket, inside the package, since "${file}" cannot be read; get VGG-19 anew with ${pull}.`;
    return { ...(await openNetwork('pocket')), note };
  }
}

/** Whether a file was read and holds no proper network. */
const isFault = (error: unknown): error is GivernyError =>
  error instanceof GivernyError && (error.code === 'NETWORK_FORMAT' || error.code === 'NETWORK_TENSOR');

/** The sentence for such a file in the cache. */
function damaged(name: string, file: string, cause: GivernyError): GivernyError {
  const remedy = registryEntry(name)
    ? `get it anew with giverny network pull ${name}`
    : `remove it with giverny network remove ${name}`;
  return new GivernyError(
    cause.code,
    `Expected the network ${name} at "${file}" but the file is damaged; ${remedy}. ${cause.message}`,
    { cause },
  );
}

/** Finds a network without reading it. */
function findNetwork(nameOrPath: string): Found {
  const named = findNamed(nameOrPath);
  if (named) return named;
  if (existsSync(nameOrPath)) return { origin: 'file', path: nameOrPath };
  if (registryEntry(nameOrPath)) throw notPulled(nameOrPath);
  if (/[/\\.]/.test(nameOrPath)) {
    throw new GivernyError('FILE_NOT_FOUND', `Expected a network file but found none at "${nameOrPath}".`);
  }
  throw unknownNetwork(nameOrPath, ['pocket', ...REGISTRY.map((entry) => entry.name)]);
}

type Found = Pick<OpenedNetwork, 'origin' | 'path'>;

/** A network of the package or the cache; undefined where none has that name. */
function findNamed(name: string): Found | undefined {
  if (name === 'pocket') {
    if (existsSync(POCKET)) return { origin: 'package', path: POCKET };
    throw new GivernyError(
      'NETWORK_UNKNOWN',
      'Expected the pocket network inside the package but it has none; get VGG-19 with giverny network pull vgg19.',
    );
  }
  if (!isNetworkName(name) || !existsSync(cachedFile(name))) return undefined;
  return { origin: 'cache', path: cachedFile(name) };
}

/**
 * Makes certain that openNetwork takes a name for that of a network, not for a path: names in recipes come from
 * strangers.
 *
 * @param flag with which a person names the network's file instead.
 * @throws GivernyError NETWORK_UNKNOWN where neither the package nor the cache has a network of that name.
 */
export function assertNamedNetwork(name: string, flag: string): void {
  if (findNamed(name)) return;
  if (registryEntry(name)) throw notPulled(name);
  throw new GivernyError(
    'NETWORK_UNKNOWN',
    `Expected the network ${show(name)} that the recipe was painted with but found none of that name; give its file with ${flag}.`,
  );
}

function notPulled(name: string): GivernyError {
  return new GivernyError(
    'NETWORK_UNKNOWN',
    `Expected ${name} in the cache but it is not there yet; get it with giverny network pull ${name}.`,
  );
}

/** The sentence for a name that is none. */
export function unknownNetwork(name: string, known: readonly string[]): GivernyError {
  return new GivernyError(
    'NETWORK_UNKNOWN',
    `Expected one of ${known.join(', ')} as the network's name but received ${show(name)}.`,
  );
}

function readFound(file: string, maxBytes: number): Promise<Uint8Array> {
  return readRegularFile(file, 'a network file', maxBytes, 'FILE_NOT_FOUND');
}

/** A file's name without its ending; a model.json is called after its folder. */
function nameOf(file: string): string {
  const base = path.basename(file);
  return base === 'model.json' ? path.basename(path.dirname(path.resolve(file))) : base.replace(/\.[^.]+$/, '');
}

/**
 * Puts a network file into the cache. A file that the registry knows by its hash gets that name.
 *
 * @param name what to call it; by default the registry's name, else the file's.
 * @returns its name and its path in the cache.
 * @throws GivernyError as openNetwork and saveNetwork.
 */
export async function importNetwork(file: string, name?: string): Promise<{ name: string; path: string }> {
  const opened = await openNetwork(path.resolve(file));
  const published = await findPublished(file);
  const taken = name ?? published?.entry.name ?? opened.name;
  const entry = registryEntry(taken);
  if (entry) checkLayers(entry, opened);
  const provenance = published
    ? provenanceOf(published.entry, published.source)
    : { ...opened.metadata, added: today() };
  const network = { ...opened, name: taken };
  return { name: taken, path: await saveNetwork(network, { ...provenance, source: path.basename(file) }) };
}

async function findPublished(file: string) {
  const { size } = await stat(file);
  for (const entry of REGISTRY) {
    for (const source of entry.sources) {
      const candidate = source.convolutionsOnly ? size > source.sizeBytes : size === source.sizeBytes;
      if (candidate && (await hasRightHash(file, source))) return { entry, source };
    }
  }
  return undefined;
}

/** One line of the list. */
export interface ListedNetwork {
  readonly name: string;
  /** Whether it can be used as it is, or has to be pulled. */
  readonly state: 'package' | 'cache' | 'pull';
  readonly title: string;
  readonly licence: string;
  /** Of its file, or of what has to be downloaded. */
  readonly sizeBytes: number;
  readonly path?: string;
}

/** Pocket, the registry's networks, and what else is in the cache. */
export async function listNetworks(): Promise<ListedNetwork[]> {
  const cached = await cachedNames();
  const listed: ListedNetwork[] = [];
  const addFile = async (name: string, state: 'package' | 'cache', title: string, file: string) => {
    const { licence = 'licence not stated' } = await metadataOf(file);
    listed.push({ name, state, title, licence, sizeBytes: (await stat(file)).size, path: file });
  };
  if (existsSync(POCKET)) await addFile('pocket', 'package', 'small, made from VGG-19', POCKET);
  for (const { name, title, licence, sources } of REGISTRY) {
    if (cached.includes(name)) await addFile(name, 'cache', title, cachedFile(name));
    else listed.push({ name, state: 'pull', title, licence, sizeBytes: sources[0]?.sizeBytes ?? 0 });
  }
  for (const name of cached.filter((other) => !registryEntry(other))) {
    await addFile(name, 'cache', 'imported', cachedFile(name));
  }
  return listed;
}

/**
 * Removes a network from the cache, and what unfinished downloads of it left there.
 *
 * @returns whether there was anything.
 * @throws GivernyError NETWORK_UNKNOWN where no network has that name, WRITE_FAILED.
 */
export async function removeNetwork(name: string): Promise<boolean> {
  const entry = registryEntry(name);
  const cached = await cachedNames();
  if (!entry && !cached.includes(name))
    throw unknownNetwork(name, cached.length > 0 ? cached : ['none, the cache is empty,']);
  const folder = networksFolder();
  await sweepTemporaries(folder, await clockOf(folder));
  return removeFiles([cachedFile(name), ...(await partsLeft(entry?.sources ?? [], folder))]);
}
