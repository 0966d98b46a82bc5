import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPicture } from '../../src/node/files/pictures.js';
import { withChunks } from '../support/png.js';
import { pythonWith } from '../support/python.js';
import { seededNumbers } from '../support/random.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const read = (name: string) => readPicture(here(`../cases/${name}`));

/** Largest distance in levels. */
function off(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(actual.length).toBe(wanted.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++)
    worst = Math.max(worst, Math.abs((actual[i] as number) - (wanted[i] as number)));
  return worst;
}

describe('colours as files store them', () => {
  test.each([
    ['grey16-g18.png', 'ref-grey.png', 0.6],
    ['grey16-linear.png', 'ref-grey.png', 0.6],
    ['hdr-pq-cicp.png', 'ref-gate.png', 0.1],
    ['linear-gama.png', 'ref-gate.png', 0.1],
    // Compressed as JPEG.
    ['adobergb-exif-only.jpg', 'ref-gate.png', 10],
    ['no-eoi.jpg', 'ref-gate.png', 0],
  ])('%s shows what %s does', async (name, reference, tolerance) => {
    const [{ picture }, wanted] = [await read(name), await read(reference)];
    expect(off(picture.data, wanted.picture.data)).toBeLessThanOrEqual(tolerance);
  });

  test('float01-grey.tif holds the red channel of ref-gate.png, and a notice says how it was taken', async () => {
    const [{ picture, notices }, wanted] = [await read('float01-grey.tif'), await read('ref-gate.png')];
    const plane = picture.width * picture.height;
    expect(off(picture.data.subarray(0, plane), wanted.picture.data.subarray(0, plane))).toBeLessThan(0.01);
    expect(notices).toEqual(['float01-grey.tif: its floats are taken as sRGB from 0 to 1']);
  });

  test('a high dynamic range is told, ordinary colours are not', async () => {
    expect((await read('hdr-pq-cicp.png')).notices).toEqual([
      'hdr-pq-cicp.png: its high dynamic range (PQ) was brought down to that of a screen',
    ]);
    expect((await read('ref-gate.png')).notices).toEqual([]);
  });
});

describe('16 bits', () => {
  const [width, height] = [64, 40];
  const plane = width * height;
  const samples = Uint16Array.from({ length: 3 * plane }, (_, i) => (i * 2654435761) % 65_536);
  const stored = () => sharp(samples, { raw: { width, height, channels: 3 } }).toColourspace('rgb16');

  test.each([
    ['PNG', () => stored().png()],
    ['TIFF', () => stored().tiff({ compression: 'lzw' })],
  ])('of %s arrive whole', async (_, write) => {
    const { picture } = await readPicture(await write().toBuffer());
    const wanted = Float32Array.from(picture.data, (_, i) => {
      return (samples[3 * (i % plane) + Math.floor(i / plane)] as number) / 257;
    });
    // Of floats.
    expect(off(picture.data, wanted)).toBeLessThan(1e-4);
  });

  test('of a profile stay more than 8', async () => {
    const { picture } = await readPicture(await stored().withIccProfile('p3').png().toBuffer());
    expect(new Set(picture.data).size).toBeGreaterThan(2000);
  });
});

const python = pythonWith(['numpy', 'PIL.ImageCms']);

describe.skipIf(!python)('colours as numpy and lcms have them (needs python3-numpy and python3-pil)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'giverny-colors-'));
    execFileSync(python as string, ['-W', 'ignore', here('write_colors.py'), folder], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('all of them', async () => {
    const names = readdirSync(folder).filter((name) => !name.endsWith('.json'));
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) {
      const { picture, alpha } = await readPicture(join(folder, name));
      const wanted: number[] = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
      const result = alpha ? [...picture.data, ...alpha] : picture.data;
      // lcms rounds to 8 bits, and published matrices have four digits.
      expect.soft(off(result, wanted), name).toBeLessThan(1.5);
    }
  });
});

/** A 16-bit RGB PNG with chunks before its pixels. */
async function png16(pixels: readonly (readonly number[])[], chunks: Readonly<Record<string, readonly number[]>>) {
  const bytes = await sharp(
    Uint16Array.from({ length: 3 * 40 * 40 }, (_, i) => pixels[Math.floor(i / 3) % pixels.length]?.[i % 3] ?? 0),
    {
      raw: { width: 40, height: 40, channels: 3 },
    },
  )
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  return withChunks(bytes, chunks);
}

test('light brighter than white is brought below it in order, and what is darker stays', async () => {
  // The inverse of the curve, in BT.2100.
  const pq = (nits: number) => {
    const power = (nits / 10_000) ** 0.1593017578125;
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375;
  };
  const codes = [10, 100, 203, 1000, 4000].map((nits) => Math.round(65535 * pq(nits)));
  const { picture } = await readPicture(
    await png16(
      codes.map((code) => [code, code, code]),
      { cICP: [9, 16, 0, 1] },
    ),
  );
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = picture.data;
  const shown = (light: number) => 255 * (1.055 * light ** (1 / 2.4) - 0.055);
  expect(a).toBeCloseTo(shown(10 / 203), 0);
  expect(b).toBeCloseTo(shown(100 / 203), 0);
  expect(c).toBeGreaterThan(220);
  expect(d).toBeGreaterThan(c + 5);
  expect(e).toBeGreaterThan(d);
  expect(e).toBeCloseTo(255, 1);
});

test('code points that are not known are told', async () => {
  const bytes = await png16([[30000, 20000, 10000]], { cICP: [9, 77, 0, 1] });
  const { picture, notices } = await readPicture(bytes, { name: 'odd.png' });
  expect(notices).toEqual([
    'odd.png: its colours are declared as cICP 9/77/0, which is not known here: they are taken as sRGB',
  ]);
  expect(picture.data[0]).toBeCloseTo(30000 / 257, -0.5);
});

test('broken colour information never stops a picture from being read', async () => {
  const numbers = seededNumbers(4);
  const cases = ['adobergb-exif-only.jpg', 'grey16-g18.png', 'hdr-pq-cicp.png', 'linear-gama.png', 'float01-grey.tif'];
  for (const name of cases) {
    const whole = readFileSync(here(`../cases/${name}`));
    for (let i = 0; i < 60; i++) {
      const bytes = Buffer.from(whole);
      // What is declared lies in the first bytes, in TIFF in the last.
      const start = name.endsWith('tif') ? whole.length - 200 : 20;
      for (let k = 0; k < 4; k++) bytes[start + Math.floor(numbers() * 180)] = Math.floor(numbers() * 256);
      const result = await readPicture(bytes).catch((error) => error);
      if (result instanceof Error) expect(result).toMatchObject({ name: 'GivernyError' });
      else expect(result.picture.data.every((value: number) => value >= 0 && value <= 255)).toBe(true);
    }
  }
});
