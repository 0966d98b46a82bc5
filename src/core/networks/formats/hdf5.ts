/** HDF5 files, as Keras writes them (.h5), read by jsfive. */
import { Dataset, File, Group } from 'jsfive';
import { sizeOf, type Tensor } from '../../graph/tensor.js';
import { malformed } from './malformed.js';

/** Keras nests five deep; a file whose groups contain each other would never end. */
const MAX_DEPTH = 10;
const MAX_DATASETS = 10_000;

export function isHdf5(bytes: Uint8Array, at = 0): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[at + i] === byte);
}

/**
 * The float arrays of a file by their paths, `group/subgroup/name`.
 *
 * @param wanted which paths to read.
 * @throws GivernyError NETWORK_FORMAT.
 */
export function readHdf5(bytes: Uint8Array, file: string, wanted: (path: string) => boolean): [string, Tensor][] {
  checkLength(bytes, file);
  try {
    return [...datasets(new File(bufferOf(bytes), file))]
      .filter(([path]) => wanted(path))
      .map(([path, dataset]) => [path, read(path, dataset, bytes.length)]);
  } catch (cause) {
    // jsfive throws texts as well as errors.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw malformed(file, 'a whole HDF5 file', `a fault (${reason.replace(/\.$/, '')})`, cause);
  }
}

function* datasets(root: Group): Generator<[string, Dataset]> {
  const open: { path: string; group: Group; depth: number }[] = [{ path: '', group: root, depth: 0 }];
  let count = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    for (const key of next.group.keys) {
      if (++count > MAX_DATASETS) throw new Error(`more than ${MAX_DATASETS} entries`);
      const path = next.path ? `${next.path}/${key}` : key;
      const item = next.group.get(key);
      if (item instanceof Dataset) yield [path, item];
      else if (item instanceof Group && next.depth < MAX_DEPTH) {
        open.push({ path, group: item, depth: next.depth + 1 });
      }
    }
  }
}

function read(path: string, dataset: Dataset, fileBytes: number): Tensor {
  const shape = Array.from(dataset.shape ?? [], Number);
  const size = sizeOf(shape);
  if (!(size <= fileBytes)) throw new Error(`${path} has shape [${shape}] in a file of ${fileBytes} bytes`);
  if (typeof dataset.dtype !== 'string' || !/^[<>]f[248]$/.test(dataset.dtype)) {
    throw new Error(`${path} holds ${dataset.dtype}, not floats`);
  }
  const data = Float32Array.from(dataset.value as number[]);
  if (data.length !== size) throw new Error(`${path} has ${data.length} numbers for shape [${shape}]`);
  return { shape, data };
}

/** The superblock tells where the file ends, which jsfive does not check. */
function checkLength(bytes: Uint8Array, file: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = bytes.length > 8 && view.getUint8(8) >= 2 ? 28 : 40;
  const length = bytes.length < at + 8 ? at + 8 : Number(view.getBigUint64(at, true));
  if (bytes.length < length) throw malformed(file, `${length} bytes in all`, bytes.length);
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const whole = bytes.byteOffset === 0 && bytes.length === bytes.buffer.byteLength;
  return (whole ? bytes : new Uint8Array(bytes)).buffer as ArrayBuffer;
}
