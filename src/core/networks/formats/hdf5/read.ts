/**
 * HDF5 files as Keras writes them (.h5). A reader of our own, because those on npm follow whatever a file says: trees
 * that contain each other, chunks of any size, streams that inflate without end.
 * https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
import type { Tensor } from '../../../graph/tensor.js';
import { Source } from './cursor.js';
import { readDataset } from './data.js';
import { readLinks } from './links.js';
import { MESSAGES, type Message, readMessages, rootAddress } from './objects.js';

/** Keras nests five deep; a file whose groups contain each other would never end. */
const MAX_DEPTH = 10;
const MAX_OBJECTS = 10_000;

export function isHdf5(bytes: Uint8Array, at = 0): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[at + i] === byte);
}

/**
 * The float arrays of a file by their paths, `group/subgroup/name`.
 *
 * @param wanted which paths to read.
 * @throws GivernyError NETWORK_FORMAT.
 */
export async function readHdf5(
  bytes: Uint8Array,
  file: string,
  wanted: (path: string) => boolean,
): Promise<[string, Tensor][]> {
  const source = new Source(bytes, file);
  const arrays: [string, Tensor][] = [];
  for (const [path, messages] of datasets(source)) {
    if (wanted(path)) arrays.push([path, await readDataset(source, path, messages)]);
  }
  return arrays;
}

/** All datasets, which are the objects that have a shape, by their paths. */
function* datasets(source: Source): Generator<[string, readonly Message[]]> {
  const open = [{ path: '', address: rootAddress(source), depth: 0 }];
  let count = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    if (++count > MAX_OBJECTS) throw source.fault(`at most ${MAX_OBJECTS} groups and datasets`, 'more');
    const { path, address, depth } = next;
    const messages = readMessages(source, address);
    if (messages.some(({ type }) => type === MESSAGES.dataspace)) yield [path, messages];
    else if (depth < MAX_DEPTH) {
      for (const [name, child] of readLinks(source, messages)) {
        open.push({ path: path ? `${path}/${name}` : name, address: child, depth: depth + 1 });
      }
    }
  }
}
