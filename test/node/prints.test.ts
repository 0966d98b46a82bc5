/** What a painting's file holds besides its picture: 16 bits, profiles, and what it takes over from its photo. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Metadata } from 'sharp';
import { expect, test } from 'vitest';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { Directories, type Entry, exifOf, numberOf, readerOf } from '../../src/node/files/exif/directories.js';
import { FORMATS, type PictureFormat, type PrintWish } from '../../src/node/files/formats.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { builtIn, printOf } from '../../src/node/files/print.js';
import { encodePicture } from '../../src/node/files/write-pictures.js';
import { tableProfile, withProfile } from '../support/icc.js';
import { waves } from '../support/pictures.js';
import { pythonWith } from '../support/python.js';

const painted = waves(48, 36, 4);

/** A JPEG of a phone that was turned, with 300 pixels per inch, a profile, a thumbnail's place, and where it was taken. */
const photo = (profile: 'srgb' | 'p3' = 'p3') =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .withIccProfile(profile)
    .withExif({
      IFD0: { Artist: 'A. Painter', Copyright: 'CC0', Make: 'Maker' },
      IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', ExposureTime: '1/60' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 30/1 0/1' },
    })
    .withMetadata({ orientation: 6, density: 300 })
    .withIccProfile(profile)
    .jpeg()
    .toBuffer();

async function printed(
  source: Uint8Array | undefined,
  wish: PrintWish,
  format: PictureFormat,
  what: Picture = painted,
) {
  const { print, notices } = await printOf(source, wish);
  const bytes = await encodePicture(what, format, { print });
  return { bytes, notices, metadata: await sharp(bytes).metadata() };
}

const text = (entry: Entry | undefined) => entry && Buffer.from(entry.value).toString('latin1').replace(/\0$/, '');

/** The directories of EXIF in a picture's file. */
function exifIn(bytes: Uint8Array, metadata: Metadata) {
  const directories = new Directories(exifOf({ readAt: readerOf(bytes) }, metadata) ?? (() => new Uint8Array()), 1e6);
  const { root } = directories;
  return { root, exif: directories.behind(root.get(0x8769)), gps: directories.behind(root.get(0x8825)) };
}

test.each(FORMATS)(
  '%s: EXIF and resolution come along; upright, of its own size, without the place',
  async (format) => {
    const { bytes, metadata, notices } = await printed(await photo(), {}, format);
    expect(notices).toEqual([]);
    expect(metadata.orientation ?? 1).toBe(1);
    expect(metadata.density ?? 300).toBe(300);
    const { root, exif, gps } = exifIn(bytes, metadata);
    expect(text(root.get(0x013b))).toBe('A. Painter');
    expect(text(root.get(0x8298))).toBe('CC0');
    expect(numberOf(root.get(0x0112) as Entry)).toBe(1);
    expect(text(exif.get(0x9003))).toBe('2024:05:06 07:08:09');
    expect([0xa002, 0xa003, 0xa001].map((tag) => numberOf(exif.get(tag) as Entry))).toEqual([48, 36, 1]);
    expect(gps.size).toBe(0);
    const kept = await printed(await photo(), { keepLocation: true }, format);
    expect(text(exifIn(kept.bytes, kept.metadata).gps.get(1))).toBe('N');
  },
);

test.each(FORMATS)('%s of a photo without EXIF has none', async (format) => {
  const bare = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .webp()
    .toBuffer();
  const { bytes, metadata } = await printed(bare, {}, format);
  expect(exifIn(bytes, metadata).exif.size).toBe(0);
});

test.each(['png', 'tiff'] as const)(
  '%s of 16 bits holds what was painted to half a number of 16 bits',
  async (format) => {
    const { bytes, metadata } = await printed(await photo(), { bits: 16 }, format);
    expect(metadata.depth).toBe('ushort');
    const again = await readPicture(bytes);
    const worst = again.picture.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (painted.data[i] as number))),
      0,
    );
    expect(worst).toBeLessThan(0.501 / 257);
  },
);

test('transparency has 16 bits too, and none is refused for what has 8', async () => {
  const alpha = Uint8Array.from({ length: 48 * 36 }, (_, i) => i % 256);
  const { print } = await printOf(undefined, { bits: 16 });
  const read = await readPicture(await encodePicture(painted, 'png', { alpha, print }));
  expect(read.alpha).toEqual(alpha);
  for (const format of ['jpeg', 'webp', 'avif'] as const) {
    await expect(encodePicture(painted, format, { print })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: `Expected PNG or TIFF for 16 bits but received ${format.toUpperCase()}, which has 8.`,
    });
  }
});

/** One colour, as it stands in the file, 0..255. */
async function stored(wish: PrintWish, source: Uint8Array | undefined, rgb: readonly number[]) {
  const flat = picture(
    32,
    32,
    Float32Array.from({ length: 3 * 1024 }, (_, i) => rgb[Math.floor(i / 1024)] as number),
  );
  const { bytes } = await printed(source, { bits: 16, ...wish }, 'png', flat);
  const data = await sharp(bytes, { ignoreIcc: true }).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
  return [0, 1, 2].map((c) => data.readUInt16LE(2 * c) / 257);
}

test.each(['p3', 'keep'] as const)('--profile %s: sRGB in the numbers of Display P3, as published', async (profile) => {
  const source = await photo('p3');
  const close = async (rgb: readonly number[], wanted: readonly number[]) => {
    for (const [c, value] of (await stored({ profile }, source, rgb)).entries()) {
      expect(Math.abs(value - (wanted[c] as number))).toBeLessThan(1.5);
    }
  };
  // sharp's profile rounds the primaries.
  // CSS Color 4: color(srgb 1 0 0) is color(display-p3 0.91749 0.20029 0.13856), and so on.
  await close([255, 0, 0], [0.91749 * 255, 0.20029 * 255, 0.13856 * 255]);
  await close([0, 255, 0], [0.4584 * 255, 0.98527 * 255, 0.29829 * 255]);
  await close([0, 0, 255], [0, 0, 0.95959 * 255]);
  await close([128, 128, 128], [128, 128, 128]);
  const { metadata } = await printed(source, { profile }, 'jpeg');
  expect(Buffer.from(metadata.icc as Uint8Array).equals(await builtIn('p3'))).toBe(true);
});

test('a profile of tables is kept: sRGB in the numbers of Adobe RGB (1998)', async () => {
  const bare = await sharp({ create: { width: 40, height: 40, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const profile = tableProfile(true);
  const source = withProfile(bare, profile);
  const { metadata, notices } = await printed(source, { profile: 'keep' }, 'png');
  expect(notices).toEqual([]);
  expect(profile.equals(metadata.icc as Buffer)).toBe(true);
  // What numbers sRGB's red, green, blue, a grey and an orange have there.
  for (const [rgb, wanted] of [
    [
      [255, 0, 0],
      [219, 1, 1],
    ],
    [
      [0, 255, 0],
      [144, 255, 60],
    ],
    [
      [0, 0, 255],
      [0, 0, 250],
    ],
    [
      [128, 128, 128],
      [127, 127, 127],
    ],
    [
      [200, 120, 60],
      [180.3, 119.2, 66],
    ],
  ] as const) {
    const found = await stored({ profile: 'keep' }, source, rgb);
    for (const [c, value] of wanted.entries())
      expect(Math.abs(value - (found[c] as number)), `${rgb} ${found}`).toBeLessThan(1.5);
  }
});

test('a profile that cannot be kept is told of, and the painting is in sRGB', async () => {
  const told = async (source: Uint8Array) => {
    const { notices, metadata } = await printed(source, { profile: 'keep' }, 'png');
    expect(Buffer.from(metadata.icc as Uint8Array).equals(await builtIn('srgb'))).toBe(true);
    return notices;
  };
  const bare = await sharp({ create: { width: 40, height: 40, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  expect(await told(bare)).toEqual(['the picture: it has no colour profile to keep, so that the painting is in sRGB']);
  const cmyk = await sharp(bare).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer();
  expect(await told(cmyk)).toEqual([
    'the picture: its colour profile is of CMYK, which paintings are not, so that the painting is in sRGB',
  ]);
  expect(await told(withProfile(bare, tableProfile(false)))).toEqual([
    'the picture: its colour profile does not lead back from sRGB, so that the painting is in sRGB',
  ]);
});

test('broken EXIF brings along what is whole, and never fails', async () => {
  const whole = await photo();
  const at = whole.indexOf('Exif');
  for (let i = at + 6; i < at + 300; i += 7) {
    const broken = Uint8Array.from(whole);
    broken[i] = (broken[i] as number) ^ 0xff;
    await expect(printed(broken, { keepLocation: true }, i % 2 === 0 ? 'png' : 'tiff')).resolves.toBeDefined();
  }
});

const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0;

test.skipIf(!hasExiftool).each(FORMATS)('exiftool finds nothing wrong with %s (needs exiftool)', async (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-prints-'));
  const path = join(folder, `out.${format}`);
  writeFileSync(path, (await printed(await photo(), { keepLocation: true, profile: 'keep' }, format)).bytes);
  const tags = ['-Artist', '-Orientation#', '-XResolution', '-ExifImageWidth', '-ColorSpace#', '-GPSLatitude#'];
  const [said] = JSON.parse(execFileSync('exiftool', ['-j', ...tags, path], { encoding: 'utf8' }));
  const wanted = { Artist: 'A. Painter', Orientation: 1, XResolution: 300, ExifImageWidth: 48, ColorSpace: 65535 };
  expect(said).toMatchObject({ ...wanted, GPSLatitude: 48.5 });
  const validation = execFileSync('exiftool', ['-validate', '-warning', '-a', path], { encoding: 'utf8' });
  expect(validation).not.toMatch(/offset|overlap|bad|truncated|corrupt/i);
});

const python = pythonWith(['numpy', 'PIL.ImageCms']);

test.skipIf(!python)('lcms has the same numbers in the profile (needs python3-numpy and python3-pil)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-prints-'));
  const whole = picture(48, 36, painted.data.map(Math.round));
  writeFileSync(join(folder, 'srgb.png'), (await printed(undefined, {}, 'png', whole)).bytes);
  writeFileSync(join(folder, 'p3.icc'), await builtIn('p3'));
  const program = `
import json, sys, numpy
from PIL import Image, ImageCms
image = Image.open(sys.argv[1])
there = ImageCms.profileToProfile(image, ImageCms.createProfile('sRGB'), sys.argv[2], renderingIntent=1, flags=0x0100)
print(json.dumps(numpy.asarray(there).astype(int).ravel().tolist()))`;
  const paths = [join(folder, 'srgb.png'), join(folder, 'p3.icc')];
  const wanted: number[] = JSON.parse(
    execFileSync(python as string, ['-W', 'ignore', '-c', program, ...paths], { encoding: 'utf8' }),
  );
  const { bytes } = await printed(undefined, { profile: 'p3', bits: 16 }, 'png', whole);
  const data = await sharp(bytes, { ignoreIcc: true }).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
  // lcms rounds to 8 bits.
  const off = wanted.map((value, i) => Math.abs(value - data.readUInt16LE(2 * i) / 257));
  expect(off.reduce((sum, n) => sum + n, 0) / off.length).toBeLessThan(0.3);
  expect(Math.max(...off)).toBeLessThan(1.5);
});
