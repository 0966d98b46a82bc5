/** `giverny batch`: what it paints, skips and refuses, and how it ends. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bench, drawn, events, giverny, hasProc, painterOf, start } from './bench.js';

const SMALL = [
  '--network',
  'tiny.safetensors',
  '--size',
  '48',
  '--steps',
  '2',
  '--first-size',
  '0',
  '--tolerance',
  '0',
];

/** The bench with photos/ (a.jpg, b.jpg, sub/c.png, a bad one, a text and a hidden file) and styles/ (two). */
async function batchBench(): Promise<string> {
  const folder = await bench();
  mkdirSync(join(folder, 'photos', 'sub'), { recursive: true });
  mkdirSync(join(folder, 'styles'));
  for (const [name, seed] of [
    ['photos/a.jpg', 1],
    ['photos/b.jpg', 2],
    ['photos/sub/c.png', 3],
    ['styles/s.png', 4],
    ['styles/t.png', 5],
  ] as const) {
    await drawn(64, 48, seed).toFile(join(folder, name));
  }
  writeFileSync(join(folder, 'photos/bad.jpg'), 'no picture');
  writeFileSync(join(folder, 'photos/notes.txt'), 'no picture');
  writeFileSync(join(folder, 'photos/.hidden.jpg'), 'no picture');
  return folder;
}

const files = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

test('all pairs are painted, bad files fail alone, and what is done is skipped', async () => {
  const folder = await batchBench();
  const args = ['batch', 'photos', '--style-dir', 'styles', '-o', 'out', ...SMALL, '--jobs', '2'];
  const first = await giverny(folder, args);
  expect(first.code).toBe(1);
  expect(first.stdout).toMatch(/^painted +6 in /m);
  expect(first.stdout).toMatch(/^failed +2$/m);
  expect(first.stdout).toMatch(
    /^ {2}photos\/bad\.jpg in the style of styles\/t\.png: Expected .* is none of these\.$/m,
  );
  expect(first.stdout).toMatch(/^2 files in the folders passed over/m);
  const painted = ['a-s.png', 'a-t.png', 'b-s.png', 'b-t.png', 'c-s.png', 'c-t.png'];
  expect(files(join(folder, 'out'))).toEqual(painted);

  const changed = painted.map((name) => statSync(join(folder, 'out', name)).mtimeMs);
  const again = await giverny(folder, [...args, '--json']);
  expect(again.code).toBe(1);
  const printed = events(again.stdout);
  expect(printed.filter(({ type }) => type === 'skipped').map(({ index }) => index)).toEqual([0, 1, 2, 3, 6, 7]);
  expect(printed.at(-1)).toMatchObject({ type: 'done', exitCode: 1, painted: 0, skipped: 6, failed: 2, left: 0 });
  expect(painted.map((name) => statSync(join(folder, 'out', name)).mtimeMs)).toEqual(changed);

  // Other options, and a picture that is not Giverny's: nothing is overwritten that nobody named.
  await drawn(48, 48, 1).toFile(join(folder, 'out', 'a-s.png'));
  const other = await giverny(folder, [...args, '--json', '--strength', '0.9']);
  const failed = events(other.stdout).filter(({ type }) => type === 'failed');
  expect(failed.map(({ code }) => code).filter((code) => code === 'FILE_EXISTS')).toHaveLength(6);
  expect(events((await giverny(folder, [...args, '--json', '--overwrite'])).stdout).at(-1)).toMatchObject({
    painted: 6,
  });
});

test('a batch of good pictures exits with 0, its pictures are those of giverny paint, and events have indices', async () => {
  const folder = await batchBench();
  const { code, stdout } = await giverny(folder, [
    ...['batch', 'photos/a.jpg', 'photos/b.jpg', '--style', 'style.png', '-o', 'out', ...SMALL],
    ...['--name', '{n}_{folder}_{style}_{photo}_{steps}.webp', '--json'],
  ]);
  expect(code).toBe(0);
  expect(files(join(folder, 'out'))).toEqual(['1_photos_style_a_2.webp', '2_photos_style_b_2.webp']);
  const printed = events(stdout);
  expect(printed[0]).toMatchObject({ type: 'batch', paintings: 2, jobs: 1, giverny: { schema: 1 } });
  expect(printed.filter(({ index }) => index === 1).map(({ type }) => type)).toEqual(
    expect.arrayContaining(['start', 'step', 'saved', 'painted']),
  );
  await giverny(folder, ['photos/b.jpg', 'style.png', ...SMALL, '-o', 'single.webp']);
  expect(readFileSync(join(folder, 'single.webp'))).toEqual(readFileSync(join(folder, 'out/2_photos_style_b_2.webp')));
});

test('a list in CSV with a byte order mark, CRLF and quotes; a list in JSON lines', async () => {
  const folder = await batchBench();
  mkdirSync(join(folder, 'lists'));
  writeFileSync(
    join(folder, 'lists/rows.csv'),
    '\uFEFFphoto,style,output,styleScale,strength\r\n"../photos/a.jpg",../styles/s.png;../styles/t.png=0.5,"one, ""two"".png",2,\r\n\r\n../photos/missing.jpg,../style.png,,,0.3\r\n',
  );
  const csv = await giverny(folder, ['batch', '--list', 'lists/rows.csv', '-o', 'out', ...SMALL, '--json']);
  expect(csv.code).toBe(1);
  expect(events(csv.stdout).at(-1)).toMatchObject({ painted: 1, failed: 1 });
  expect(files(join(folder, 'out'))).toEqual(['one, "two".png']);
  const recipe = JSON.parse((await giverny(folder, ['recipe', 'out/one, "two".png', '--json'])).stdout);
  expect(recipe.styles.map(({ name, weight }: { name: string; weight: number }) => [name, weight])).toEqual([
    ['s.png', 1],
    ['t.png', 0.5],
  ]);
  expect(recipe.options.styleScale).toBe(2);

  writeFileSync(
    join(folder, 'rows.jsonl'),
    '{"photo": "photos/b.jpg", "style": ["style.png"], "size": 44}\n\n{"photo": "photos/a.jpg"}\n',
  );
  const lines = await giverny(folder, [
    'batch',
    '--list',
    'rows.jsonl',
    '--style',
    'styles/t.png',
    '-o',
    'out2',
    ...SMALL,
  ]);
  expect(lines.stdout).toMatch(/^painted +2 /m);
  expect(files(join(folder, 'out2'))).toEqual(['a-t.png', 'b-style.png']);
});

test('a row says how its painting is written, and wins over the flags', async () => {
  const folder = await batchBench();
  writeFileSync(
    join(folder, 'rows.csv'),
    'photo,style,output,bits,profile,keep-location\nphotos/a.jpg,style.png,a.png,16,p3,true\nphotos/b.jpg,style.png,b.jpg,8,,false\n',
  );
  const { code } = await giverny(folder, ['batch', '--list', 'rows.csv', '-o', 'out', '--bits', '16', ...SMALL]);
  expect(code).toBe(0);
  const [a, b] = [await sharp(join(folder, 'out/a.png')).metadata(), await sharp(join(folder, 'out/b.jpg')).metadata()];
  expect(a.depth).toBe('ushort');
  const recipe = JSON.parse((await giverny(folder, ['recipe', 'out/a.png', '--json'])).stdout);
  expect(recipe.print).toEqual({ bits: 16, profile: 'p3' });
  expect(b.depth).toBe('uchar');

  writeFileSync(join(folder, 'rows.csv'), 'photo,style,bits\nphotos/a.jpg,style.png,12\n');
  const bad = await giverny(folder, ['batch', '--list', 'rows.csv', '-o', 'out2', ...SMALL]);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toMatch(/8 or 16.*bits.*line 2/);
});

interface Case {
  readonly what: string;
  readonly make?: (folder: string) => unknown;
  readonly args: readonly string[];
  readonly says: RegExp;
}

const listed = (text: string) => ({
  make: (folder: string) => writeFileSync(join(folder, 'rows.csv'), text),
  args: ['--list', 'rows.csv', '-o', 'out'],
});

const CASES: readonly Case[] = [
  { what: 'no photos', args: ['--style', 'style.png', '-o', 'out'], says: /photos, folders of them or --list .* none/ },
  { what: 'no style', args: ['photos', '-o', 'out'], says: /--style or --style-dir but received neither/ },
  { what: 'no folder', args: ['photos', '--style', 'style.png'], says: /-o <folder>, but received none/ },
  {
    what: 'a file as folder',
    args: ['photos', '--style', 'style.png', '-o', 'photo.jpg'],
    says: /"photo\.jpg" is a file/,
  },
  {
    what: 'a photo that is missing',
    args: ['none.jpg', '--style', 'style.png', '-o', 'out'],
    says: /"none\.jpg" but there is none/,
  },
  {
    what: 'a style that is missing',
    args: ['photos', '--style', 'none.png', '-o', 'out'],
    says: /"none\.png" but there is no such/,
  },
  {
    what: 'a folder without pictures',
    make: (folder) => {
      mkdirSync(join(folder, 'texts'));
      writeFileSync(join(folder, 'texts/a.txt'), '');
    },
    args: ['texts', '--style', 'style.png', '-o', 'out'],
    says: /pictures in "texts" but found none, and 1 other files/,
  },
  {
    what: 'a folder of styles without any',
    make: (folder) => mkdirSync(join(folder, 'empty')),
    args: ['photos', '--style-dir', 'empty', '-o', 'out'],
    says: /pictures in "empty" but found none\.$/m,
  },
  {
    what: 'one name for two photos',
    make: async (folder) => drawn(64, 48, 7).toFile(join(folder, 'photos/sub/a.jpg')),
    args: ['photos', '--style', 'style.png', '-o', 'out'],
    says: /"photos\/a\.jpg" and "photos\/sub\/a\.jpg" would both become "out\/a-style\.png"; --name '\{folder\}/,
  },
  {
    what: 'paintings among the photos',
    args: ['photos', '--style', 'style.png', '-o', 'photos'],
    says: /apart from the photos, .* "photos\/a-style\.png" lies among them/,
  },
  {
    what: 'a painting in place of a photo',
    args: ['photo.jpg', '--style', 'style.png', '-o', '.', '--name', '{photo}.jpg'],
    says: /overwrite none of the pictures read but received "photo\.jpg"/,
  },
  {
    what: 'an unknown placeholder',
    args: ['photos', '--style', 'style.png', '-o', 'out', '--name', '{phto}.png'],
    says: /\{photo\}, \{style\}.* but received "\{phto\}"/,
  },
  {
    what: 'a name of no format',
    args: ['photos', '--style', 'style.png', '-o', 'out', '--name', '{photo}'],
    says: /name ending in \.png/,
  },
  {
    what: 'no processes',
    args: ['photos', '--style', 'style.png', '-o', 'out', '--jobs', '0'],
    says: /at least 1 for --jobs/,
  },
  {
    what: 'a network that is nowhere',
    args: ['photos', '--style', 'style.png', '-o', 'out', '--network', 'none.safetensors'],
    says: /none\.safetensors/,
  },
  {
    what: 'photos and a list',
    ...listed('photo\n'),
    args: ['photos', '--list', 'rows.csv', '-o', 'out'],
    says: /photos or --list but received both/,
  },
  {
    what: 'a list that is missing',
    args: ['--list', 'none.csv', '-o', 'out'],
    says: /list at "none\.csv" but there is no such file/,
  },
  { what: 'an empty list', ...listed(''), says: /rows in the list "rows\.csv" but received none/ },
  { what: 'a list with nothing but columns', ...listed('photo,style\n'), says: /but received none/ },
  {
    what: 'an unknown column',
    ...listed('photo,styl\na.jpg,b.jpg\n'),
    says: /columns among photo, style, .* but received "styl" \(line 2 of "rows\.csv"\)\.$/m,
  },
  {
    what: 'a row without a photo',
    ...listed('photo,style\nphoto.jpg,style.png\n,style.png\n'),
    says: /a photo but received none \(line 3 /,
  },
  {
    what: 'a row without a style',
    ...listed('photo,style\nphoto.jpg,\n'),
    says: /a style, there or by --style, but received none \(line 2 /,
  },
  {
    what: 'an empty style',
    ...listed('photo,style\nphoto.jpg,style.png;\n'),
    says: /styles such as a\.jpg;b\.jpg for style .*\(line 2 /,
  },
  {
    what: 'a value out of range',
    ...listed('photo,style,size\nphoto.jpg,style.png,big\n'),
    says: /for size but received "big" \(line 2 /,
  },
  {
    what: 'too few cells',
    ...listed('photo,style,size\nphoto.jpg\n'),
    says: /as many cells as there are columns, .* line 2 of "rows\.csv"/,
  },
  {
    what: 'a quote that is not closed',
    ...listed('photo,style\n"photo.jpg,style.png\n'),
    says: /quotes that are closed, .* of "rows\.csv"/,
  },
  {
    what: 'a list in UTF-16',
    make: (folder) => writeFileSync(join(folder, 'rows.csv'), '\uFEFFphoto\n', 'utf16le'),
    args: ['--list', 'rows.csv', '-o', 'out'],
    says: /UTF-8 but "rows\.csv" is not/,
  },
  {
    what: 'JSON that is none',
    make: (folder) => writeFileSync(join(folder, 'rows.csv'), '{"photo": "photo.jpg"}\n{"photo": \x1b[31m}\n'),
    args: ['--list', 'rows.csv', '--style', 'style.png', '-o', 'out'],
    says: /one JSON object but received "\{"photo": \\x1b\[31m\}" \(line 2 of "rows\.csv"\)/,
  },
];

test.each(CASES)('$what: one sentence, nothing painted', async ({ make, args, says }) => {
  const folder = await batchBench();
  await make?.(folder);
  const before = files(folder);
  const { code, stdout, stderr } = await giverny(folder, [
    'batch',
    ...args,
    ...(args.includes('--network') ? [] : SMALL),
  ]);
  expect(stderr).toMatch(says);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout.replace(/^\d+ paintings?\.\n/, '')).toBe('');
  expect(code).toBe(2);
  expect(files(folder)).toEqual(before);
});

test('an output folder inside the photos is not searched, and neither are loops', async () => {
  const folder = await batchBench();
  symlinkSync('..', join(folder, 'photos/sub/loop'));
  symlinkSync('a.jpg', join(folder, 'photos/z.jpg'));
  const args = ['batch', 'photos', 'photos/a.jpg', '--style', 'style.png', '-o', 'photos/out', ...SMALL, '--json'];
  const ends = [];
  for (let run = 0; run < 2; run++) ends.push(events((await giverny(folder, args)).stdout).at(-1));
  expect(ends).toMatchObject([
    { painted: 3, skipped: 0, failed: 1 },
    { painted: 0, skipped: 3, failed: 1 },
  ]);
});

test.skipIf(process.getuid?.() === 0)(
  'a folder that cannot be read is told, the others are painted (not as root)',
  async () => {
    const folder = await batchBench();
    chmodSync(join(folder, 'photos/sub'), 0);
    const { code, stdout } = await giverny(folder, [
      'batch',
      'photos/a.jpg',
      'photos',
      '--style',
      'style.png',
      '-o',
      'out',
      ...SMALL,
    ]);
    chmodSync(join(folder, 'photos/sub'), 0o755);
    expect(code).toBe(1);
    expect(stdout).toMatch(/look into the folder "photos\/sub" but permission is denied/);
    expect(stdout).toMatch(/^painted +2/m);
  },
);

test('Ctrl-C ends after the step and keeps the picture so far; the same command goes on', async () => {
  const folder = await batchBench();
  const args = ['batch', 'photos/a.jpg', 'photos/b.jpg', '--style', 'style.png', '-o', 'out', '--json'];
  const long = [...SMALL, '--steps', '400'];
  const { child, steps, result } = start(folder, [...args, ...long]);
  await steps(2);
  child.kill('SIGINT');
  const { code, stdout } = await result;
  expect(code).toBe(130);
  expect(events(stdout).at(-1)).toMatchObject({ type: 'stopped', signal: 'SIGINT', painted: 0, left: 2 });
  expect(JSON.parse((await giverny(folder, ['recipe', 'out/a-style.png', '--json'])).stdout).stopped).toBe(true);
  expect(files(join(folder, 'out'))).toEqual(['a-style.giverny', 'a-style.png']);
  const again = await giverny(folder, [...args, ...long]);
  expect(again.code).toBe(0);
  const printed = events(again.stdout);
  expect(printed.at(-1)).toMatchObject({ type: 'done', painted: 2, skipped: 0 });
  // The painting goes on from its own state, to the bytes of an unbroken one.
  const starts = printed.filter(({ type }) => type === 'start');
  expect(starts[0].resumed).toMatchObject({ state: join('out', 'a-style.giverny') });
  expect(starts[1].resumed).toBeUndefined();
  expect(files(join(folder, 'out'))).toEqual(['a-style.png', 'b-style.png']);
  await giverny(folder, ['photos/a.jpg', 'style.png', ...long, '-o', 'whole.png']);
  const bytes = (name: string) => readFileSync(join(folder, name));
  expect(bytes('out/a-style.png').equals(bytes('whole.png'))).toBe(true);
});

test.skipIf(!hasProc)(
  'a painting process that dies fails its picture, and a new one paints the rest (needs /proc)',
  async () => {
    const folder = await batchBench();
    const args = ['batch', 'photos/a.jpg', 'photos/b.jpg', '--style', 'style.png', '-o', 'out', '--json', ...SMALL];
    const { child, steps, result } = start(folder, [...args, '--steps', '300']);
    await steps(2);
    process.kill(painterOf(child.pid as number), 'SIGKILL');
    const { code, stdout } = await result;
    expect(code).toBe(1);
    const printed = events(stdout);
    expect(printed.find(({ type }) => type === 'failed')).toMatchObject({ index: 0, code: 'PAINTER_DIED' });
    expect(printed.at(-1)).toMatchObject({ painted: 1, failed: 1 });
    expect(files(join(folder, 'out'))).toEqual(['b-style.png']);
  },
);

test('a list of 10,000 rows is read and checked before the first painting, within its first bad row', async () => {
  const folder = await batchBench();
  const rows = Array.from({ length: 10_000 }, (_, i) => `photo.jpg,style.png,${i}.png,${i === 9_999 ? 5 : 64}`);
  writeFileSync(join(folder, 'rows.csv'), ['photo,style,output,size', ...rows].join('\n'));
  const { code, stderr } = await giverny(folder, ['batch', '--list', 'rows.csv', '-o', 'out']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/for size but received "5" \(line 10001 of "rows\.csv"\)/);
});
