/** Adobe RGB where EXIF alone declares it. */
import { Directories, numberOf, type ReadAt } from './directories.js';
import { TAGS } from './tags.js';

/**
 * Whether EXIF declares Adobe RGB: by DCF's "R03" with an uncalibrated colour space, as cameras do, or by the colour
 * space 2, as some programs do. What is broken declares nothing.
 *
 * @param readAt reads a TIFF structure.
 */
export function declaresAdobeRgb(readAt: ReadAt): boolean {
  const directories = new Directories(readAt, 64);
  const exif = directories.behind(directories.root.get(TAGS.exif));
  const space = exif.get(TAGS.colorSpace);
  const value = space && numberOf(space);
  if (value === 2) return true;
  if (value !== 0xffff) return false;
  const index = directories.behind(exif.get(TAGS.interoperability)).get(TAGS.interoperabilityIndex);
  return index !== undefined && Buffer.from(index.value.subarray(0, 3)).toString('latin1') === 'R03';
}
