/** `--timelapse`: a film of the steps. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bench, events, giverny, QUICK, start } from './bench.js';

const hasFfmpeg = spawnSync('ffprobe', ['-version']).status === 0 && spawnSync('ffmpeg', ['-version']).status === 0;
const PAINT = ['photo.jpg', 'style.png', ...QUICK, '--tolerance', '0', '-o', 'out.png'];
const INPUTS = ['photo.jpg', 'style.png', 'tiny.safetensors'];

test.each(['gif', 'webp'])('an animated %s of all steps, whose last picture stays', async (ending) => {
  const folder = await bench();
  const { code, stdout } = await giverny(folder, [
    ...PAINT,
    '--timelapse',
    `film.${ending}`,
    '--size',
    '48',
    '--first-size',
    '34',
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^The film is film\\.${ending}\\.$`, 'm'));
  const { pages, width, pageHeight, height, delay, loop } = await sharp(join(folder, `film.${ending}`), {
    animated: true,
  }).metadata();
  expect({ width, height: pageHeight ?? height, loop }).toEqual({ width: 48, height: 38, loop: 0 });
  // Pictures that are equal become one, which stays for the time of both.
  expect(delay?.at(-1)).toBeGreaterThanOrEqual(2000);
  expect(delay?.length).toBe(pages);
  expect(readdirSync(folder).sort()).toEqual([...INPUTS, `film.${ending}`, 'out.png'].sort());
});

test('a long painting has a film of at most 150 pictures', async () => {
  const folder = await bench();
  const { code, stderr } = await giverny(folder, [
    ...PAINT,
    '--timelapse',
    'film.webp',
    '--size',
    '40',
    '--steps',
    '400',
    '--optimizer',
    'adam',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { pages } = await sharp(join(folder, 'film.webp')).metadata();
  // Pictures that are equal become one.
  expect(pages).toBeGreaterThan(100);
  expect(pages).toBeLessThanOrEqual(150);
});

test.skipIf(!hasFfmpeg).each([
  ['mp4', 'h264'],
  ['webm', 'vp9'],
])('a film as %s (needs ffmpeg)', async (ending, codec) => {
  const folder = await bench();
  const { code, stdout } = await giverny(folder, [...PAINT, '--timelapse', `film.${ending}`, '--size', '53', '--json']);
  expect(code).toBe(0);
  expect(events(stdout)).toContainEqual({ type: 'saved', path: `film.${ending}` });
  const probe = [
    '-v',
    'error',
    '-count_frames',
    '-show_entries',
    'stream=codec_name,width,height,nb_read_frames',
    '-of',
    'json',
  ];
  const { streams } = JSON.parse(
    spawnSync('ffprobe', [...probe, join(folder, `film.${ending}`)], { encoding: 'utf8' }).stdout,
  );
  // Four steps, and two seconds of the last; odd sides lose a pixel.
  expect(streams[0]).toEqual({ codec_name: codec, width: 52, height: 42, nb_read_frames: '34' });
  expect(readdirSync(folder).sort()).toEqual([...INPUTS, `film.${ending}`, 'out.png'].sort());
});

test('a painting that is stopped has a film until then', async () => {
  const folder = await bench();
  const args = [...PAINT, '--steps', '3000', '--timelapse', 'film.webp', '--json'];
  const { child, steps, result } = start(folder, args);
  await steps(25);
  child.kill('SIGINT');
  expect((await result).code).toBe(130);
  expect((await sharp(join(folder, 'film.webp')).metadata()).pages).toBeGreaterThan(1);
});

test('a film goes on with its painting, from its first picture', async () => {
  const folder = await bench();
  const args = [...PAINT, '--steps', '60', '--json'];
  const whole = await giverny(folder, [...args, '-o', 'whole.png', '--timelapse', 'whole.webp']);
  expect(whole.code).toBe(0);
  const { child, steps, result } = start(folder, [...args, '--timelapse', 'film.webp']);
  await steps(10);
  child.kill('SIGINT');
  expect((await result).code).toBe(130);
  expect(readdirSync(folder)).toContain('out.giverny-film');
  // From the state alone: it knows of the film.
  expect((await giverny(folder, ['resume', 'out.giverny'])).code).toBe(0);
  const bytes = (name: string) => readFileSync(join(folder, name));
  expect(bytes('film.webp').equals(bytes('whole.webp'))).toBe(true);
  expect(readdirSync(folder).filter((name) => name.includes('.giverny'))).toEqual([]);
});

test('a painting that is ended at once leaves nothing of its film', async () => {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...PAINT, '--steps', '3000', '--timelapse', 'film.webp']);
  await steps(1);
  child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 250));
  child.kill('SIGINT');
  await result;
  expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
});

test.each([
  ['another ending', 'film.avi', /ending in \.mp4, \.webm, \.webp, \.gif for the film but received "film\.avi"/],
  ['the picture itself', 'out.webp', /a film apart from the picture but received "out\.webp" for both/],
])('%s: one sentence, nothing written', async (_, film, says) => {
  const folder = await bench();
  const { code, stderr } = await giverny(folder, [...PAINT, '-o', 'out.webp', '--timelapse', film]);
  expect(stderr).toMatch(says);
  expect(code).toBe(2);
  expect(readdirSync(folder).sort()).toEqual(INPUTS);
});

/** A folder with a program `ffmpeg` that does what a shell script says. */
function fakeFfmpeg(folder: string, script: string | undefined): string {
  if (script !== undefined) {
    writeFileSync(join(folder, 'ffmpeg'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'ffmpeg'), 0o755);
  }
  return folder;
}

test.skipIf(process.platform === 'win32')('mp4 without ffmpeg, and an ffmpeg that fails (needs a shell)', async () => {
  const folder = await bench();
  const path = process.env.PATH;
  try {
    process.env.PATH = fakeFfmpeg(folder, undefined);
    const missing = await giverny(folder, [...PAINT, '--timelapse', 'film.mp4']);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toMatch(
      /^Expected ffmpeg, which writes \.mp4, but it is not installed; \.webp and \.gif need no/,
    );
    process.env.PATH = `${fakeFfmpeg(folder, '[ "$1" = -version ] && exit 0; echo "Unknown encoder" >&2; exit 1')}:${path}`;
    const failing = await giverny(folder, [...PAINT, '--timelapse', 'film.mp4']);
    expect(failing.code).toBe(0);
    expect(failing.stderr).toBe(
      'Expected ffmpeg to write the film but "Unknown encoder". Painting goes on without a film.\n',
    );
    expect(readdirSync(folder).sort()).toEqual(['ffmpeg', 'out.png', ...INPUTS].sort());
  } finally {
    process.env.PATH = path;
  }
});
