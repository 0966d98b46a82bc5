/** Pictures from standard input and other pipes, and to standard output. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { PrivateFolder, readPipe } from '../../src/cli/pipes.js';
import { fileArgument } from '../../src/cli/places.js';
import { bench, giverny, MAIN, pixels, QUICK } from './bench.js';

/** Runs the command with bytes on its standard input. */
function piped(folder: string, args: readonly string[], input: Uint8Array | undefined) {
  mkdirSync(join(folder, 'temporary'), { recursive: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, TMPDIR: join(folder, 'temporary') },
    input,
  });
  return { code: status, stdout, stderr: stderr.toString() };
}

test('a photo comes from standard input and the picture goes to standard output', async () => {
  const folder = await bench();
  const before = readdirSync(folder);
  const { code, stdout, stderr } = piped(
    folder,
    ['-', 'style.png', ...QUICK, '-o', '-'],
    readFileSync(join(folder, 'photo.jpg')),
  );
  expect(code).toBe(0);
  expect(stderr).toContain('Painting stdin in the style of style.png: 64x51, 4 steps, tiny.');
  expect(stderr).toMatch(/^Painted standard output in \d+ s\.$/m);
  expect(await sharp(stdout).metadata()).toMatchObject({ format: 'png', width: 64, height: 51 });

  await giverny(folder, ['photo.jpg', 'style.png', ...QUICK, '-o', 'same.png', '-q']);
  writeFileSync(join(folder, 'piped.png'), stdout);
  expect(await pixels(join(folder, 'piped.png'))).toEqual(await pixels(join(folder, 'same.png')));
  const recipe = JSON.parse((await giverny(folder, ['recipe', 'piped.png', '--json'])).stdout);
  expect(recipe.content.name).toBe('stdin');
  // Nor does the engine leave anything, such as a log of its telemetry.
  expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual([...before, 'piped.png', 'same.png', 'temporary'].sort());
});

test('/dev/stdin is standard input, /dev/stdout standard output, and the format can be chosen', async () => {
  const folder = await bench();
  const args = ['photo.jpg', '/dev/stdin', ...QUICK, '-o', '/dev/stdout', '--format', 'webp', '-q'];
  const { code, stdout, stderr } = piped(folder, args, readFileSync(join(folder, 'style.png')));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((await sharp(stdout).metadata()).format).toBe('webp');
});

test('the default name of a picture from standard input', async () => {
  const folder = await bench();
  const { code } = piped(folder, ['-', 'style.png', ...QUICK, '-q'], readFileSync(join(folder, 'photo.jpg')));
  expect(code).toBe(0);
  expect(readdirSync(folder)).toContain('stdin-style.png');
});

test('a sentence about standard input names no temporary file', async () => {
  const folder = await bench();
  expect(piped(folder, ['-', 'style.png', ...QUICK], Buffer.from('not a picture'.repeat(9)))).toMatchObject({
    code: 2,
    stderr: 'Expected a JPEG, PNG, WebP, AVIF, TIFF or GIF picture but "stdin" is none of these.\n',
  });
});

test('--json and -o - exclude each other', async () => {
  const folder = await bench();
  const { code, stdout } = piped(folder, ['photo.jpg', 'style.png', ...QUICK, '-o', '-', '--json'], undefined);
  expect(JSON.parse(stdout.toString()).message).toBe('Expected --json or -o - but received both.');
  expect(code).toBe(2);
});

const hasBash = spawnSync('bash', ['-c', 'cat <(echo yes)']).stdout?.toString() === 'yes\n';

test.skipIf(!hasBash)('pictures come from commands of the shell (where bash is there)', async () => {
  const folder = await bench();
  const command = `"$0" "$1" <(cat photo.jpg) <(cat style.png) ${QUICK.join(' ')} -q`;
  const { status, stderr } = spawnSync('bash', ['-c', command, process.execPath, MAIN], { cwd: folder });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  expect(readdirSync(folder)).toContain('pipe.png');
});

test('more bytes than there is room for are refused', async () => {
  const folder = await bench();
  const file = openSync(join(folder, 'photo.jpg'), 'r');
  await expect(readPipe(file, new PrivateFolder(), 1000)).rejects.toThrow(
    'Expected a picture from pipe but it has more than 0.001 MB.',
  );
});

test('addresses of files and ~ are paths', async () => {
  const folder = await bench();
  const name = join(folder, 'a b.png');
  expect(fileArgument(pathToFileURL(name).href)).toBe(name);
  expect(fileArgument('~/a.png')).toBe(join(homedir(), 'a.png'));
  for (const path of ['a.png', '-', 'C:\\a.png', '~me/a.png', 'a:b.png']) expect(fileArgument(path)).toBe(path);
});
