/** Where pictures are written: free names, what is overwritten, and frames of earlier runs. */
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bench, drawn, events, giverny, QUICK, start } from './bench.js';

const PAINT = ['photo.jpg', 'style.png', ...QUICK];

test('the default name is the next free one', async () => {
  const folder = await bench();
  writeFileSync(join(folder, 'photo-style.png'), 'mine');
  symlinkSync('nowhere', join(folder, 'photo-style-2.png'));
  const { code, stdout } = await giverny(folder, PAINT);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Painted photo-style-3\.png in /m);
  expect(readFileSync(join(folder, 'photo-style.png'), 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
});

test('-o overwrites what it names', async () => {
  const folder = await bench();
  writeFileSync(join(folder, 'out.png'), 'old');
  expect(await giverny(folder, [...PAINT, '-o', 'out.png'])).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(join(folder, 'out.png')).length).toBeGreaterThan(100);
});

test('frames go to a new folder each time, which is said', async () => {
  const folder = await bench();
  const args = [...PAINT, '-o', 'out.png', '--save-every', '2'];
  expect((await giverny(folder, args)).stdout).toMatch(/^The pictures on the way are in out-steps\.$/m);
  const first = readFileSync(join(folder, 'out-steps', '0.png'));
  const { stdout } = await giverny(folder, [...args, '--seed', '4', '--init', 'noise', '--steps', '1']);
  expect(stdout).toMatch(/^The pictures on the way are in out-steps-2\.$/m);
  expect(readdirSync(join(folder, 'out-steps-2'))).toEqual(['0.png']);
  expect(readFileSync(join(folder, 'out-steps', '0.png')).equals(first)).toBe(true);
});

test('in a folder that is named, frames of the earlier run go and other pictures stay', async () => {
  const folder = await bench();
  const frames = ['--save-every', '2', '--save-dir', 'frames', '-o', 'out.png'];
  await giverny(folder, [...PAINT, ...frames]);
  await drawn(64, 64, 5)
    .png()
    .toFile(join(folder, 'frames', '1.png'));
  writeFileSync(join(folder, 'frames', 'notes.txt'), 'mine');
  expect(readdirSync(join(folder, 'frames')).sort()).toEqual(['0.png', '1.png', '2.png', 'notes.txt']);
  const { code, stderr } = await giverny(folder, [...PAINT, ...frames, '--steps', '1']);
  expect(stderr).toMatch(/^"frames.1\.png" was not painted by Giverny and stays among the frames\.\n$/);
  expect(code).toBe(0);
  expect(readdirSync(join(folder, 'frames')).sort()).toEqual(['0.png', '1.png', 'notes.txt']);
});

test('frames of the earlier run stay where the new one fails before its first', async () => {
  const folder = await bench();
  const frames = ['--save-every', '2', '--save-dir', 'frames', '-o', 'out.png'];
  await giverny(folder, [...PAINT, ...frames]);
  await giverny(folder, [...PAINT, ...frames, '--network', 'none.safetensors']);
  expect(readdirSync(join(folder, 'frames')).sort()).toEqual(['0.png', '2.png']);
});

test.each([
  { what: 'picture', args: ['-o', 'photo.jpg/out.png'] },
  { what: 'frames', args: ['--save-every', '1', '--save-dir', 'photo.jpg'] },
])('a target for the $what that cannot be written is refused before anything is read', async ({ args }) => {
  const folder = await bench();
  // Nothing ever comes through this pipe.
  const { result } = start(folder, ['-', 'style.png', ...QUICK, ...args, '--json'], { piped: true });
  const { code, stdout } = await result;
  expect(events(stdout)).toMatchObject([{ type: 'error', code: 'WRITE_FAILED', exitCode: 1 }]);
  expect(code).toBe(1);
});
