import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { assertWritable, freeName, writeAtomically, writeToFreeName } from '../../src/node/files/atomic.js';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { newWriter, removeTemporaries, temporaryName } from '../../src/node/files/temporaries.js';
import { paintFile } from '../../src/node/painting/paint-file.js';
import { bench } from '../cli/bench.js';

/** What the system refuses: renames for so many times, with a code, as Windows does; links always, as FAT does. */
const refused = vi.hoisted(() => ({ renames: 0, code: 'EPERM', links: false, pausesMs: [] as number[] }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const refusal = (code: string) => Object.assign(new Error(`${code}: refused`), { code });
  return {
    ...real,
    rename: async (from: string, to: string) => {
      if (refused.renames-- > 0) throw refusal(refused.code);
      return real.rename(from, to);
    },
    link: async (from: string, to: string) => {
      if (refused.links) throw refusal('EPERM');
      return real.link(from, to);
    },
  };
});
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof import('node:timers/promises')>()),
  setTimeout: async (ms: number) => {
    refused.pausesMs.push(ms);
  },
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'giverny-files-'));
  Object.assign(refused, { renames: 0, code: 'EPERM', links: false, pausesMs: [] });
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

test('writes chunks one after the other; what they throw is passed on, and nothing stays', async () => {
  const path = join(folder, 'a.bin');
  function* chunks(end?: Error) {
    for (let i = 0; i < 3; i++) yield bytes.subarray(3 * i, 3 * i + 3);
    if (end) throw end;
  }
  expect(await writeAtomically(path, chunks())).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe('a garden');
  const mistake = new TypeError('a mistake in the code');
  await expect(writeAtomically(path, chunks(mistake))).rejects.toBe(mistake);
  expect(readdirSync(folder)).toEqual(['a.bin']);
});

test('follows a link to its file, also to one that is not there yet', async () => {
  mkdirSync(join(folder, 'deep'));
  symlinkSync('deep', join(folder, 'shortcut'));
  symlinkSync('../real', join(folder, 'deep', 'link'));
  const link = join(folder, 'shortcut', 'link');
  for (const content of ['a garden', 'a pond']) {
    expect(await writeAtomically(link, new TextEncoder().encode(content))).toBe(link);
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe(content);
  }
  expect(readdirSync(folder).sort()).toEqual(['deep', 'real', 'shortcut']);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['link']);
});

test('links in a circle', async () => {
  symlinkSync('b', join(folder, 'a'));
  symlinkSync('a', join(folder, 'b'));
  await refusedByBoth(join(folder, 'a'), /its links lead in a circle\.$/);
});

test.skipIf(process.platform === 'win32')(
  'a replaced file keeps its permissions, a new one has the usual',
  async () => {
    const path = join(folder, 'a.bin');
    await writeAtomically(path, bytes);
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
    for (const mode of [0o600, 0o664, 0o755]) {
      chmodSync(path, mode);
      await writeAtomically(path, bytes);
      expect(statSync(path).mode & 0o7777).toBe(mode);
    }
  },
);

test.skipIf(!isRoot)('root replaces a file and leaves it to its owner (needs root)', async () => {
  const path = join(folder, 'a.bin');
  writeFileSync(path, '');
  chownSync(path, 1234, 2345);
  await writeAtomically(path, bytes);
  expect(statSync(path)).toMatchObject({ uid: 1234, gid: 2345 });
});

test.each(['EPERM', 'EACCES', 'EBUSY'])('a file that another program holds open for a while (%s)', async (code) => {
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old');
  Object.assign(refused, { renames: 4, code });
  expect(await writeAtomically(path, bytes)).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe('a garden');
  expect(readdirSync(folder)).toEqual(['a.bin']);
  expect(refused.pausesMs).toEqual([100, 200, 400, 800]);
});

test.each([{ links: false }, { links: true }])('a file that stays open gets a neighbour: %o', async ({ links }) => {
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old');
  writeFileSync(join(folder, 'a-2.bin'), 'old');
  // Of a file system without links the last rename, onto the reserved name, succeeds.
  Object.assign(refused, { renames: 7, links });
  expect(await writeAtomically(path, bytes)).toBe(join(folder, 'a-3.bin'));
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readFileSync(join(folder, 'a-3.bin'), 'utf8')).toBe('a garden');
  expect(readdirSync(folder).sort()).toEqual(['a-2.bin', 'a-3.bin', 'a.bin']);
});

test('a painting whose file stays open is saved beside it, and says so', async () => {
  const at = await bench();
  const output = join(at, 'out.png');
  writeFileSync(output, 'old');
  refused.renames = 7;
  const notices: string[] = [];
  const saved: string[] = [];
  const painted = await paintFile({
    content: join(at, 'photo.jpg'),
    styles: [{ picture: join(at, 'style.png') }],
    output,
    network: join(at, 'tiny.safetensors'),
    options: { size: 64, steps: 1, firstSize: 0 },
    onNotice: (sentence) => notices.push(sentence),
    onSaved: (path) => saved.push(path),
  });
  const written = join(at, 'out-2.png');
  expect(painted.output).toBe(written);
  expect(saved).toEqual([written]);
  expect(notices).toEqual([`"${output}" cannot be replaced now; the picture is saved as "${written}".`]);
  expect(readFileSync(output, 'utf8')).toBe('old');
  expect(await readRecipe(written)).toMatchObject({ steps: 1 });
});

test('a file that stays open and may have no neighbour', async () => {
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old');
  Object.assign(refused, { renames: 7, code: 'EBUSY' });
  await expect(writeAtomically(path, bytes, { neighbour: false })).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    message: `Expected to write "${path}" but another program uses it.`,
  });
  expect(readdirSync(folder)).toEqual(['a.bin']);
  expect(readFileSync(path, 'utf8')).toBe('old');
});

test.each([{ links: false }, { links: true }])('what must not be overwritten is not: %o', async ({ links }) => {
  refused.links = links;
  const path = join(folder, 'a.bin');
  const once = { overwrite: false };
  expect(await writeAtomically(path, bytes, once)).toBe(path);
  const wanted = {
    code: 'FILE_EXISTS',
    kind: 'usage',
    message: `Expected to write a new file but "${path}" exists already.`,
  };
  await expect(writeAtomically(path, new Uint8Array(9), once)).rejects.toMatchObject(wanted);
  await expect(assertWritable(path, once)).rejects.toMatchObject(wanted);
  // It may also appear while the bytes are made.
  const late = join(folder, 'late.bin');
  const slow = function* () {
    writeFileSync(late, 'a garden');
    yield new Uint8Array(9);
  };
  await expect(writeAtomically(late, slow(), once)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  for (const kept of [path, late]) expect(readFileSync(kept, 'utf8')).toBe('a garden');
  expect(readdirSync(folder).sort()).toEqual(['a.bin', 'late.bin']);
});

test('the next free name', async () => {
  for (const name of ['a.png', 'a-2.png', 'plain', '.hidden']) writeFileSync(join(folder, name), '');
  symlinkSync('nowhere', join(folder, 'dangling.png'));
  const next = async (name: string) => relative(folder, await freeName(join(folder, name)));
  expect(await next('new.png')).toBe('new.png');
  expect(await next('a.png')).toBe('a-3.png');
  expect(await next('plain')).toBe('plain-2');
  expect(await next('.hidden')).toBe('.hidden-2');
  expect(await next('dangling.png')).toBe('dangling-2.png');
  expect(await next('none/a.png')).toBe('none/a.png');
  await expect(next('x'.repeat(300))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});

test('many who want one name at once get one each', async () => {
  const contents = ['1', '2', '3', '4', '5', '6', '7', '8'];
  const path = join(folder, 'a.png');
  const written = await Promise.all(contents.map((text) => writeToFreeName(path, new TextEncoder().encode(text))));
  expect(new Set(written).size).toBe(8);
  expect(written.map((name) => readFileSync(name, 'utf8'))).toEqual(contents);
  expect(readdirSync(folder)).toHaveLength(8);
});

test('clean-up after a killed process removes its files alone, also where another has its process id', async () => {
  const [killed, living] = [newWriter(), newWriter()];
  const half = (name: string) => join(folder, `.giverny-${name}-01234567.tmp`);
  for (const name of [killed, living]) writeFileSync(half(name), 'half');
  // Another container's, as an earlier version called them.
  const sameId = join(folder, `.giverny-${process.pid}-01234567.tmp`);
  writeFileSync(sameId, 'half');
  removeTemporaries(join(folder, 'a.png'), killed);
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([half(living), sameId].sort());
});

test('temporary files that nobody touched for an hour are swept', async () => {
  const left = (seconds: number) => {
    const path = join(folder, temporaryName());
    writeFileSync(path, 'half');
    utimesSync(path, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
    return path;
  };
  left(3700);
  const living = left(3500);
  await writeAtomically(join(folder, 'a.bin'), bytes);
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([living, join(folder, 'a.bin')]);
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

test.skipIf(process.platform === 'win32')('a pipe is not replaced by a file', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await refusedByBoth(join(folder, 'pipe'), /it is a pipe\.$/);
  expect(statSync(join(folder, 'pipe')).isFIFO()).toBe(true);
});

test.skipIf(process.platform !== 'linux')('a folder that cannot be made, though permissions allow it', async () => {
  await refusedByBoth('/proc/giverny/a.png', /(its folder does not exist and cannot be made|permission is denied)\.$/);
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
    writeFileSync(join(disk, 'filler'), new Uint8Array(60_000));
    await expect(assertWritable(join(disk, 'a.bin'))).rejects.toMatchObject({ code: 'DISK_FULL' });
    await expect(assertWritable(join(disk, 'new', 'a.bin'))).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(readdirSync(disk).sort()).toEqual(['a.bin', 'filler']);
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
