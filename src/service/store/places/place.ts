/** Where pictures lie outside the database, by what the command is given. */
import type { BlobPlace } from '../blobs.js';
import { folderPlace } from './folder.js';

/** @param place a folder. */
export async function placeOf(place: string): Promise<BlobPlace> {
  return folderPlace(place);
}
