/** How the pixels of a file are to be read, so that its colours come out as they are meant. */

import { declaresAdobeRgb } from '../exif/adobe-rgb.js';
import { exifOf } from '../exif/directories.js';
import type { PictureFile } from '../picture-file.js';
import type { Header } from '../picture-header.js';
import { type ColorEncoding, HIGH_RANGE, isSrgb, powerCurve } from './encoding.js';
import { encodingOfProfile } from './icc.js';
import { pngColor } from './png.js';
import { fromPrimaries, IDENTITY, SRGB } from './primaries.js';

export interface StoredColor {
  /** Whether sharp converts to sRGB. Otherwise sharp gives the numbers as they are stored. */
  readonly managed: boolean;
  readonly depth: 'uchar' | 'ushort' | 'float';
  /** The sample that stands for 1. */
  readonly max: number;
  /** Of the numbers as sharp gives them; sRGB where it is missing. */
  readonly encoding?: ColorEncoding | undefined;
  /** What was done or could not be, for people to read. */
  readonly notice?: string | undefined;
}

/** Adobe RGB (1998): gamma 2 + 51/256. */
const ADOBE_RGB: ColorEncoding = (() => {
  const curve = powerCurve(563 / 256);
  return { curves: [curve, curve, curve], toSrgb: fromPrimaries({ ...SRGB, green: [0.21, 0.71] }) };
})();

const LINEAR: ColorEncoding = (() => {
  const curve = (v: number) => Math.max(0, v);
  return { curves: [curve, curve, curve], toSrgb: IDENTITY, highRange: true };
})();

/** Floats may go a little beyond 1, as sharpening and resampling make them. */
const FLOAT_TOLERANCE = 1.25;

/**
 * How to read a picture's pixels.
 *
 * @param peakOfFloats the largest number of a picture of floats; asked for only where there is one.
 */
export async function storedColor(
  file: PictureFile,
  header: Header,
  peakOfFloats: () => Promise<number>,
): Promise<StoredColor> {
  const { format, space, depth, hasProfile, icc } = header;
  if (depth === 'float' || depth === 'uint') return floatColor(header, peakOfFloats);
  const whole = depth === 'ushort' ? ({ depth, max: 65_535 } as const) : ({ depth: 'uchar', max: 255 } as const);
  const ofScreen = ['srgb', 'rgb16', 'b-w', 'grey16'].includes(space);
  if (format === 'png' && ofScreen) {
    const { encoding, notice } = pngColor(file.head);
    if (encoding) return { managed: false, ...whole, encoding, notice };
    if (notice) return { managed: true, ...whole, notice };
  }
  if (hasProfile && icc && ['rgb16', 'grey16'].includes(space)) {
    const encoding = encodingOfProfile(icc);
    if (encoding) return { managed: false, ...whole, encoding: isSrgb(encoding) ? undefined : encoding };
    if (space === 'grey16') return { managed: true, ...whole, notice: UNKNOWN_PROFILE };
  }
  const exif = exifOf(file, header);
  if (!hasProfile && exif && ['srgb', 'rgb16'].includes(space) && declaresAdobeRgb(exif)) {
    return { managed: false, ...whole, encoding: ADOBE_RGB };
  }
  const notice = format === 'heif' ? heifNotice(file.head) : undefined;
  return { managed: true, ...whole, notice };
}

const UNKNOWN_PROFILE = 'its colour profile is of a kind that is not known here: it is taken as sRGB';

/**
 * Without a profile, numbers up to 1 are sRGB, as numpy users and ImageMagick store them. Beyond that they are what
 * libvips takes them for: linear light in colour, and 0..255 in grey.
 */
async function floatColor({ space, depth, icc }: Header, peakOfFloats: () => Promise<number>): Promise<StoredColor> {
  if (depth === 'uint') return { managed: false, depth: 'float', max: 2 ** 32 - 1 };
  const encoding = icc && encodingOfProfile(icc);
  if (encoding) return { managed: false, depth: 'float', max: 1, encoding };
  const unknown = icc ? `${UNKNOWN_PROFILE}; ` : '';
  if ((await peakOfFloats()) <= FLOAT_TOLERANCE) {
    return { managed: false, depth: 'float', max: 1, notice: `${unknown}its floats are taken as sRGB from 0 to 1` };
  }
  if (space === 'scrgb') {
    const notice = `${unknown}its floats above 1 are taken as linear light, brought down to that of a screen`;
    return { managed: false, depth: 'float', max: 1, encoding: LINEAR, notice };
  }
  return { managed: false, depth: 'float', max: 255, notice: `${unknown}its floats are taken as grey from 0 to 255` };
}

/** AVIF says in a `colr` box of the type `nclx` what its numbers mean. */
function heifNotice(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 65_536));
  const at = bytes.indexOf('colrnclx');
  if (at < 0 || at + 13 > bytes.length) return undefined;
  const range = HIGH_RANGE[bytes.readUInt16BE(at + 10)];
  return range && `its high dynamic range (${range}) is not known here: it is taken as sRGB`;
}
