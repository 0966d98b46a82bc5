/** The little of EXIF that says how colours are meant; orientation is read by sharp. */

const EXIF_IFD = 0x8769;
const COLOR_SPACE = 0xa001;
const INTEROPERABILITY_IFD = 0xa005;
const INTEROPERABILITY_INDEX = 0x0001;

/**
 * Whether EXIF declares Adobe RGB: by DCF's "R03" with an uncalibrated colour space, as cameras do, or by the colour
 * space 2, as some programs do. What is broken declares nothing.
 *
 * @param exif a TIFF structure, with or without "Exif\0\0" before it.
 */
export function declaresAdobeRgb(exif: Uint8Array): boolean {
  const start = exif[0] === 0x45 ? 6 : 0;
  const view = new DataView(exif.buffer, exif.byteOffset + start, Math.max(0, exif.byteLength - start));
  try {
    const little = view.getUint16(0) === 0x4949;
    const pointer = (ifd: number, tag: number) => {
      const entry = entryOf(view, ifd, tag, little);
      return entry === undefined ? undefined : view.getUint32(entry + 8, little);
    };
    const exifIfd = pointer(view.getUint32(4, little), EXIF_IFD);
    if (exifIfd === undefined) return false;
    const space = entryOf(view, exifIfd, COLOR_SPACE, little);
    const value = space === undefined ? undefined : view.getUint16(space + 8, little);
    if (value === 2) return true;
    const interoperability = pointer(exifIfd, INTEROPERABILITY_IFD);
    if (value !== 0xffff || interoperability === undefined) return false;
    const index = entryOf(view, interoperability, INTEROPERABILITY_INDEX, little);
    return index !== undefined && view.getUint32(index + 8) >>> 8 === 0x523033;
  } catch (error) {
    // An offset that leads outside.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Where the entry of a tag begins in the directory at `ifd`: tag, type, count and value of 12 bytes. */
function entryOf(view: DataView, ifd: number, tag: number, little: boolean): number | undefined {
  const count = view.getUint16(ifd, little);
  for (let i = 0; i < count; i++) {
    const entry = ifd + 2 + 12 * i;
    if (view.getUint16(entry, little) === tag) return entry;
  }
  return undefined;
}
