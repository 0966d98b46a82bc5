import { show } from '../../errors.js';
import { VGG_MEAN } from '../network.js';
import { isCanonicalName, type Mean, type NetworkFile } from './canonical.js';
import { malformed } from './malformed.js';
import { isSafetensors, readSafetensors } from './safetensors.js';
import { fromTorchvision, isTorchvisionName } from './torchvision.js';
import { decodeUtf8 } from './utf8.js';

/**
 * Reads a network file of any supported format, known by its content, not by its name: safetensors
 * (canonical, or as torchvision and timm have it), Keras .h5, MatConvNet .mat, TensorFlow.js model.json.
 *
 * @param file what messages call it.
 * @param bytes not changed; the tensors may be views of them.
 * @param readBeside reads at most `maxBytes` of another file by its path relative to this one; TensorFlow.js asks for
 *   its shards.
 * @throws GivernyError NETWORK_FORMAT with what was expected and what came.
 */
export async function readNetworkFile(
  file: string,
  bytes: Uint8Array,
  readBeside: (path: string, maxBytes: number) => Promise<Uint8Array> = async (path) => {
    throw malformed(file, `the shard ${show(path)} beside it`, 'none');
  },
): Promise<NetworkFile> {
  if (isSafetensors(bytes)) return readAnySafetensors(file, bytes);
  // The readers of other formats are loaded when needed: most runs read safetensors only.
  const { isMat5 } = await import('./mat5.js');
  if (isMat5(bytes)) {
    const { readMatConvNet } = await import('./matconvnet.js');
    return { ...(await readMatConvNet(bytes, file)), metadata: {} };
  }
  const { isHdf5, readHdf5 } = await import('./hdf5/read.js');
  if (isHdf5(bytes)) {
    const { fromKeras, kerasLayer } = await import('./keras.js');
    const arrays = await readHdf5(bytes, file, (path) => kerasLayer(path) !== undefined);
    return { format: 'Keras', ...fromKeras(file, arrays), metadata: {} };
  }
  const { isTfjs, readTfjs } = await import('./tfjs.js');
  if (isTfjs(bytes)) return { ...(await readTfjs(bytes, file, readBeside)), metadata: {} };
  const known = 'a network in safetensors, Keras .h5, MatConvNet .mat (level 5) or TensorFlow.js model.json';
  throw malformed(file, known, isHdf5(bytes, 512) ? 'a .mat of level 7.3' : describe(bytes));
}

function readAnySafetensors(file: string, bytes: Uint8Array): NetworkFile {
  const { tensors, metadata } = readSafetensors(
    bytes,
    file,
    (name) => isCanonicalName(name) || isTorchvisionName(name),
  );
  if (Object.keys(tensors).some(isTorchvisionName)) {
    return { format: 'torchvision', ...fromTorchvision(file, tensors), metadata };
  }
  return { format: 'safetensors', tensors, mean: meanOf(metadata, file), metadata };
}

function meanOf(metadata: Readonly<Record<string, string>>, file: string): Mean {
  if (metadata.mean === undefined) return VGG_MEAN;
  const [r, g, b, ...rest] = metadata.mean.split(',').map(Number);
  if (r === undefined || g === undefined || b === undefined || rest.length > 0 || !Number.isFinite(r + g + b)) {
    throw malformed(file, 'three numbers as mean', show(metadata.mean));
  }
  return [r, g, b];
}

/** What people are likely to hold in its stead, by the first bytes. */
function describe(bytes: Uint8Array): string {
  let start = '';
  try {
    start = decodeUtf8(bytes.subarray(0, 24));
  } catch {}
  if (bytes.length === 0) return 'an empty file';
  if (start.startsWith('PK')) return 'a zip archive, such as .pth, .keras or .npz';
  if (start.startsWith('version https://git-lfs')) return 'a git LFS pointer, not the file itself';
  if (/^\s*<(!doctype|html)/i.test(start)) return 'a web page';
  return 'something else';
}
