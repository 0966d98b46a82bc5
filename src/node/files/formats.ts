/** The formats that pictures are written in. Apart from what writes them, which takes long to load. */
import { extname } from 'node:path';
import { GivernyError } from '../../core/errors.js';

export const FORMATS = ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const;
export type PictureFormat = (typeof FORMATS)[number];

const EXTENSIONS: Readonly<Record<string, PictureFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'avif',
};

/**
 * The format that a path's extension stands for.
 *
 * @throws GivernyError FORMAT_UNSUPPORTED.
 */
export function formatOf(path: string): PictureFormat {
  const extension = extname(path).toLowerCase();
  const format = EXTENSIONS[extension];
  if (format) return format;
  throw new GivernyError(
    'FORMAT_UNSUPPORTED',
    `Expected a name ending in ${Object.keys(EXTENSIONS).join(', ')} for the picture to write but received "${path}".`,
  );
}
