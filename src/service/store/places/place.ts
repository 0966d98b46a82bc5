/** Where bytes lie, as `--blobs` says it. */
import process from 'node:process';
import type { BlobPlace } from '../blobs.js';
import { folderPlace } from './folder.js';

/**
 * @param location a folder, or s3://bucket/folder with keys in the environment; undefined: the database.
 * @throws GivernyError OPTION_INVALID as s3Place.
 */
export async function placeOf(location: string | undefined): Promise<BlobPlace | undefined> {
  if (!location?.startsWith('s3://')) return location === undefined ? undefined : folderPlace(location);
  const { s3Place } = await import('./s3.js');
  return s3Place(location, process.env);
}
