import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertWritable, writeAtomically } from '../../src/node/files/atomic.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'giverny-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = new TextEncoder().encode('a garden');
const isRoot = process.getuid?.() === 0;

async function refusedByBoth(path: string, sentence: RegExp) {
  const wanted = { name: 'GivernyError', code: 'WRITE_FAILED', message: expect.stringMatching(sentence) };
  await expect(assertWritable(path)).rejects.toMatchObject(wanted);
  await expect(writeAtomically(path, bytes)).rejects.toMatchObject(wanted);
}

test('writes a file, makes its folders, replaces it, and leaves nothing else', async () => {
  const path = join(folder, 'new', 'deep', 'a.bin');
  await assertWritable(path);
  expect(readdirSync(folder)).toEqual([]);
  await writeAtomically(path, new Uint8Array(9));
  await writeAtomically(path, bytes);
  expect(readFileSync(path, 'utf8')).toBe('a garden');
  expect(readdirSync(join(folder, 'new', 'deep'))).toEqual(['a.bin']);
});

test('follows a link to its file', async () => {
  writeFileSync(join(folder, 'real'), '');
  symlinkSync('real', join(folder, 'link'));
  await writeAtomically(join(folder, 'link'), bytes);
  expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('a garden');
});

test('a target that is a folder', async () => {
  mkdirSync(join(folder, 'out'));
  await refusedByBoth(join(folder, 'out'), /^Expected to write ".*out" but it is a folder\.$/);
  expect(readdirSync(folder)).toEqual(['out']);
});

test('a target below a file', async () => {
  writeFileSync(join(folder, 'file'), '');
  await refusedByBoth(join(folder, 'file', 'a.png'), /a part of its path is a file\.$/);
});

test('a name that is too long', async () => {
  await refusedByBoth(join(folder, 'x'.repeat(300)), /its name is too long\.$/);
  expect(readdirSync(folder)).toEqual([]);
});

test.skipIf(process.platform === 'win32')('a device is not replaced by a file', async () => {
  await refusedByBoth('/dev/null', /it is a device\.$/);
});

test.skipIf(process.platform !== 'linux')('a folder that cannot be made', async () => {
  await expect(writeAtomically('/proc/giverny/a.png', bytes)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});

test('a folder and a file without permission', async ({ skip }) => {
  skip(isRoot, 'root may write anywhere');
  mkdirSync(join(folder, 'locked'), { mode: 0o500 });
  await refusedByBoth(join(folder, 'locked', 'a.png'), /permission is denied\.$/);
  writeFileSync(join(folder, 'kept'), 'old');
  chmodSync(join(folder, 'kept'), 0o400);
  await refusedByBoth(join(folder, 'kept'), /permission is denied\.$/);
});

/** Mounts a small file system, or gives false where that is not allowed. */
function mounted(at: string, options: string): boolean {
  try {
    mkdirSync(at);
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('a full disk leaves the old file whole and no other', async ({ skip }) => {
  const disk = join(folder, 'disk');
  skip(!isRoot || !mounted(disk, 'size=64k'), 'mounting a small disk needs root');
  try {
    await writeAtomically(join(disk, 'a.bin'), bytes);
    await expect(writeAtomically(join(disk, 'a.bin'), new Uint8Array(200_000))).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: `Expected room to write "${join(disk, 'a.bin')}" but the disk is full.`,
    });
    expect(readFileSync(join(disk, 'a.bin'), 'utf8')).toBe('a garden');
    expect(readdirSync(disk)).toEqual(['a.bin']);
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('a read-only file system', async ({ skip }) => {
  const disk = join(folder, 'disk');
  skip(!isRoot || !mounted(disk, 'size=64k,ro'), 'mounting a small disk needs root');
  try {
    await refusedByBoth(join(disk, 'a.bin'), /the file system is read-only\.$/);
  } finally {
    execFileSync('umount', [disk]);
  }
});
