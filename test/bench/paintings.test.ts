/** The programs of bench/quality: what they are told, what they take, and that nothing is painted twice. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { runMeasured } from '../../bench/quality/measured.js';
import { paintingOf } from '../../bench/quality/paintings.js';
import { pairName, pairsOf } from '../../bench/quality/pairs.js';
import { filled, presetProgram, referenceProgram, variantProgram } from '../../bench/quality/programs.js';
import { writeSheet } from '../../bench/quality/sheets.js';

/** Copies the photo and notes that it ran. */
const PAINTER = `
const [photo, output, log] = process.argv.slice(2);
const fs = require('node:fs');
fs.copyFileSync(photo, output);
fs.appendFileSync(log, 'painted ');`;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'giverny-quality-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const node = (program: string) => [process.execPath, '-e', program];

test.runIf(process.platform === 'linux')('peak memory is that of a process and its children', async () => {
  const held = 'const held = Buffer.alloc(3e8, 1); setTimeout(() => held, 1000)';
  const parent = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(held)}])`;
  // The parent itself holds little.
  const { seconds, peakBytes } = await runMeasured(node(parent), { cwd: '.' });
  expect(seconds).toBeGreaterThan(1);
  expect(peakBytes).toBeGreaterThan(3e8);
  expect(peakBytes).toBeLessThan(6e8);
});

test('a program that fails is quoted', async () => {
  const failing = node('console.error("no paint left"); process.exit(3)');
  await expect(runMeasured(failing, { cwd: '.' })).rejects.toThrow(/ended with exit code 3:\nno paint left/);
  await expect(runMeasured(['/no/such/program'], { cwd: '.' })).rejects.toThrow('Expected to run /no/such/program');
});

test('a program whose time is up is asked for what it has', async () => {
  const patient = node('process.on("SIGINT", () => process.exit(130)); setTimeout(() => {}, 60_000)');
  const { seconds } = await runMeasured(patient, { cwd: '.', interruptAfter: 3 });
  expect(seconds).toBeGreaterThan(2.9);
  expect(seconds).toBeLessThan(30);
});

test('paints once, and again where the request has changed', async () => {
  const work = folder();
  const script = join(work, 'painter.cjs');
  writeFileSync(script, PAINTER);
  const log = join(work, 'log');
  const pair = (await pairsOf({}))[0] as Awaited<ReturnType<typeof pairsOf>>[number];
  const program = referenceProgram(`Copy it: ${process.execPath} ${script} {content} {output} ${log}`);
  const paint = (size: number) => paintingOf({ ...program, settings: { size } }, pair, { folder: work, size });
  const first = await paint(64);
  expect(first.file).toBe(join(work, 'copy-it', `${pair.content.name}-${pair.style.name}.png`));
  expect(existsSync(first.file)).toBe(true);
  expect(await paint(64)).toEqual(first);
  expect(readFileSync(log, 'utf8')).toBe('painted ');
  await paint(128);
  expect(readFileSync(log, 'utf8')).toBe('painted painted ');
  const idle = { ...program, name: 'idle', command: node('') };
  await expect(paintingOf(idle, pair, { folder: work, size: 64 })).rejects.toThrow(/Expected idle to write .*\.png/);
});

test('commands', () => {
  const places = {
    content: '/photos/a b.jpg',
    style: 's.jpg',
    output: 'o.png',
    next: 'n.jpg',
    photo: 'a b',
    painting: 's',
    size: '320',
    seconds: '0',
  };
  const variant = variantProgram('two styles: --style2 {next} --size 99', 'vgg19');
  expect(variant.name).toBe('two styles');
  const command = filled(variant.command, places).slice(2);
  expect(command).toEqual(
    ['paint', places.content, 's.jpg', '--json', '--network', 'vgg19', '--size', '320'].concat(
      ...['--style2 n.jpg --size 99 -o o.png'.split(' ')],
    ),
  );
  expect(presetProgram('notebook', 'vgg19')).toMatchObject({ kind: 'preset', settings: { alpha: 10, steps: 200 } });
  expect(() => presetProgram('masterly', 'vgg19')).toThrow('for --presets but received "masterly".');
  expect(() => variantProgram('--steps 5', 'vgg19')).toThrow('Expected "name: arguments" for --variant');
  expect(() => referenceProgram('other: paint {content}')).toThrow('for --reference but received');
});

test('pairs', async () => {
  expect(await pairsOf({})).toHaveLength(6);
  const one = await pairsOf({ pairs: 'nagasaki-boats*waves' });
  expect(one.map(pairName)).toEqual(['nagasaki-boats*waves']);
  expect(one[0]?.next.name).toBe('dots');
  await expect(pairsOf({ pairs: 'nagasaki-boats*wave' })).rejects.toThrow('received "nagasaki-boats*wave".');
  await expect(pairsOf({ contents: folder() })).rejects.toThrow('Expected a folder of pictures for --contents');
});

test('a sheet has a row per photo and a column per painting', async () => {
  const work = folder();
  const pairs = await pairsOf({ pairs: 'nagasaki-boats*waves,nagasaki-boats*dots,dust-bowl-home*dots' });
  const file = join(work, 'sheet.jpg');
  const cells = pairs.map((pair) => ({ ...pair, file: pair.content.path, caption: 'a & b' }));
  await writeSheet(file, 'a < b', cells);
  const { width, height } = await sharp(file).metadata();
  expect([width, height]).toEqual([8 + 3 * 268, 44 + 3 * 223]);
  // The pair that there is none of stays white.
  const right = { left: 8 + 2 * 268 + 20, top: 44 + 223 + 20, width: 200, height: 150 };
  const missing = await sharp(file).extract(right).raw().toBuffer();
  expect(Math.min(...missing)).toBeGreaterThan(250);
  await writeSheet(file, 'names alone', cells, false);
  const named = await sharp(file).metadata();
  expect([named.width, named.height]).toEqual([8 + 92 + 2 * 268, 44 + 28 + 2 * 223]);
});
