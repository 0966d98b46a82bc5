/**
 * Content hashes, by which equal constants and equal expressions get equal names. The function is Appleby's
 * MurmurHash3 (x86, 128 bits) over 32-bit words. With 128 bits no two contents that occur share a hash; against
 * somebody who constructs collisions it does not protect. A million bytes take about half a millisecond.
 */

/** Hash of the bytes of an array, 32 hexadecimal digits. */
export function hashOf({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array | Int8Array): string {
  if (byteLength % 4 === 0) return hashWords(new Uint32Array(buffer, byteOffset, byteLength / 4));
  const filled = new Uint8Array(Math.ceil(byteLength / 4) * 4);
  filled.set(new Uint8Array(buffer, byteOffset, byteLength));
  return hashWords(new Uint32Array(filled.buffer));
}

/** Hash of a text, 32 hexadecimal digits. */
export function hashOfText(text: string): string {
  const units = new Uint32Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return hashWords(units);
}

const rotated = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits));

function hashWords(words: Uint32Array): string {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  // A last block that is not full is filled up with zeros; the length below tells it from one that ends in zeros.
  for (let i = 0; i < words.length; i += 4) {
    h1 ^= Math.imul(rotated(Math.imul(words[i] as number, 0x239b961b), 15), 0xab0e9789);
    h1 = (Math.imul((rotated(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotated(Math.imul(words[i + 1] ?? 0, 0xab0e9789), 16), 0x38b34ae5);
    h2 = (Math.imul((rotated(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotated(Math.imul(words[i + 2] ?? 0, 0x38b34ae5), 17), 0xa1e38b93);
    h3 = (Math.imul((rotated(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotated(Math.imul(words[i + 3] ?? 0, 0xa1e38b93), 18), 0x239b961b);
    h4 = (Math.imul((rotated(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  // Without arrays: what is made of them is compiled again and again, as some hold small integers and some do not.
  const length = 4 * words.length;
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = avalanched(h2 + h1);
  h3 = avalanched(h3 + h1);
  h4 = avalanched(h4 + h1);
  h1 = (avalanched(h1) + h2 + h3 + h4) | 0;
  return hexadecimal(h1) + hexadecimal(h2 + h1) + hexadecimal(h3 + h1) + hexadecimal(h4 + h1);
}

const hexadecimal = (h: number) => (h >>> 0).toString(16).padStart(8, '0');

function avalanched(h: number): number {
  const once = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
