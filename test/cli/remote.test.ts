/** `giverny submit`, `watch` and `fetch` against a server on a port. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceApp } from '#dist/service/http/app.js';
import { emptyParts, type RunningService, runService, TOKEN } from '../support/service.js';
import { bench, drawn, events, giverny } from './bench.js';

const QUICK = ['--network', 'pocket', '--size', '48', '--steps', '3', '--first-size', '0'];
const NOBODY = '00000000-0000-4000-8000-000000000000';

let service: RunningService;
let server: Server;
let env: Record<string, string>;

const listening = (fetch: (request: Request) => Response | Promise<Response>) =>
  new Promise<Server>((resolve) => {
    const made = serve({ fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made as Server));
  });
const urlOf = (made: Server) => `http://127.0.0.1:${(made.address() as AddressInfo).port}/`;

beforeAll(async () => {
  service = await runService();
  server = await listening((request) => service.fetch(request));
  env = { GIVERNY_SERVER: urlOf(server), GIVERNY_TOKEN: '' };
  service.paint();
});
afterAll(async () => {
  await service.stop();
  server.close();
  server.closeAllConnections();
  await service.close();
});

describe('a painting on a server', () => {
  test('is ordered, watched over a connection that breaks, and got whole, by the rules of paint', async () => {
    const folder = await bench();
    const run = (...args: string[]) => giverny(folder, args, { env });
    const { stdout, stderr, code } = await run('submit', 'photo.jpg', 'style.png', ...QUICK);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    const id = stdout.trim();
    const cutting = setInterval(() => server.closeAllConnections(), 1500);
    const watched = await run('watch', id, '--json');
    clearInterval(cutting);
    const told = events(watched.stdout);
    expect(told.filter(({ type }) => type === 'status').map(({ status }) => status)).toEqual([
      'queued',
      'painting',
      'done',
    ]);
    expect(told.at(-1)).toMatchObject({ type: 'done', exitCode: 0, id });
    expect(told.filter(({ type }) => type === 'progress').at(-1)).toMatchObject({
      steps: 3,
      secondsLeft: expect.any(Number),
    });

    const name = `painting-${id.slice(0, 8)}`;
    expect((await run('fetch', id)).stdout).toBe(`Saved ${name}.png.\n`);
    expect((await run('fetch', id)).stdout).toBe(`Saved ${name}-2.png.\n`);
    expect((await run('fetch', id, '-o', 'out.png', '-q')).stdout).toBe('');
    expect(readFileSync(join(folder, 'out.png'))).toEqual(readFileSync(join(folder, `${name}.png`)));
    expect(await sharp(join(folder, 'out.png')).metadata()).toMatchObject({ format: 'png', width: 48 });
    const taken = await run('fetch', id, '-o', 'out.png', '--no-clobber');
    expect([taken.stderr, taken.code]).toEqual(['Expected to write a new file but "out.png" exists already.\n', 2]);
    const other = await run('fetch', id, '-o', 'out.webp');
    expect([other.stderr, other.code]).toEqual([
      'Expected a name ending in .png for a picture of the type image/png but received "out.webp".\n',
      2,
    ]);
    expect(existsSync(join(folder, 'out.webp'))).toBe(false);
  });

  test('is waited for, in the format of -o, and its recipe orders the same again', async () => {
    const folder = await bench();
    const order = ['submit', 'photo.jpg', 'style.png', ...QUICK, '--seed', '5', '--init', '0.4'];
    const first = await giverny(folder, [...order, '--wait', '-o', 'a.png'], { env });
    expect(first.stdout).toMatch(/^[0-9a-f-]{36}\n[\s\S]*Saved a\.png\.\n$/);
    const again = ['submit', '--recipe', 'a.png', 'photo.jpg', '--wait', '-o', 'b.png', '-q'];
    await giverny(folder, again, { env });
    expect(readFileSync(join(folder, 'b.png'))).toEqual(readFileSync(join(folder, 'a.png')));
  });

  test('is the file that paint writes: bits, profile, resolution and EXIF, with the place only where that is asked', async () => {
    const folder = await bench();
    const place = { GPSLatitudeRef: 'N', GPSLatitude: '48/1 30/1 0/1' };
    const photo = await drawn(80, 64, 9)
      .withExif({ IFD0: { Artist: 'A. Painter' }, IFD3: place })
      .withMetadata({ orientation: 6, density: 240 })
      .withIccProfile('p3')
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, 'photo.jpg'), photo);
    // As the service's worker: one thread, no coarse network.
    const paint = ['photo.jpg', 'style.png', ...QUICK, '--threads', '1', '-q'];
    const submit = ['submit', 'photo.jpg', 'style.png', ...QUICK, '--wait', '-q'];
    const read = (name: string) => readFileSync(join(folder, name));
    const placed = async (name: string) => {
      const { exif = Buffer.alloc(0), orientation = 1, density, width, height } = await sharp(read(name)).metadata();
      const [artist, gps] = ['A. Painter', '\x30\x00\x00\x00\x01\x00\x00\x00'].map((text) =>
        exif.includes(text, 0, 'latin1'),
      );
      return { artist, gps, orientation, density, upright: (height as number) > (width as number) };
    };
    const plain = { artist: true, gps: false, orientation: 1, density: 240, upright: true };
    for (const [name, flags, about] of [
      ['plain.png', [], plain],
      ['wide.tif', ['--bits', '16', '--profile', 'keep'], undefined],
      ['placed.jpg', ['--keep-location', '--profile', 'p3'], { ...plain, gps: true }],
    ] as const) {
      expect((await giverny(folder, [...paint, ...flags, '-o', `local-${name}`])).stderr).toBe('');
      expect((await giverny(folder, [...submit, ...flags, '-o', name], { env })).stderr).toBe('');
      expect(read(name).equals(read(`local-${name}`))).toBe(true);
      if (about) expect(await placed(name)).toEqual(about);
    }
    const again = ['submit', '--recipe', 'wide.tif', 'photo.jpg', '--wait', '-q'];
    await giverny(folder, [...again, '-o', 'again.tif'], { env });
    expect(read('again.tif').equals(read('wide.tif'))).toBe(true);
    await giverny(folder, [...again, '-o', 'again.webp'], { env });
    expect(await sharp(read('again.webp')).metadata()).toMatchObject({ format: 'webp', depth: 'uchar' });
  });

  test('of one key is one painting', async () => {
    const folder = await bench();
    const order = ['submit', 'photo.jpg', 'style.png', ...QUICK, '--key', 'once'];
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push((await giverny(folder, order, { env })).stdout);
    expect(new Set(ids).size).toBe(1);
  });
});

describe('bad input', () => {
  const submit = (...args: string[]) => ['submit', 'photo.jpg', 'style.png', ...QUICK, ...args];
  test.each([
    [
      'no server there',
      submit('--server', 'http://127.0.0.1:9'),
      1,
      /^Expected a server at http:\/\/127\.0\.0\.1:9\/ but it cannot be reached/,
    ],
    [
      'no address',
      submit('--server', 'paint.example.org'),
      2,
      /^Expected the address of a server such as .* received "paint\.example\.org"/,
    ],
    ['an unknown id', ['watch', NOBODY], 2, /^Expected the id of a painting of yours but there is none of this id\.$/],
    [
      'what is no id',
      ['fetch', '../../etc'],
      2,
      /^Expected the id of a painting, as giverny submit prints it, but received "\.\.\/\.\.\/etc"\.$/,
    ],
    ['-o without --wait', submit('-o', 'x.png'), 2, /^Expected --wait along with -o/],
    [
      'a network file',
      submit('--network', 'tiny.safetensors'),
      2,
      /^Expected the name of a network that the server has for --network/,
    ],
    ['an unknown network', submit('--network', 'nix'), 2, /^Expected one of auto, pocket/],
    ['a missing photo', ['submit', 'none.jpg', 'style.png'], 2, /^Expected a picture at "none\.jpg"/],
    ['a photo that is none', ['submit', 'tiny.safetensors', 'style.png'], 2, /^Expected .*"tiny\.safetensors"/],
    ['16 bits in a format of 8', submit('--bits', '16', '--format', 'jpeg'), 2, /^Expected PNG or TIFF for 16 bits/],
    [
      'an output that cannot be',
      submit('--wait', '-o', 'photo.jpg/x.png'),
      1,
      /^Expected to write "photo\.jpg\/x\.png"/,
    ],
    [
      'a format of another name',
      submit('--wait', '-o', 'x.png', '--format', 'webp'),
      2,
      /^Expected png, as -o says, for --format/,
    ],
    [
      'a priority out of range',
      submit('--priority', '11'),
      2,
      /^Expected a whole number from -10 to 10 for --priority/,
    ],
    ['a token file that is missing', ['watch', NOBODY, '--token-file', 'none'], 2, /^Expected a token at "none"/],
  ])('%s is one sentence', async (_, args, code, says) => {
    const folder = await bench();
    const before = readdirSync(folder);
    const result = await giverny(folder, args, { env });
    expect(result.stderr).toMatch(/^[^\n]+\n$/);
    expect(result.stderr.trim()).toMatch(says);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('a token that is missing or refused is told; one that counts comes from the variable or a file', async () => {
    const guarded = await listening((request) => serviceApp(emptyParts(['read', 'paint'])).fetch(request));
    const folder = await bench();
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
    const watch = (token: string, ...args: string[]) =>
      giverny(folder, ['watch', NOBODY, ...args], { env: { GIVERNY_SERVER: urlOf(guarded), GIVERNY_TOKEN: token } });
    const [none, wrong, right, file] = [
      await watch(''),
      await watch('giverny_x'),
      await watch(TOKEN),
      await watch('', '--token-file', 'token'),
    ];
    guarded.close();
    guarded.closeAllConnections();
    expect(none.stderr).toMatch(/^Expected a token for http:.* but there is none: put it into GIVERNY_TOKEN\.\n$/);
    expect(wrong.stderr).toMatch(/^Expected a token for http:.* but it refuses that of GIVERNY_TOKEN\.\n$/);
    for (const { stderr } of [right, file]) expect(stderr).toMatch(/none of this id/);
    for (const { stderr, stdout } of [none, wrong, right, file]) expect(stderr + stdout).not.toContain('giverny_');
  });

  test.each([
    [
      'another version',
      '{"giverny":"9.0.0","api":9,"needsToken":false}',
      /speaks version 1 of the API but .* \(Giverny 9\.0\.0\) speaks 9/,
    ],
    ['another program', '<h1>Hi</h1>', /Expected a server of Giverny at .* but what answers is another/],
  ])('%s is told', async (_, body, says) => {
    const other = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { stderr, code } = await giverny(await bench(), ['watch', NOBODY, '--server', urlOf(other)], { env });
    other.close();
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });
});
