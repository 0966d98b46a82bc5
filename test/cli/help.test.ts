import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MAIN } from './bench.js';

const print = (...args: string[]) => execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

test.each([
  'paint',
  'resume',
  'batch',
  'sheet',
  'recipe',
  'network',
  'devices',
  'studio',
  'serve',
  'submit',
  'watch',
  'fetch',
  'workbook',
  '',
])('the help of giverny %s', async (command) => {
  const help = print(...(command === '' ? [] : [command]), '--help');
  await expect(help).toMatchFileSnapshot(`help/giverny${command && `-${command}`}.txt`);
  for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(print('--version')).toBe(`${version}\n`);
});

test.each([
  [['--version'], ['commander']],
  [['--help'], ['commander']],
  [['network', '--help'], ['commander']],
  // Of which it knows all options.
  [
    ['paint', '--help'],
    ['commander', 'zod'],
  ],
])('giverny %s loads no library that only painting needs', (args, needed) => {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-coverage-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // Node lists every module that a run has loaded in its report of coverage.
  execFileSync(process.execPath, [MAIN, ...args], { env: { ...process.env, NODE_V8_COVERAGE: folder } });
  const loaded = readdirSync(folder).flatMap((name): string[] =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')).result.map(({ url }: { url: string }) => url),
  );
  const packages = loaded.flatMap(
    (url) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1] ?? [],
  );
  expect(loaded.some((url) => url.endsWith('cli/main.js'))).toBe(true);
  expect([...new Set(packages)].sort()).toEqual(needed);
});

test('without arguments a short welcome with an example', () => {
  expect(print()).toMatchInlineSnapshot(`
    "Giverny paints a photo in the style of a painting.

      giverny photo.jpg painting.jpg               writes photo-painting.png
      giverny photo.jpg painting.jpg -o out.jpg    writes out.jpg
      giverny --help                               all there is
    "
  `);
});
