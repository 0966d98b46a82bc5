/** `--bits`, `--profile` and `--keep-location`: to files, to standard output, in batches, after a stop, from a recipe. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bench, drawn, events, giverny, QUICK, start } from './bench.js';

/** A bench whose photo is in Display P3, with EXIF, turned. */
async function printBench(): Promise<string> {
  const folder = await bench();
  const photo = await drawn(80, 64, 9)
    .withIccProfile('p3')
    .withExif({ IFD0: { Artist: 'A. Painter' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 30/1 0/1' } })
    .withMetadata({ orientation: 6, density: 240 })
    .withIccProfile('p3')
    .jpeg()
    .toBuffer();
  writeFileSync(join(folder, 'photo.jpg'), photo);
  return folder;
}

const PAINT = ['photo.jpg', 'style.png', ...QUICK, '--tolerance', '0'];
const PRINT = ['--bits', '16', '--profile', 'keep'];

/** What a file says of itself. */
async function about(file: string | Uint8Array) {
  const { format, depth, icc, density, orientation = 1, exif } = await sharp(file).metadata();
  const hasName = exif !== undefined && Buffer.from(exif).includes('A. Painter');
  return {
    format,
    depth,
    isP3: icc !== undefined && Buffer.from(icc).includes('\0P\x003'),
    density,
    orientation,
    hasName,
  };
}

const WANTED = { depth: 'ushort', isP3: true, density: 240, orientation: 1, hasName: true };

test('a file of 16 bits in the photo’s profile; its recipe paints the same again, and fits other formats', async () => {
  const folder = await printBench();
  const at = (name: string) => join(folder, name);
  expect((await giverny(folder, [...PAINT, ...PRINT, '-o', 'out.png', '--save-every', '4'])).code).toBe(0);
  expect(await about(at('out.png'))).toEqual({ format: 'png', ...WANTED });
  expect(await about(at('out-steps/0.png'))).toMatchObject({ depth: 'uchar', isP3: false, hasName: false });
  const again = ['--recipe', 'out.png', '--network', 'tiny.safetensors'];
  expect((await giverny(folder, [...again, '-o', 'again.png'])).code).toBe(0);
  expect(readFileSync(at('again.png')).equals(readFileSync(at('out.png')))).toBe(true);
  expect((await giverny(folder, [...again, '-o', 'again.jpg'])).code).toBe(0);
  expect(await about(at('again.jpg'))).toEqual({ format: 'jpeg', ...WANTED, depth: 'uchar' });
});

test('to standard output', async () => {
  const folder = await printBench();
  const { child, result } = start(folder, [...PAINT, ...PRINT, '-o', '-', '--format', 'tiff']);
  const parts: Buffer[] = [];
  child.stdout?.setEncoding('latin1').on('data', (text: string) => parts.push(Buffer.from(text, 'latin1')));
  expect((await result).code).toBe(0);
  const { depth, isP3 } = await about(Buffer.concat(parts));
  expect({ depth, isP3 }).toEqual({ depth: 'ushort', isP3: true });
});

test('after a stop, by the state alone', async () => {
  const folder = await printBench();
  const args = [...PAINT, '--steps', '60', ...PRINT, '--max-memory', '3GB', '--json'];
  const { child, steps, result } = start(folder, args);
  await steps(2);
  child.kill('SIGINT');
  expect((await result).code).toBe(130);
  expect(await about(join(folder, 'photo-style.png'))).toMatchObject(WANTED);
  const { code, stdout } = await giverny(folder, ['resume', 'photo-style.giverny', '--json']);
  expect({ code, type: events(stdout).at(-1).type }).toEqual({ code: 0, type: 'done' });
  expect(await about(join(folder, 'photo-style.png'))).toMatchObject(WANTED);
});

test('in a batch, which does not take a picture of 8 bits for one of 16', async () => {
  const folder = await printBench();
  const args = ['batch', 'photo.jpg', '--style', 'style.png', '-o', 'out', ...QUICK, '--json'];
  const last = async (...flags: string[]) => events((await giverny(folder, [...args, ...flags])).stdout).at(-1);
  expect(await last(...PRINT)).toMatchObject({ painted: 1 });
  expect(await about(join(folder, 'out', 'photo-style.png'))).toMatchObject(WANTED);
  expect(await last(...PRINT)).toMatchObject({ skipped: 1 });
  expect(await last()).toMatchObject({ failed: 1 });
});

test.each<[string, readonly string[], RegExp]>([
  ['16 bits in JPEG', ['--bits', '16', '-o', 'o.jpg'], /^Expected PNG or TIFF for 16 bits but received JPEG, which/],
  ['16 bits in WebP to standard output', ['--bits', '16', '-o', '-', '--format', 'webp'], /for 16 bits but .* WEBP/],
  ['12 bits', ['--bits', '12'], /^Expected 8 or 16 for --bits but received "12"\.$/m],
  ['another profile', ['--profile', 'adobe'], /^Expected one of srgb, p3, keep for --profile but received "adobe"\.$/m],
])('%s: one sentence, and nothing is written', async (_, flags, says) => {
  const folder = await printBench();
  const { code, stderr, stdout } = await giverny(folder, [...PAINT, ...flags]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: expect.not.stringMatching(/step/) });
  expect(stderr).toMatch(says);
});
