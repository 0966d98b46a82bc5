/** JPEG files that stop before their end marker. */
import { joined } from '../../core/bytes.js';

const END = Uint8Array.of(0xff, 0xd9);

/** The same file with an end marker; the decoder finds out whether the data of its last scan are whole. */
export const withJpegEnd = (bytes: Uint8Array): Uint8Array => joined([bytes, END]);

/**
 * Whether the scans of a JPEG hold every coefficient of every component to the last bit. Of a progressive JPEG that
 * is cut between two scans a decoder would make a coarse picture without a word.
 */
export function hasAllScans(bytes: Uint8Array): boolean {
  /** By component: the lowest bit seen so far of each of the 64 coefficients. */
  const lowest = new Map<number, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) break;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length) return false;
    const segment = bytes.subarray(at + 4, end);
    if (isFrame(marker)) {
      for (let i = 0; i < (segment[5] ?? 0); i++) lowest.set(segment[6 + 3 * i] ?? 0, new Uint8Array(64).fill(255));
    }
    at = marker === 0xda ? afterScan(bytes, end) : end;
    if (marker === 0xda) noteScan(segment, lowest);
  }
  return lowest.size > 0 && [...lowest.values()].every((bits) => bits.every((bit) => bit === 0));
}

/** SOF0 to SOF15, but DHT, JPG and DAC. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** The marker behind a scan's data, in which 0xff is followed by 0 or by a restart marker. */
function afterScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** SOS: component selectors, then first and last coefficient, then high and low bit of successive approximation. */
function noteScan(segment: Uint8Array, lowest: ReadonlyMap<number, Uint8Array>): void {
  const count = segment[0] ?? 0;
  const [first = 0, last = 63, bits = 0] = segment.subarray(1 + 2 * count);
  for (let i = 0; i < count; i++) lowest.get(segment[1 + 2 * i] ?? 0)?.fill(bits & 15, first, last + 1);
}
