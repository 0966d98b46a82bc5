/** The core's painter with Node's parts: files, the cache of networks, the engine. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { DeviceChoice } from '../../core/devices.js';
import type { Engine } from '../../core/graph/engine.js';
import type { Options } from '../../core/options/options.js';
import type { DecodedPicture } from '../../core/painting/order.js';
import { Painter } from '../../core/painting/painter.js';
import { fromRgba, type Picture } from '../../core/pictures/picture.js';
import { createNodeEngine } from '../../engines/node.js';
import { type EngineSettings, openEngine } from '../devices/choose.js';
import { readPicture } from '../files/pictures.js';
import { openNetwork } from '../networks/open.js';
import { VERSION } from '../version.js';
import type { NamedBytes, PictureSource, PixelData } from './request.js';
import { usableBytes } from './usable-bytes.js';

export interface PainterOptions {
  /** Threads of the engine. Default: as many as the process may use. */
  readonly threads?: number | undefined;
  /** In place of the engine of this machine's CPU, such as openEngine gives. */
  readonly engine?: Engine | undefined;
  /** The most memory that the process may take, in bytes. Default: three quarters of what this machine or container has. */
  readonly maxBytes?: number | undefined;
}

/** A painter for one painting or many, which share its engine, networks, prepared kernels and measured styles. */
export function createPainter({
  threads,
  engine,
  maxBytes = usableBytes(),
}: PainterOptions = {}): Painter<PictureSource> {
  return new Painter({
    engine: engine ?? createNodeEngine(threads === undefined ? {} : { threads }),
    decode,
    identity,
    openNetwork,
    version: VERSION,
    maxBytes,
  });
}

/**
 * A painter on the engine of a device.
 *
 * @throws GivernyError as openEngine.
 */
export async function openPainter({
  device = 'auto',
  threads,
  tell,
}: EngineSettings & { readonly device?: DeviceChoice | undefined }): Promise<Painter<PictureSource>> {
  return createPainter({ engine: await openEngine(device, { threads, tell }) });
}

/** Of a file, which may be replaced between two paintings. */
async function identity(source: PictureSource): Promise<string | undefined> {
  const file = typeof source === 'string' ? await stat(source, { bigint: true }).catch(() => undefined) : undefined;
  return file?.isFile() ? `${source} ${file.dev} ${file.ino} ${file.size} ${file.mtimeNs} ${file.ctimeNs}` : undefined;
}

/** Reads a picture from wherever it comes. */
async function decode(source: PictureSource, size?: Options['size'], fit?: Options['fit']): Promise<DecodedPicture> {
  const options = size === undefined ? {} : { size, fit };
  if (typeof source === 'string' || source instanceof Uint8Array) return readPicture(source, options);
  if (source instanceof ArrayBuffer) return readPicture(new Uint8Array(source), options);
  if ('bytes' in source) {
    const { bytes, name } = source as NamedBytes;
    return readPicture(bytes, name === undefined ? options : { ...options, name });
  }
  const { width, height, data } = source;
  const layered =
    data instanceof Float32Array ? { picture: source as Picture } : fromRgba(width, height, (source as PixelData).data);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { ...layered, name: 'picture', sha256: createHash('sha256').update(bytes).digest('hex') };
}
