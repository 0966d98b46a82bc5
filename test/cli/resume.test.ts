/** A painting that was stopped goes on: by the same command, or from its state file alone. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { bench, drawn, events, giverny, MAIN, QUICK, start } from './bench.js';

const PAINT = ['photo.jpg', 'style.png', ...QUICK, '--steps', '60', '--tolerance', '0'];
const INPUTS = ['photo.jpg', 'style.png', 'tiny.safetensors'];

/** A folder where a painting was stopped by Ctrl-C after some steps. */
async function stopped(flags: readonly string[] = []) {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...PAINT, ...flags, '--json']);
  await steps(3);
  child.kill('SIGINT');
  const last = events((await result).stdout).at(-1);
  expect(last.type).toBe('stopped');
  return { folder, done: last.steps as number, state: last.state as string };
}

/** The bytes of the painting that was never stopped. */
let whole: Buffer | undefined;
async function unbroken(): Promise<Buffer> {
  if (whole) return whole;
  const folder = await bench();
  expect((await giverny(folder, [...PAINT, '-o', 'whole.png'])).code).toBe(0);
  whole = readFileSync(join(folder, 'whole.png'));
  return whole;
}

test('the same command goes on, to the same bytes, and the state is gone', async () => {
  const { folder, done, state } = await stopped();
  expect(state).toBe('photo-style.giverny');
  expect(readdirSync(folder).sort()).toEqual([...INPUTS, 'photo-style.giverny', 'photo-style.png'].sort());
  const { code, stdout } = await giverny(folder, PAINT);
  expect(code).toBe(0);
  expect(stdout).toContain(`Going on from step ${done} of 60 (photo-style.giverny).`);
  expect(readdirSync(folder).sort()).toEqual([...INPUTS, 'photo-style.png'].sort());
  expect(readFileSync(join(folder, 'photo-style.png')).equals(await unbroken())).toBe(true);
});

test('a person is told how to go on', async () => {
  const folder = await bench();
  const { child, steps, result } = start(folder, [...PAINT, '--save-every', '1']);
  await steps(2);
  child.kill('SIGINT');
  const { code, stdout } = await result;
  expect(code).toBe(130);
  expect(stdout).toMatch(/^The same command goes on, and so does giverny resume photo-style\.giverny\.$/m);

  // Frames go on in their folder, under their numbers.
  const again = await giverny(folder, [...PAINT, '--save-every', '1']);
  expect(again.stdout).toMatch(/^Going on from step \d+ of 60 \(photo-style\.giverny\)\.$/m);
  const numbers = readdirSync(join(folder, 'photo-style-steps')).map((name) => Number.parseInt(name, 10));
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  expect(readdirSync(folder)).not.toContain('photo-style-steps-2');
});

test('--fresh begins anew, beside what is there', async () => {
  const { folder } = await stopped();
  const before = readFileSync(join(folder, 'photo-style.giverny'));
  const { code, stdout } = await giverny(folder, [...PAINT, '--fresh']);
  expect(code).toBe(0);
  expect(stdout).not.toContain('Going on');
  expect(stdout).toMatch(/^Painted photo-style-2\.png in /m);
  expect(readFileSync(join(folder, 'photo-style.giverny')).equals(before)).toBe(true);
});

test('--fresh with -o takes the place of the painting that was stopped, and its state', async () => {
  const { folder } = await stopped(['-o', 'out.png']);
  const { code, stdout } = await giverny(folder, [...PAINT, '-o', 'out.png', '--fresh']);
  expect(code).toBe(0);
  expect(stdout).not.toContain('Going on');
  expect(readdirSync(folder).sort()).toEqual([...INPUTS, 'out.png'].sort());
});

test('another picture under the name of the picture so far stays, and so does --no-clobber of another', async () => {
  const { folder } = await stopped();
  writeFileSync(join(folder, 'photo-style.png'), 'mine');
  const { code, stdout } = await giverny(folder, PAINT);
  expect(code).toBe(0);
  expect(stdout).toContain('(photo-style.giverny)');
  expect(stdout).toMatch(/^Painted photo-style-2\.png in /m);
  expect(readFileSync(join(folder, 'photo-style.png'), 'utf8')).toBe('mine');
});

test('--no-clobber lets a painting go on in its own picture so far', async () => {
  const { folder, done } = await stopped(['-o', 'out.png', '--no-clobber']);
  const { code, stdout } = await giverny(folder, [...PAINT, '-o', 'out.png', '--no-clobber']);
  expect(code).toBe(0);
  expect(stdout).toContain(`Going on from step ${done} of 60 (out.giverny).`);
});

test('a painting for standard output keeps no state', async () => {
  const folder = await bench();
  const { child, result } = start(folder, [
    ...PAINT,
    '--steps',
    '100000',
    '--save-every',
    '1',
    '--save-dir',
    'f',
    '-o',
    '-',
  ]);
  while (child.exitCode === null && !readdirSync(folder).includes('f')) await new Promise((r) => setTimeout(r, 10));
  child.kill('SIGINT');
  expect(await result).toMatchObject({ code: 130 });
  expect(readdirSync(folder).sort()).toEqual([...INPUTS, 'f'].sort());
});

describe('giverny resume', () => {
  test('goes on from the file alone, from another folder', async () => {
    const { folder, done } = await stopped();
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const { code, stdout, stderr } = await giverny(elsewhere, ['resume', '../photo-style.giverny', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const printed = events(stdout);
    expect(printed[0]).toMatchObject({ type: 'start', resumed: { step: done, state: '../photo-style.giverny' } });
    expect(printed.find(({ type }) => type === 'step').step).toBe(done);
    expect(printed.at(-1)).toMatchObject({ type: 'done', output: '../photo-style.png', steps: 60 });
    expect(readFileSync(join(folder, 'photo-style.png')).equals(await unbroken())).toBe(true);
    expect(readdirSync(folder)).not.toContain('photo-style.giverny');
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('finds pictures beside the state that were moved along, and writes where -o says', async () => {
    const { folder } = await stopped();
    const moved = join(folder, 'moved');
    mkdirSync(moved);
    for (const name of readdirSync(folder)) if (name !== 'moved') renameSync(join(folder, name), join(moved, name));
    const { code, stdout } = await giverny(folder, ['resume', 'moved/photo-style.giverny', '-o', 'other.png']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Painted other\.png in /m);
    expect(readFileSync(join(folder, 'other.png')).equals(await unbroken())).toBe(true);
  });

  test('options that are given change from there on, as the recipe tells', async () => {
    const { folder, done } = await stopped();
    const flags = ['--steps', String(done + 2), '--strength', '0.9', '--seed', '3', '--json'];
    const { stdout } = await giverny(folder, ['resume', 'photo-style.giverny', ...flags]);
    expect(events(stdout).at(-1)).toMatchObject({ type: 'done', steps: done + 2 });
    const recipe = JSON.parse((await giverny(folder, ['recipe', 'photo-style.png', '--json'])).stdout);
    expect(recipe.options).toMatchObject({ steps: 60, strength: 0.66 });
    expect(recipe.changes).toEqual([{ step: done, options: { strength: 0.9, steps: done + 2 } }]);
    // And the recipe paints it again.
    const again = ['--recipe', 'photo-style.png', '--network', 'tiny.safetensors', '-o', 'again.png'];
    await giverny(folder, again);
    const bytes = (name: string) => readFileSync(join(folder, name));
    expect(bytes('again.png').equals(bytes('photo-style.png'))).toBe(true);
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      'what stays while painting',
      ['--size', '96'],
      /^Expected 64, which stays while painting, for size but received "96"\.$/,
    ],
    ['what it does not know', ['--style', 'b.png'], /^Unknown option '--style'/],
    ['standard output', ['-o', '-'], /^Expected a file for -o but received "-"\.$/],
  ])('refuses %s and leaves the state', async (_, flags, message) => {
    const { folder } = await stopped();
    const before = readFileSync(join(folder, 'photo-style.giverny'));
    const { code, stderr } = await giverny(folder, ['resume', 'photo-style.giverny', ...flags]);
    expect(code).toBe(2);
    expect(stderr.trimEnd()).toMatch(message);
    expect(readFileSync(join(folder, 'photo-style.giverny')).equals(before)).toBe(true);
  });

  test('refuses what is no state, in one sentence with its code', async () => {
    const { folder } = await stopped();
    const bytes = readFileSync(join(folder, 'photo-style.giverny'));
    const altered = Uint8Array.from(bytes);
    altered[altered.length - 3] = (altered.at(-3) as number) ^ 1;
    writeFileSync(join(folder, 'altered.giverny'), altered);
    writeFileSync(join(folder, 'short.giverny'), bytes.subarray(0, -100));
    writeFileSync(join(folder, 'empty.giverny'), '');
    mkdirSync(join(folder, 'folder.giverny'));
    const refused = async (name: string) => {
      const { code, stdout } = await giverny(folder, ['resume', name, '--json']);
      expect(code).toBe(2);
      return events(stdout).map(({ code, message }) => [code, message]);
    };
    const sentence = (name: string, why: string) => [
      [
        'STATE_INVALID',
        expect.stringMatching(new RegExp(`^Expected the state of a painting in "${name}" but ${why}\\.$`)),
      ],
    ];
    expect(await refused('altered.giverny')).toEqual(
      sentence('altered.giverny', '\\S+ was altered since it was written'),
    );
    expect(await refused('short.giverny')).toEqual(sentence('short.giverny', 'it is cut short .*'));
    expect(await refused('empty.giverny')).toEqual(sentence('empty.giverny', 'it is empty .0 bytes.'));
    expect(await refused('folder.giverny')).toEqual(sentence('folder.giverny', 'it is a folder'));
    expect(await refused('tiny.safetensors')).toEqual(sentence('tiny.safetensors', 'it is a network .*'));
    expect(await refused('none.giverny')).toEqual([['FILE_NOT_FOUND', expect.stringContaining('none.giverny')]]);
    expect(readdirSync(folder)).toContain('altered.giverny');
  });

  test('says which picture has changed or is missing', async () => {
    const { folder } = await stopped();
    await drawn(80, 64, 5).jpeg().toFile(join(folder, 'photo.jpg'));
    const changed = await giverny(folder, ['resume', 'photo-style.giverny']);
    expect(changed).toMatchObject({
      code: 2,
      stderr:
        'Expected the state of this painting in "photo-style.giverny" but it is of another: its photo "photo.jpg" has changed since.\n',
    });
    renameSync(join(folder, 'style.png'), join(folder, 'moved.png'));
    const missing = await giverny(folder, ['resume', 'photo-style.giverny']);
    expect(missing.stderr).toBe(
      'Expected "style.png" at "style.png", as "photo-style.giverny" names it, but there is no such file.\n',
    );
    expect(readdirSync(folder)).toContain('photo-style.giverny');
  });
});

describe('a state that is in the way', () => {
  test('of other options: with -o, the painting begins anew under another state, and both may go on', async () => {
    const { folder, done } = await stopped(['-o', 'out.png']);
    const other = [...PAINT, '--strength', '0.8', '-o', 'out.png', '--json'];
    const { child, steps, result } = start(folder, other);
    await steps(2);
    child.kill('SIGINT');
    const printed = events((await result).stdout);
    expect(printed.find(({ type }) => type === 'notice').message).toBe(
      '"out.giverny" is the state of another painting (its strength is 0.66 in place of 0.8): it stays, and this one begins anew.',
    );
    expect(printed.at(-1).state).toBe('out-2.giverny');
    const second = events((await giverny(folder, other)).stdout);
    expect(second.find(({ type }) => type === 'start').resumed.state).toBe('out-2.giverny');
    const first = events((await giverny(folder, [...PAINT, '-o', 'out.png', '--json'])).stdout);
    expect(first[0].resumed).toEqual({ state: 'out.giverny', step: done });
    expect(readdirSync(folder).sort()).toEqual([...INPUTS, 'out.png'].sort());
  });

  test('of another photo of the same name: the next name is taken', async () => {
    const { folder } = await stopped();
    await drawn(80, 64, 5).jpeg().toFile(join(folder, 'photo.jpg'));
    const { code, stdout, stderr } = await giverny(folder, PAINT);
    expect(code).toBe(0);
    expect(stderr).toContain('(its photo "photo.jpg" has changed since): it stays, and this one begins anew.');
    expect(stdout).toMatch(/^Painted photo-style-2\.png in /m);
    expect(readdirSync(folder)).toContain('photo-style.giverny');
  });

  test('of another network of the same name', async () => {
    const { folder } = await stopped();
    const network = readFileSync(join(folder, 'tiny.safetensors'));
    network[network.length - 1] = (network.at(-1) as number) ^ 1;
    writeFileSync(join(folder, 'tiny.safetensors'), network);
    const { stderr } = await giverny(folder, PAINT);
    expect(stderr).toContain('(its network "tiny" is another): it stays');
  });

  test('and damaged: it is said, and nothing of it is touched', async () => {
    const { folder } = await stopped(['-o', 'out.png']);
    const half = readFileSync(join(folder, 'out.giverny')).subarray(0, 3000);
    writeFileSync(join(folder, 'out.giverny'), half);
    const { code, stderr } = await giverny(folder, [...PAINT, '-o', 'out.png']);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^Expected the state of a painting in "out\.giverny" but it is .*\. It stays, and this painting begins anew\.\n$/,
    );
    expect(readFileSync(join(folder, 'out.giverny')).equals(half)).toBe(true);
  });
});

const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;

test.skipIf(!canMount)(
  'a disk too full for the state is told of once, and the painting is finished (where one can be mounted)',
  async () => {
    const folder = await bench();
    mkdirSync(join(folder, 'disk'));
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      [
        ...['-rm', 'sh', '-c', 'mount -t tmpfs -o size=96k none disk && "$@"; code=$?; ls -A disk; exit $code', 'sh'],
        ...[process.execPath, MAIN, 'photo.jpg', 'style.png', ...QUICK, '-o', 'disk/out.png'],
      ],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, GIVERNY_STATE_SECONDS: '0' } },
    );
    expect(stderr).toBe(
      'Expected room to write "disk/out.giverny" but the disk is full. Until its state can be saved, a painting that is stopped begins anew.\n',
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('out.png');
    expect(status).toBe(0);
  },
);

test('GIVERNY_STATE_SECONDS that are none are refused', async () => {
  const folder = await bench();
  const env = { ...process.env, GIVERNY_STATE_SECONDS: 'often' };
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...PAINT], { cwd: folder, encoding: 'utf8', env });
  expect(stderr).toBe('Expected seconds of at least 0 for GIVERNY_STATE_SECONDS but received "often".\n');
  expect(status).toBe(2);
});
