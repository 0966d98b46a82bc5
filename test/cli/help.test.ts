import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MAIN } from './bench.js';

const print = (...args: string[]) => execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

test.each(['paint', 'recipe', 'network', 'studio', ''])('the help of giverny %s', async (command) => {
  const help = print(...(command === '' ? [] : [command]), '--help');
  await expect(help).toMatchFileSnapshot(`help/giverny${command && `-${command}`}.txt`);
  for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(print('--version')).toBe(`${version}\n`);
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
