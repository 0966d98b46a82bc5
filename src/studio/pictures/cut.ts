/** Picture files that end too early: browsers show what there is of them, gray below, and say nothing. */

/** Whether a JPEG, PNG or WebP lacks its end. Of other formats the browser's decoder knows. */
export function isCutShort(bytes: Uint8Array): boolean {
  const starts = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xd8, 0xff)) return isJpegCut(bytes);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return isPngCut(bytes);
  // RIFF: the size of all that follows its first eight bytes.
  if (starts(0x52, 0x49, 0x46, 0x46)) return uint32(bytes, 4, true) + 8 > bytes.length;
  return false;
}

const uint32 = (bytes: Uint8Array, at: number, littleEndian: boolean) =>
  at + 4 <= bytes.length ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, littleEndian) : 0;

/** Segments up to the first scan, which may hold a whole small JPEG, then the marker that ends the picture. */
function isJpegCut(bytes: Uint8Array): boolean {
  let at = 2;
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    // Any number of FF may come before a marker.
    at += bytes[at + 1] === 0xff ? 1 : 2 + ((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0);
  }
  for (; at + 1 < bytes.length; at++) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return false;
  return true;
}

/** Chunks: length, name, data, checksum; IEND is the last. */
function isPngCut(bytes: Uint8Array): boolean {
  for (let at = 8; at + 12 <= bytes.length; at += 12 + uint32(bytes, at, false)) {
    if (uint32(bytes, at + 4, false) === 0x49454e44) return false;
  }
  return true;
}
