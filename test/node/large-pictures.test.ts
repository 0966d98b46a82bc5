import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Options } from '../../src/core/options/options.js';
import { fitPicture } from '../../src/core/pictures/fit.js';
import { toBytes, toImageData } from '../../src/core/pictures/picture.js';
import { pictureSize, readPicture } from '../../src/node/files/pictures.js';
import { waves } from '../support/pictures.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'giverny-large-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A picture of more bytes than are decoded at once. */
function large(channels: 3 | 4 = 3): Sharp {
  const [width, height] = [420, channels === 3 ? 306 : 240];
  const tile = waves(width, height);
  const alpha = Uint8Array.from({ length: width * height }, (_, i) => (i < 100 * width ? 255 : (i * i) & 255));
  const bytes = channels === 3 ? toBytes(tile) : toImageData({ picture: tile, alpha }).data;
  return sharp(bytes, { raw: { width, height, channels } }).resize(10 * width, 10 * height, { fit: 'fill' });
}

describe('a large picture that is scaled while it is decoded', () => {
  test.each<[string, () => Sharp, Options['size'], number]>([
    ['JPEG', () => large().jpeg({ quality: 90 }), 100, 0],
    ['turned JPEG', () => large().withMetadata({ orientation: 6 }).jpeg(), { width: 64, height: 90 }, 1e-3],
    ['interlaced PNG', () => large().png({ progressive: true, compressionLevel: 1 }), { width: 96, height: 64 }, 0],
    ['TIFF with alpha', () => large(4).tiff({ compression: 'none' }), 120, 0],
  ])('%s: is the same as one that is decoded whole', async (_, make, size, tolerance) => {
    const bytes = await make().toBuffer();
    const scaled = await readPicture(bytes, { size });
    const whole = await readPicture(bytes);
    expect(scaled.picture.data.length).toBeLessThan(whole.picture.data.length / 100);
    const natural = { width: whole.picture.width, height: whole.picture.height };
    expect([scaled.natural, whole.natural]).toEqual([natural, natural]);
    expect(scaled.sha256).toBe(whole.sha256);
    const [one, two] = [await fitPicture(scaled, size), await fitPicture(whole, size)];
    expect(one.note).toBe(two.note);
    expect(one.alpha).toEqual(two.alpha);
    const worst = one.picture.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (two.picture.data[i] as number))),
      0,
    );
    expect(worst).toBeLessThanOrEqual(tolerance);
  });

  test.skipIf(process.platform !== 'linux')('takes less than 300 MB (told on Linux only)', async () => {
    const blank = () => sharp({ create: { width: 7000, height: 7000, channels: 3, background: '#9ab' } });
    const [jpeg, png] = [join(folder, 'photo.jpg'), join(folder, 'bomb.png')];
    await blank().jpeg().toFile(jpeg);
    await blank().png().toFile(png);
    const module = fileURLToPath(new URL('../../dist/node/files/pictures.js', import.meta.url));
    const program = `
      import { readFileSync } from 'node:fs';
      import { readPicture } from ${JSON.stringify(module)};
      for (const path of ${JSON.stringify([jpeg, png])}) await readPicture(path, { size: 64 });
      console.log(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] / 1024);`;
    const megabytes = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(Number(megabytes)).toBeLessThan(300);
  });
});

describe('what is no file', () => {
  const refusal = (path: string) => readPicture(path).then(String, (error) => [error.code, error.message]);

  test.skipIf(process.platform === 'win32')('a device and a pipe are refused at once', async () => {
    expect(await refusal('/dev/zero')).toEqual([
      'IMAGE_UNREADABLE',
      'Expected a picture at "/dev/zero" but it is a device.',
    ]);
    const pipe = join(folder, 'pipe.jpg');
    execFileSync('mkfifo', [pipe]);
    expect(await refusal(pipe)).toEqual(['IMAGE_UNREADABLE', `Expected a picture at "${pipe}" but it is a pipe.`]);
    await expect(pictureSize(pipe)).rejects.toThrow('it is a pipe');
    await expect(pictureSize('/dev/zero')).rejects.toThrow('it is a device');
  });

  test.skipIf(process.platform === 'win32')('but /dev/stdin is read', async () => {
    const module = fileURLToPath(new URL('../../dist/node/files/pictures.js', import.meta.url));
    const program = `
      const { readPicture } = await import(${JSON.stringify(module)});
      console.log(JSON.stringify((await readPicture('/dev/stdin')).natural));`;
    // A shell hands over a pipe; what Node hands over by itself may be a socket.
    const child = spawn('sh', ['-c', 'cat | "$0" --input-type=module -e "$1"', process.execPath, program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(await large().resize(60, 50).png().toBuffer());
    const said = (await child.stdout.toArray()).join('');
    expect(JSON.parse(said)).toEqual({ width: 60, height: 50 });
  });
});
