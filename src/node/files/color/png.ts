/** What the chunks of a PNG before its pixels say of its colours. */
import { type ColorEncoding, encodingOfCodes, HIGH_RANGE, powerCurve, srgbCurve } from './encoding.js';
import { fromPrimaries, IDENTITY, type Primaries, SRGB } from './primaries.js';

export interface DeclaredColor {
  readonly encoding?: ColorEncoding;
  /** A sentence for people about what was done or could not be. */
  readonly notice?: string;
}

/**
 * The colours that a PNG declares, in the order of the specification (third edition, 4.3): cICP, then a profile or
 * sRGB, which are sharp's affair, then gAMA and cHRM.
 *
 * @param head the file's first bytes.
 * @returns nothing where sharp does right by itself.
 */
export function pngColor(head: Uint8Array): DeclaredColor {
  const chunks = chunksOf(head);
  const cicp = chunks.get('cICP');
  if (cicp && cicp.byteLength >= 4) return colorOfCodes(cicp);
  if (chunks.has('iCCP') || chunks.has('sRGB')) return {};
  const gamma = gammaOf(chunks.get('gAMA'));
  const primaries = primariesOf(chunks.get('cHRM'));
  // Many programs write 1 / 2.2 and mean sRGB.
  const usualGamma = gamma === undefined || Math.abs(gamma - 1 / 2.2) < 0.01;
  if (usualGamma && !primaries) return {};
  const curve = gamma === undefined ? srgbCurve : powerCurve(1 / gamma);
  return {
    encoding: { curves: [curve, curve, curve], toSrgb: primaries ? fromPrimaries(primaries) : IDENTITY },
  };
}

function colorOfCodes(cicp: DataView): DeclaredColor {
  const [primaries, transfer, matrix, fullRange] = [0, 1, 2, 3].map((i) => cicp.getUint8(i)) as [
    number,
    number,
    number,
    number,
  ];
  const encoding = matrix === 0 ? encodingOfCodes(primaries, transfer, fullRange !== 0) : undefined;
  if (!encoding) {
    return {
      notice: `its colours are declared as cICP ${primaries}/${transfer}/${matrix}, which is not known here: they are taken as sRGB`,
    };
  }
  const range = HIGH_RANGE[transfer];
  return {
    encoding,
    ...(range ? { notice: `its high dynamic range (${range}) was brought down to that of a screen` } : {}),
  };
}

/** The chunks before the pixels, by type. */
function chunksOf(head: Uint8Array): Map<string, DataView> {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const chunks = new Map<string, DataView>();
  for (let at = 8; at + 12 <= head.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...head.subarray(at + 4, at + 8));
    if (type === 'IDAT' || at + 12 + length > head.length) break;
    chunks.set(type, new DataView(head.buffer, head.byteOffset + at + 8, length));
    at += 12 + length;
  }
  return chunks;
}

/** Undefined where it is missing or no sensible exponent. */
function gammaOf(chunk: DataView | undefined): number | undefined {
  const gamma = chunk?.byteLength === 4 ? chunk.getUint32(0) / 100_000 : 0;
  return gamma >= 0.1 && gamma <= 10 ? gamma : undefined;
}

/** Undefined where they are missing, sRGB's, or none that colours can be made of. */
function primariesOf(chunk: DataView | undefined): Primaries | undefined {
  if (chunk?.byteLength !== 32) return undefined;
  const point = (i: number) => [chunk.getUint32(8 * i) / 100_000, chunk.getUint32(8 * i + 4) / 100_000] as const;
  const primaries = { white: point(0), red: point(1), green: point(2), blue: point(3) };
  const same = (name: keyof Primaries) =>
    primaries[name].every((value, i) => Math.abs(value - (SRGB[name][i] as number)) < 0.002);
  const names = ['white', 'red', 'green', 'blue'] as const;
  if (names.every(same) || names.some((name) => primaries[name][1] === 0)) return undefined;
  return fromPrimaries(primaries).every(Number.isFinite) ? primaries : undefined;
}
