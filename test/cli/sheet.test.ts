/** `giverny sheet`: a contact sheet of settings. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bench, drawn, events, giverny } from './bench.js';

const SMALL = ['--network', 'tiny.safetensors', '--size', '48', '--steps', '2', '--first-size', '0'];
const INPUTS = ['photo.jpg', 'style.png', 'tiny.safetensors'];

test('two settings are rows and columns, and each tile says the command that paints it larger', async () => {
  const folder = await bench();
  const { code, stdout, stderr } = await giverny(folder, [
    ...['sheet', 'photo.jpg', '--style', 'style.png', ...SMALL],
    ...['--vary', 'strength=0,0.9', '--vary', 'style-layers=conv1_1;conv1_1,conv2_1=0.5;conv3_1'],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^The sheet is photo-sheet\.png\.$/m);
  expect(stdout).toContain(
    'strength 0.9, style-layers conv1_1,conv2_1=0.5\n  giverny paint photo.jpg style.png --network tiny.safetensors' +
      ' --steps 2 --first-size 0 --strength 0.9 --style-layers conv1_1,conv2_1=0.5\n',
  );
  expect(readdirSync(folder).sort()).toEqual(['photo-sheet.png', ...INPUTS].sort());
  const { width, height, xmpAsString = '' } = await sharp(join(folder, 'photo-sheet.png')).metadata();
  // Tiles of 48x38 with 4 pixels around, and two lines of 17 under them.
  expect([width, height]).toEqual([3 * (48 + 8), 2 * (38 + 12 + 34)]);
  const tiles = JSON.parse(/<giverny:sheet>(.*)<\/giverny:sheet>/.exec(xmpAsString)?.[1] as string);
  expect(tiles).toHaveLength(6);
  expect(tiles[4]).toMatchObject({ row: 1, column: 1, label: 'strength 0.9, style-layers conv1_1,conv2_1=0.5' });

  // A tile is the painting of its settings.
  await giverny(folder, [
    'photo.jpg',
    'style.png',
    ...SMALL,
    '--preset',
    'draft',
    '--strength',
    '0',
    '--style-layers',
    'conv3_1',
    '-o',
    'one.png',
  ]);
  const tile = sharp(join(folder, 'photo-sheet.png')).extract({ left: 2 * 56 + 4, top: 4, width: 48, height: 38 });
  expect(await tile.raw().toBuffer()).toEqual(await sharp(join(folder, 'one.png')).raw().toBuffer());
});

test('several styles are one axis; events end with the sheet; a style that is none leaves its place empty', async () => {
  const folder = await bench();
  await drawn(64, 64, 5).toFile(join(folder, 'other.png'));
  const args = ['sheet', 'photo.jpg', '--style', 'style.png', '--style', 'other.png', ...SMALL, '--json'];
  const { code, stdout } = await giverny(folder, [...args, '-o', 'a.jpg']);
  expect(code).toBe(0);
  const printed = events(stdout);
  expect(printed.filter(({ type }) => type === 'painted').map(({ index }) => index)).toEqual([0, 1]);
  expect(printed.at(-1)).toMatchObject({ type: 'sheet', exitCode: 0, output: 'a.jpg' });
  expect(printed.at(-1).tiles.map(({ label }: { label: string }) => label)).toEqual(['style', 'other']);

  const bad = await giverny(folder, [...args, '--style', 'tiny.safetensors', '-o', 'b.jpg']);
  expect(bad.code).toBe(1);
  expect(events(bad.stdout).filter(({ type }) => type === 'failed')).toMatchObject([
    { index: 2, code: 'IMAGE_UNREADABLE' },
  ]);
  expect(readdirSync(folder)).toContain('b.jpg');
});

test.each([
  ['no style', ['photo.jpg', '--vary', 'strength=0,1'], /Expected --style but received none/],
  ['nothing that varies', ['photo.jpg', '--style', 'style.png'], /--vary, or several --style, but received neither/],
  [
    'three settings',
    ['photo.jpg', '--style', 'style.png', '--vary', 'strength=0,1', '--vary', 'tv=0,1', '--vary', 'seed=1,2'],
    /at most two settings that vary, as rows and columns, but received 3 --vary/,
  ],
  ['one setting twice', ['photo.jpg', '--style', 'style.png', '--vary', 'tv=0', '--vary', 'tv=1'], /tv in one --vary/],
  [
    'an unknown setting',
    ['photo.jpg', '--style', 'style.png', '--vary', 'force=1,2'],
    /for --vary but received "force=1,2"/,
  ],
  [
    'a value out of range',
    ['photo.jpg', '--style', 'style.png', '--vary', 'strength=0,2'],
    /0 to 1 for --vary strength but received "2"/,
  ],
  [
    'a photo that is missing',
    ['none.jpg', '--style', 'style.png', '--vary', 'tv=0,1'],
    /"none\.jpg" but there is no such/,
  ],
  [
    'a sheet in place of the photo',
    ['photo.jpg', '--style', 'style.png', '--vary', 'tv=0,1', '-o', './photo.jpg'],
    /overwrite none .* "\.\/photo\.jpg"/,
  ],
  [
    'a format that is none',
    ['photo.jpg', '--style', 'style.png', '--vary', 'tv=0,1', '-o', 'a.pdf'],
    /name ending in .* "a\.pdf"/,
  ],
])('%s: one sentence, nothing written', async (_, args, says) => {
  const folder = await bench();
  const { code, stdout, stderr } = await giverny(folder, ['sheet', ...args]);
  expect(stderr).toMatch(says);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(readdirSync(folder).sort()).toEqual(INPUTS);
});
