/** Reading files whose path somebody else chose. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRegularFile } from '../../src/node/files/read.js';

const folder = mkdtempSync(join(tmpdir(), 'giverny-read-'));
const file = join(folder, 'five');
writeFileSync(file, 'bytes');

test('a file within its budget, also through a link', async () => {
  symlinkSync(file, join(folder, 'link'));
  for (const path of [file, join(folder, 'link')]) {
    expect(Buffer.from(await readRegularFile(path, 'a picture', 5)).toString()).toBe('bytes');
  }
});

test('a larger file, a missing one and a folder', async () => {
  await expect(readRegularFile(file, 'a picture', 4)).rejects.toMatchObject({
    code: 'IMAGE_UNREADABLE',
    message: `Expected a picture of at most 4 bytes at "${file}" but it has 5 bytes.`,
  });
  for (const path of [join(folder, 'none'), join(file, 'none')]) {
    await expect(readRegularFile(path, 'a picture', 4)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `Expected a picture at "${path}" but there is no such file.`,
    });
  }
  await expect(readRegularFile(folder, 'a network file', 4, 'NETWORK_FORMAT')).rejects.toMatchObject({
    code: 'NETWORK_FORMAT',
    message: `Expected a network file at "${folder}" but it is a folder.`,
  });
});

test.skipIf(process.platform === 'win32')(
  'a device and a pipe, which never end (skipped on Windows)',
  async () => {
    await expect(readRegularFile('/dev/zero', 'a picture', 4)).rejects.toThrow('but it is a device.');
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readRegularFile(pipe, 'a picture', 4)).rejects.toThrow('but it is a pipe.');
  },
  10_000,
);
