/** How a painting's file is written besides its format: bits, colour profile, and what it takes over from the photo. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { carrierOf, type Raster } from './carrier.js';
import { encoded } from './color/encoder.js';
import { isSrgb } from './color/encoding.js';
import { encodingOfProfile } from './color/icc.js';
import { type CarriedExif, carriedExif } from './exif/carried.js';
import { exifOf } from './exif/directories.js';
import type { PrintWish } from './formats.js';
import { openPictureFile, type PictureSource } from './picture-file.js';
import { readMetadata } from './picture-header.js';

export interface Print {
  readonly bits: 8 | 16;
  /** An ICC profile that sharp can convert sRGB to; sRGB where it is missing. */
  readonly profile?: Uint8Array | undefined;
  /** In pixels per inch. */
  readonly density?: number | undefined;
  readonly exif?: CarriedExif | undefined;
}

/** Beyond these a file means another unit, or nothing. */
const [LEAST_DENSITY, MOST_DENSITY] = [1, 100_000];

/**
 * How a painting is written as it is wished for, with what its photo's file brings along.
 *
 * @param photo undefined where it is no file; of a pipe, which can be read once only, nothing is taken over.
 * @returns `notices` are sentences for people about what could not be kept.
 * @throws GivernyError as readPicture.
 */
export async function printOf(
  photo: PictureSource | undefined,
  { bits = 8, profile: wanted = 'srgb', keepLocation = false }: PrintWish,
  name?: string,
): Promise<{ readonly print: Print; readonly notices: readonly string[] }> {
  const profile = wanted === 'p3' ? await builtIn('p3') : undefined;
  const isFile = typeof photo !== 'string' || (await stat(photo).catch(() => undefined))?.isFile();
  if (photo === undefined || !isFile) {
    return { print: { bits, profile }, notices: wanted === 'keep' ? [sentence('The photo', 'it is no file')] : [] };
  }
  const file = await openPictureFile(photo, name);
  const metadata = await readMetadata(file);
  const readAt = exifOf(file, metadata);
  const { density = 0 } = metadata;
  const kept: Kept = wanted === 'keep' ? await keptProfile(metadata.icc) : { profile };
  return {
    print: {
      bits,
      profile: kept.profile,
      ...(density >= LEAST_DENSITY && density <= MOST_DENSITY ? { density } : {}),
      exif: readAt && carriedExif(readAt, keepLocation),
    },
    notices: kept.why === undefined ? [] : [sentence(basename(file.name), kept.why)],
  };
}

const sentence = (name: string, why: string) => `${name}: ${why}, so that the painting is in sRGB`;

interface Kept {
  readonly profile?: Uint8Array | undefined;
  readonly why?: string;
}

/** The photo's profile, where a painting can have it; otherwise why not. */
async function keptProfile(profile: Uint8Array | undefined): Promise<Kept> {
  if (!profile) return { why: 'it has no colour profile to keep' };
  const space = Buffer.from(profile.subarray(16, 20)).toString('latin1').trim();
  if (space !== 'RGB') return { why: `its colour profile is of ${space}, which paintings are not` };
  // A profile of a scanner may lead from its colours to others, and not back.
  const pixel = { samples: new Uint16Array(3), channels: 3, width: 1, height: 1 } as const;
  const converted = await inProfile(pixel, profile).catch(() => undefined);
  return converted ? { profile: Uint8Array.from(profile) } : { why: 'its colour profile does not lead back from sRGB' };
}

const builtInProfiles = new Map<string, Promise<Uint8Array>>();

/** A profile that comes with sharp. */
export function builtIn(name: 'srgb' | 'p3'): Promise<Uint8Array> {
  const known = builtInProfiles.get(name);
  if (known) return known;
  const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } });
  const made = pixel
    .withIccProfile(name)
    .png()
    .toBuffer()
    .then(async (png) => (await sharp(png).metadata()).icc as Uint8Array);
  builtInProfiles.set(name, made);
  return made;
}

/**
 * Converts sRGB of 16 bits to another profile: by its curves and its matrix, or by its tables.
 *
 * @throws Error where the profile does not allow that.
 */
export async function inProfile(raster: Raster & { readonly samples: Uint16Array }, profile: Uint8Array) {
  const encoding = encodingOfProfile(profile);
  if (encoding && isSrgb(encoding)) return raster.samples;
  return (encoding && encoded(raster.samples, raster.channels, encoding)) ?? byTables(raster, profile);
}

/** By libvips, whose way through Lab is off by some levels in dark and saturated colours. */
async function byTables(raster: Raster, profile: Uint8Array): Promise<Uint16Array> {
  const carrier = await carrierOf(raster, { profile: await builtIn('srgb') });
  // libvips takes profiles from files alone.
  const folder = await mkdtemp(join(tmpdir(), 'giverny-'));
  try {
    const path = join(folder, 'profile.icc');
    await writeFile(path, profile);
    const pipeline = sharp(carrier, { limitInputPixels: false, ignoreIcc: true })
      .toColourspace('rgb16')
      .withIccProfile(path);
    const png = await pipeline.png({ compressionLevel: 0 }).toBuffer();
    const { icc } = await sharp(png, { limitInputPixels: false }).metadata();
    // What libvips cannot convert to it leaves as it was.
    if (!icc || !Buffer.from(profile).equals(icc)) throw new Error('libvips does not convert to this profile');
    const data = await sharp(png, { limitInputPixels: false, ignoreIcc: true })
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer();
    return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
