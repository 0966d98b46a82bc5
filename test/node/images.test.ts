import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULTS } from '../../src/core/options/options.js';
import { type Recipe, recipeOf, recipePacket } from '../../src/core/painting/recipe.js';
import { fitPicture } from '../../src/core/pictures/fit.js';
import { type Picture, picture } from '../../src/core/pictures/picture.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { assertWritablePicture, encodePicture, writePicture } from '../../src/node/files/write-pictures.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'giverny-images-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RED = [200, 60, 30];

/** An image of one colour, grey to RGBA by the number of values. */
function flat(colour: readonly number[], width = 48, height = 40) {
  const bytes = Uint8Array.from({ length: width * height * colour.length }, (_, i) => colour[i % colour.length] ?? 0);
  return sharp(bytes, { raw: { width, height, channels: colour.length as 1 | 2 | 3 | 4 } });
}

/** Red, green, blue, white in the quarters, clockwise from the top left. */
function quarters(width: number, height: number): Picture {
  const colours = [
    [220, 30, 30],
    [30, 220, 30],
    [240, 240, 240],
    [30, 30, 220],
  ];
  const result = picture(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] ?? [];
      for (let c = 0; c < 3; c++) result.data[(c * height + y) * width + x] = colour[c] ?? 0;
    }
  }
  return result;
}

function pixel({ width, height, data }: Picture, x: number, y: number): number[] {
  return [0, 1, 2].map((c) => data[(c * height + y) * width + x] as number);
}

const centre = (p: Picture) => pixel(p, p.width >> 1, p.height >> 1);

function near(actual: readonly number[], wanted: readonly number[], tolerance = 3) {
  const off = Math.max(...actual.map((value, i) => Math.abs(value - (wanted[i] ?? 0))));
  expect(off, `${actual.map((v) => v.toFixed(1))} should be about ${wanted}`).toBeLessThanOrEqual(tolerance);
}

/** Mean absolute difference, in levels. */
function difference(a: Picture, b: Picture): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] as number)), 0) / a.data.length;
}

describe('formats and colours', () => {
  test.each([
    ['JPEG', () => flat(RED).jpeg({ chromaSubsampling: '4:4:4' }), RED],
    ['progressive JPEG', () => flat(RED).jpeg({ progressive: true }), RED],
    ['PNG', () => flat(RED).png(), RED],
    ['PNG with a palette', () => flat(RED).png({ palette: true }), RED],
    ['WebP', () => flat(RED).webp({ lossless: true }), RED],
    ['AVIF', () => flat(RED).avif({ effort: 0 }), RED],
    ['TIFF', () => flat(RED).tiff({ compression: 'deflate' }), RED],
    ['Lab TIFF', () => flat(RED).toColourspace('lab').tiff({ compression: 'deflate' }), RED],
    ['GIF', () => flat(RED).gif(), RED],
    ['grey JPEG', () => flat([110]).toColourspace('b-w').jpeg(), [110, 110, 110]],
    ['grey 16-bit PNG', () => flat([110]).toColourspace('grey16').png(), [110, 110, 110]],
    ['16-bit PNG', () => flat(RED).toColourspace('rgb16').png(), RED],
    ['16-bit PNG tagged sRGB', () => flat(RED).toColourspace('rgb16').withIccProfile('srgb').png(), RED],
    ['16-bit PNG in Display P3', () => flat(RED).toColourspace('rgb16').withIccProfile('p3').png(), RED],
    ['PNG in Display P3', () => flat(RED).withIccProfile('p3').png(), RED],
    ['CMYK JPEG with a profile', () => flat(RED).toColourspace('cmyk').withIccProfile('cmyk').jpeg(), RED],
    ['CMYK JPEG without a profile', () => flat(RED).toColourspace('cmyk').jpeg(), RED],
  ])('%s', async (name, make, wanted) => {
    const read = await readPicture(await make().toBuffer());
    expect([read.picture.width, read.picture.height]).toEqual([48, 40]);
    expect(read.alpha).toBeUndefined();
    // Inks cannot print this red.
    near(centre(read.picture), wanted, name.startsWith('CMYK') ? 32 : 3);
  });

  test('the Display P3 inputs hold other numbers than sRGB', async () => {
    const bytes = await flat(RED).withIccProfile('p3').png().toBuffer();
    const raw = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    near([...raw.subarray(0, 3)], [184, 70, 43]);
  });

  test('the first frame of an animation', async () => {
    const frames = Buffer.concat(
      await Promise.all([RED, [20, 30, 200]].map((colour) => flat(colour).raw().toBuffer())),
    );
    const gif = await sharp(frames, { raw: { width: 48, height: 80, channels: 3, pageHeight: 40 } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    const read = await readPicture(gif);
    expect(read.picture.height).toBe(40);
    near(centre(read.picture), RED);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is turned upright', async (orientation) => {
    const upright = quarters(64, 40);
    // What a camera held so would store, by the definition of the tag.
    const undo: Record<number, (s: Sharp) => Sharp> = {
      1: (s) => s,
      2: (s) => s.flop(),
      3: (s) => s.rotate(180),
      4: (s) => s.flip(),
      5: (s) => s.rotate(270).flop(),
      6: (s) => s.rotate(270),
      7: (s) => s.rotate(90).flop(),
      8: (s) => s.rotate(90),
    };
    const png = await encodePicture(upright, 'png');
    const turned = await (undo[orientation] as (s: Sharp) => Sharp)(sharp(png)).png().toBuffer();
    const stored = await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
    const read = await readPicture(stored);
    expect(difference(read.picture, upright)).toBeLessThan(4);
  });

  test('name and SHA-256 of the file', async () => {
    const path = join(folder, 'a photo.png');
    await flat(RED).toFile(path);
    const bytes = await sharp(path).toBuffer();
    const read = await readPicture(path);
    expect(read.name).toBe('a photo.png');
    expect(read.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect((await readPicture(bytes, { name: 'upload.png' })).name).toBe('upload.png');
    const { buffer, byteOffset, byteLength } = bytes;
    const alone = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    expect(await readPicture(alone, { name: 'a photo.png' })).toEqual(read);
  });
});

describe('transparency', () => {
  /** Left half opaque red, right half transparent with a poisonous green under it. */
  async function half(): Promise<Buffer> {
    const width = 64;
    const height = 48;
    const rgba = new Uint8Array(4 * width * height);
    for (let i = 0; i < width * height; i++) rgba.set(i % width < 32 ? [...RED, 255] : [0, 255, 0, 0], 4 * i);
    return sharp(rgba, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer();
  }

  test('is kept apart, and what nobody can see is white', async () => {
    const { picture: read, alpha } = await readPicture(await half());
    expect(alpha).toHaveLength(64 * 48);
    expect([alpha?.[0], alpha?.[63]]).toEqual([255, 0]);
    expect(pixel(read, 5, 5)).toEqual(RED);
    expect(pixel(read, 60, 5)).toEqual([255, 255, 255]);
  });

  test('is fitted with the picture and does not bleed into it', async () => {
    const fitted = await fitPicture(await readPicture(await half()), 44);
    expect(fitted.alpha).toHaveLength(44 * 33);
    for (let x = 0; x < 44; x++) {
      const colour = pixel(fitted.picture, x, 15);
      if (fitted.alpha?.[15 * 44 + x] === 0) expect(colour).toEqual([255, 255, 255]);
      else near(colour, RED);
    }
  });

  test('is cropped with the picture', async () => {
    const fitted = await fitPicture(await readPicture(await half()), { width: 32, height: 48 });
    expect(fitted.note).toBe('resized from 64x48 and cropped to 32x48');
    expect(fitted.alpha).toEqual(Uint8Array.from({ length: 32 * 48 }, (_, i) => (i % 32 < 16 ? 255 : 0)));
    expect(pixel(fitted.picture, 15, 40)).toEqual(RED);
    expect(pixel(fitted.picture, 16, 40)).toEqual([255, 255, 255]);
  });

  test('an alpha channel that is opaque throughout is none', async () => {
    expect(
      (
        await readPicture(
          await flat([...RED, 255])
            .png()
            .toBuffer(),
        )
      ).alpha,
    ).toBeUndefined();
  });

  test('comes back in PNG, WebP, TIFF and AVIF, and is white in JPEG', async () => {
    const { picture: read, alpha } = await readPicture(await half());
    for (const format of ['png', 'webp', 'tiff', 'avif'] as const) {
      const again = await readPicture(await encodePicture(read, format, { alpha }));
      near([again.alpha?.[5] ?? 0, again.alpha?.[60] ?? 99], [255, 0], 5);
    }
    const jpeg = await readPicture(await encodePicture(picture(64, 48), 'jpeg', { alpha }));
    near(pixel(jpeg.picture, 5, 20), [0, 0, 0]);
    near(pixel(jpeg.picture, 60, 20), [255, 255, 255]);
  });

  test('16-bit with transparency', async () => {
    const read = await readPicture(
      await flat([...RED, 128])
        .toColourspace('rgb16')
        .png()
        .toBuffer(),
    );
    near(centre(read.picture), RED);
    near([read.alpha?.[0] ?? 0], [128], 1);
  });
});

describe('refusals, each one sentence', () => {
  async function refused(source: string | Uint8Array, code: string, sentence: RegExp, maxPixels?: number) {
    const error = await readPicture(source, maxPixels === undefined ? {} : { maxPixels }).then(
      () => expect.fail('was read'),
      (reason) => reason,
    );
    expect(error).toMatchObject({ name: 'GivernyError', code });
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain('\n');
    expect(error.message).toMatch(/^Expected .*\.$/);
  }
  const put = (name: string, bytes: string | Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  test('a missing file', () => refused(join(folder, 'no.jpg'), 'FILE_NOT_FOUND', /no\.jpg" but there is no such file/));
  test('a folder', async () => {
    mkdirSync(join(folder, 'album.jpg'));
    await refused(join(folder, 'album.jpg'), 'IMAGE_UNREADABLE', /it is a folder/);
  });
  test('0 bytes', () => refused(put('empty.jpg', ''), 'IMAGE_UNREADABLE', /empty \(0 bytes\)/));
  test('text', () => refused(put('text.jpg', 'Dear diary'), 'IMAGE_UNREADABLE', /JPEG, PNG.* none of these/));
  test('SVG', () =>
    refused(
      put('drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'),
      'FORMAT_UNSUPPORTED',
      /is SVG/,
    ));
  test('HEIC', () =>
    refused(
      Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'),
      'FORMAT_UNSUPPORTED',
      /the picture" is HEIC, and .* save it as JPEG, .*sips .*heif-convert/,
    ));

  test.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('%s cut short', async (format) => {
    const whole = await sharp(await encodePicture(quarters(300, 200), 'png'))
      .toFormat(format)
      .toBuffer();
    for (const part of [0.3, 0.6, 0.95]) {
      const cut = whole.subarray(0, Math.floor(whole.length * part));
      await refused(put(`cut.${format}`, cut), 'IMAGE_UNREADABLE', /whole picture but .*cut short or damaged/);
    }
  });

  test('a JPEG damaged in its middle', async () => {
    const noise = Uint8Array.from({ length: 3 * 200 * 150 }, (_, i) => (i * 7919) % 251);
    const bytes = await sharp(noise, { raw: { width: 200, height: 150, channels: 3 } })
      .jpeg()
      .toBuffer();
    for (let i = 0; i < 200; i++) bytes[(bytes.length >> 1) + i] = (i * 31) & 0xff;
    await refused(bytes, 'IMAGE_UNREADABLE', /damaged/);
  });

  test('a progressive JPEG cut between its scans, and one cut within the last', async () => {
    const whole = await sharp(await encodePicture(quarters(300, 200), 'png'))
      .jpeg({ progressive: true })
      .toBuffer();
    const scans = [...whole.keys()].filter((i) => whole[i] === 0xff && whole[i + 1] === 0xda);
    expect(scans.length).toBeGreaterThan(3);
    for (const end of [...scans.slice(1), whole.length - 30]) {
      await refused(whole.subarray(0, end), 'IMAGE_UNREADABLE', /cut short or damaged/);
    }
  });

  test.each([false, true])('but not a JPEG that lacks its end marker alone (progressive: %s)', async (progressive) => {
    const whole = await sharp(await encodePicture(quarters(300, 200), 'png'))
      .jpeg({ progressive })
      .toBuffer();
    const read = await readPicture(whole);
    for (const missing of [1, 2]) {
      const cut = whole.subarray(0, whole.length - missing);
      expect((await readPicture(cut)).picture).toEqual(read.picture);
    }
  });

  test('but not a JPEG with bytes after its end', async () => {
    const bytes = await flat(RED).jpeg().toBuffer();
    near(centre((await readPicture(Buffer.concat([bytes, Buffer.alloc(99, 7)]))).picture), RED);
  });

  test('1x1', async () => refused(await flat(RED, 1, 1).png().toBuffer(), 'IMAGE_SIZE', /at least 32 pixels .* 1x1/));
  test('30000x1', async () => refused(await flat(RED, 30000, 1).png().toBuffer(), 'IMAGE_SIZE', /is 30000x1/));
  test('too many pixels, seen from the header', async () => {
    const bytes = await flat(RED, 400, 300).png().toBuffer();
    await refused(bytes, 'IMAGE_SIZE', /at most 100000 pixels but .* has 120000 \(400x300\)/, 100_000);
    // A header that claims 60000x60000 costs nothing to write.
    bytes.writeUInt32BE(60000, 16);
    bytes.writeUInt32BE(60000, 20);
    await refused(bytes, 'IMAGE_SIZE', /3600000000/);
  });
});

describe('fitting', () => {
  test('a long side keeps the aspect', async () => {
    const fitted = await fitPicture({ picture: quarters(300, 200) }, 96);
    expect([fitted.picture.width, fitted.picture.height]).toEqual([96, 64]);
    expect(fitted.note).toBe('resized from 300x200 to 96x64');
    expect(difference(fitted.picture, quarters(96, 64))).toBeLessThan(1.5);
    expect((await fitPicture({ picture: quarters(200, 300) }, 96)).picture.height).toBe(96);
  });

  test('a smaller picture is enlarged', async () => {
    const fitted = await fitPicture({ picture: quarters(60, 40) }, 120);
    expect(difference(fitted.picture, quarters(120, 80))).toBeLessThan(4);
  });

  test('the size it has already', async () => {
    const source = { picture: quarters(60, 40) };
    expect(await fitPicture(source, 60)).toEqual(source);
  });

  test('exact sides crop the middle', async () => {
    const fitted = await fitPicture({ picture: quarters(300, 100) }, { width: 64, height: 48 });
    expect(fitted.note).toBe('resized from 300x100 and cropped to 64x48');
    expect(difference(fitted.picture, quarters(64, 48))).toBeLessThan(3);
    const same = await fitPicture({ picture: quarters(128, 96) }, { width: 64, height: 48 });
    expect(same.note).toBe('resized from 128x96 to 64x48');
  });

  test('agrees with sharp on 8 bits, without rounding to them', async () => {
    const noise = Uint8Array.from({ length: 3 * 90 * 70 }, (_, i) => (i * i * 31) % 253);
    const file = await sharp(noise, { raw: { width: 90, height: 70, channels: 3 } })
      .png()
      .toBuffer();
    const theirs = await readPicture(await sharp(file).resize(45, 35, { fit: 'fill' }).png().toBuffer());
    const ours = (await fitPicture(await readPicture(file), 45)).picture;
    expect(difference(ours, theirs.picture)).toBeLessThan(0.5);
    expect(ours.data.some((value) => value % 1 !== 0)).toBe(true);
  });
});

describe('writing', () => {
  const recipe: Recipe = recipeOf({
    giverny: '0.1.0',
    content: { name: '/home/somebody/Büro & <Garten> "1".jpg', sha256: 'a'.repeat(64) },
    styles: [{ name: 'C:\\art\\seerosen.png', sha256: 'b'.repeat(64), weight: 0.5 }],
    network: { name: 'vgg19', hash: 'c'.repeat(64) },
    engine: 'onnxruntime-node cpu',
    options: { ...DEFAULTS, init: 0.6 },
    steps: 200,
  });

  test.each(['out.png', 'out.jpg', 'out.JPEG', 'out.webp', 'out.tif', 'out.tiff', 'out.avif'])(
    '%s: picture and recipe come back',
    async (name) => {
      const path = join(folder, 'made', name);
      await assertWritablePicture(path);
      await writePicture(path, quarters(64, 48), { recipe });
      expect(difference((await readPicture(path)).picture, quarters(64, 48))).toBeLessThan(4);
      expect(await readRecipe(path)).toEqual(recipe);
      expect((await sharp(path).metadata()).icc?.length).toBeGreaterThan(0);
    },
  );

  test('a recipe has names without folders, and the same painting the same bytes', async () => {
    expect(recipe.content.name).toBe('Büro & <Garten> "1".jpg');
    expect(recipe.styles[0]?.name).toBe('seerosen.png');
    const [one, two] = await Promise.all([1, 2].map(() => encodePicture(quarters(40, 40), 'png', { recipe })));
    expect(one).toEqual(two);
    expect(Buffer.from(one ?? []).includes('somebody')).toBe(false);
  });

  test('exiftool sees the recipe, and it survives a rewrite by it', async ({ skip }) => {
    try {
      execFileSync('exiftool', ['-ver']);
    } catch {
      skip('exiftool is not installed');
    }
    for (const name of ['seen.png', 'seen.jpg', 'seen.webp', 'seen.tif']) {
      const path = join(folder, name);
      await writePicture(path, quarters(64, 48), { recipe });
      const seen = execFileSync('exiftool', ['-b', '-XMP-giverny:Recipe', path], { encoding: 'utf8' });
      expect(JSON.parse(seen)).toEqual(recipe);
      execFileSync('exiftool', ['-q', '-overwrite_original', '-XMP-dc:Title=Garden', path]);
      expect(await readRecipe(path)).toEqual(recipe);
      // As an attribute, in single quotes.
      const compact = ['-q', '-overwrite_original', '-api', 'Compact=Shorthand', '-XMP-xmp:Rating=3', path];
      execFileSync('exiftool', compact);
      expect(execFileSync('exiftool', ['-b', '-XMP', path], { encoding: 'utf8' })).toMatch(/giverny:recipe='/);
      expect(await readRecipe(path)).toEqual(recipe);
    }
  });

  test.each(['utf-16be', 'utf-16le'])('a recipe is found in a packet of %s', async (encoding) => {
    const { width, height } = quarters(40, 40);
    const utf16le = Buffer.from(`\ufeff${recipePacket(recipe)}`, 'utf16le');
    const packet = encoding === 'utf-16le' ? utf16le : Buffer.from(utf16le).swap16();
    const bare = await encodePicture(quarters(width, height), 'webp');
    const chunk = Buffer.concat([Buffer.from('XMP '), Buffer.alloc(4), packet]);
    chunk.writeUInt32LE(packet.length, 4);
    const webp = Buffer.concat([bare, chunk]);
    webp.writeUInt32LE(webp.length - 8, 4);
    // The flag of the extended header that says that XMP follows.
    webp[20] = (webp[20] as number) | 4;
    expect(await readRecipe(webp)).toEqual(recipe);
  });

  test('PNG is exact: clipped and truncated, not rounded', async () => {
    const source = quarters(40, 40);
    source.data.fill(-7, 0, 1);
    source.data.fill(300, 1, 2);
    source.data.fill(99.9, 2, 3);
    const { picture: read } = await readPicture(await encodePicture(source, 'png'));
    expect([...read.data.subarray(0, 3)]).toEqual([0, 255, 99]);
    expect(read.data.subarray(3)).toEqual(source.data.subarray(3));
  });

  test('JPEG keeps full chroma, and quality is obeyed', async () => {
    const fine = await encodePicture(quarters(64, 48), 'jpeg');
    expect((await sharp(fine).metadata()).chromaSubsampling).toBe('4:4:4');
    expect((await encodePicture(quarters(64, 48), 'jpeg', { quality: 20 })).length).toBeLessThan(fine.length);
    await expect(encodePicture(quarters(64, 48), 'jpeg', { quality: 0 })).rejects.toMatchObject({
      message: 'Expected a whole number from 1 to 100 for quality but received 0.',
    });
  });

  test.each(['out.bmp', 'out', 'out.'])('%s: an extension we cannot write', async (name) => {
    const wanted = {
      code: 'FORMAT_UNSUPPORTED',
      message: expect.stringMatching(/^Expected a name ending in \.png, .*out/),
    };
    await expect(writePicture(join(folder, name), quarters(32, 32))).rejects.toMatchObject(wanted);
    await expect(assertWritablePicture(join(folder, name))).rejects.toMatchObject(wanted);
  });

  test('no recipe, and recipes that were changed', async () => {
    const plain = join(folder, 'plain.png');
    await writePicture(plain, quarters(32, 32));
    await expect(readRecipe(plain)).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      message: expect.stringMatching(/plain\.png" carries no recipe\.$/),
    });
    const bytes = Buffer.from(await encodePicture(quarters(32, 32), 'tiff', { recipe })).toString('latin1');
    for (const [from, to, sentence] of [
      ['"steps":200}', '"steps":-20}', /its steps is wrong/],
      ['"seed":3', '"sead":3', /its options/],
      ['{"giverny"', '["giverny"', /no longer JSON/],
      ['seerosen.png', '../rosen.png', /its styles\.0\.name is wrong/],
    ] as const) {
      expect(bytes).toContain(from);
      await expect(readRecipe(Buffer.from(bytes.replace(from, to), 'latin1'))).rejects.toMatchObject({
        code: 'RECIPE_INVALID',
        message: expect.stringMatching(sentence),
      });
    }
    await expect(readRecipe(join(folder, 'nothing.png'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
