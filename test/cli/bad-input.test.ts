/** Each kind of bad input: one clear sentence, the right exit code, nothing written. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bench, drawn, events, giverny, MAIN, QUICK, stripes, tinyTensors, writeNetwork } from './bench.js';

interface Case {
  readonly what: string;
  readonly make?: (folder: string) => unknown;
  readonly args: readonly string[];
  readonly code: 1 | 2;
  readonly says: RegExp;
}

const BLUE = [0, 0, 255] as const;
const RED = [255, 0, 0] as const;

/** mask.png, left half red, right half blue. */
const halves = (folder: string) => stripes(40, 32, [RED, BLUE]).toFile(join(folder, 'mask.png'));
const masked = (...args: string[]) => ['photo.jpg', ...QUICK, '--mask', 'mask.png', ...args];

const painting = (...args: string[]) => ['photo.jpg', 'style.png', ...QUICK, ...args];

const CASES: readonly Case[] = [
  ...['lots', '0', '-1GB', '4 apples'].map((memory) => ({
    what: `${memory} of memory`,
    args: painting('--max-memory', memory),
    code: 2 as const,
    says: /an amount of memory such as 4GB, 4GiB or 3500MB for --max-memory but received/,
  })),
  {
    what: 'too little memory for any size',
    args: painting('--max-memory', '1MB'),
    code: 1,
    says: /a painting that takes at most 1 MB but \d+x\d+ takes .*: tiny alone takes more than that/,
  },
  { what: 'only a photo', args: ['photo.jpg'], code: 2, says: /a photo and a painting .* only "photo\.jpg"/ },
  { what: 'no pictures', args: ['paint', '--steps', '2'], code: 2, says: /a photo and a painting .* neither/ },
  { what: 'too many pictures', args: painting('third.jpg'), code: 2, says: /Expected 2 arguments but got 3/ },
  { what: 'an unknown flag', args: painting('--stepps', '3'), code: 2, says: /'--stepps' \(Did you mean --steps\?\)/ },
  {
    what: 'a missing file',
    args: ['none.jpg', 'style.png', ...QUICK],
    code: 2,
    says: /"none\.jpg" but there is no such/,
  },
  { what: 'a folder as photo', args: ['.', 'style.png', ...QUICK], code: 2, says: /at "\." but it is a folder/ },
  {
    what: 'a file that is no image',
    make: (folder) => writeFileSync(join(folder, 'text.jpg'), 'not a picture\n'.repeat(9)),
    args: ['text.jpg', 'style.png', ...QUICK],
    code: 2,
    says: /"text\.jpg" is none of these/,
  },
  {
    what: 'an empty file as style',
    make: (folder) => writeFileSync(join(folder, 'empty.png'), ''),
    args: ['photo.jpg', 'empty.png', ...QUICK],
    code: 2,
    says: /"empty\.png" is empty \(0 bytes\)/,
  },
  {
    what: 'a truncated JPEG',
    make: (folder) => writeFileSync(join(folder, 'cut.jpg'), readFileSync(join(folder, 'photo.jpg')).subarray(0, 900)),
    args: ['cut.jpg', 'style.png', ...QUICK],
    code: 2,
    says: /"cut\.jpg" is cut short or damaged/,
  },
  {
    what: 'a picture of one pixel',
    make: (folder) => drawn(1, 1, 1).png().toFile(join(folder, 'dot.png')),
    args: ['dot.png', 'style.png', ...QUICK],
    code: 2,
    says: /at least 32 pixels but "dot\.png" is 1x1/,
  },
  {
    what: 'a picture of 30000x1',
    make: (folder) => drawn(30000, 1, 9).png().toFile(join(folder, 'line.png')),
    args: ['line.png', 'style.png', ...QUICK],
    code: 2,
    says: /at least 32 pixels but "line\.png" is 30000x1/,
  },
  { what: 'an unknown layer', args: painting('--content-layers', 'conv9_1'), code: 2, says: /conv9_1/ },
  {
    what: 'something that is no layer',
    args: painting('--style-layers', 'sky=1'),
    code: 2,
    says: /for --style-layers but received "sky=1"/,
  },
  { what: 'negative steps', args: painting('--steps', '-5'), code: 2, says: /for --steps but received "-5"/ },
  { what: 'half a step', args: painting('--save-every', '0.5'), code: 2, says: /for --save-every but received "0\.5"/ },
  { what: 'a size that is none', args: painting('--size', 'big'), code: 2, says: /for --size but received "big"/ },
  {
    what: 'an unknown preset',
    args: painting('--preset', 'oil'),
    code: 2,
    says: /one of .*notebook.* but received "oil"/,
  },
  { what: 'a folder for pictures never saved', args: painting('--save-dir', 'x'), code: 2, says: /--save-every/ },
  { what: 'a start file that is missing', args: painting('--init', 'none.png'), code: 2, says: /"none\.png"/ },
  {
    what: 'a network that is nowhere',
    args: painting('--network', 'none.safetensors'),
    code: 2,
    says: /none\.safetensors/,
  },
  {
    what: 'a network without one of its tensors',
    make: (folder) => {
      const { 'conv3_2.bias': _, ...rest } = tinyTensors();
      writeNetwork(join(folder, 'broken.safetensors'), rest);
    },
    args: painting('--network', 'broken.safetensors'),
    code: 2,
    says: /conv3_2\.bias/,
  },
  {
    what: 'a network with a misshaped tensor',
    make: (folder) => {
      const tensors = tinyTensors();
      tensors['conv2_1.bias'] = { shape: [3], data: new Float32Array(3) };
      writeNetwork(join(folder, 'broken.safetensors'), tensors);
    },
    args: painting('--network', 'broken.safetensors'),
    code: 2,
    says: /conv2_1\.bias.*\[3\]/,
  },
  { what: 'an output of unknown format', args: painting('-o', 'out.bmp'), code: 2, says: /\.png.*"out\.bmp"/ },
  { what: 'an output that is the photo', args: painting('-o', './photo.jpg'), code: 2, says: /"\.\/photo\.jpg"/ },
  {
    what: 'an output that is the style by another name',
    make: (folder) => symlinkSync('style.png', join(folder, 'link.png')),
    args: painting('-o', 'link.png'),
    code: 2,
    says: /overwrites none of the pictures read but received "link\.png"/,
  },
  {
    what: 'pictures on the way that would overwrite the photo',
    make: (folder) => drawn(64, 64, 5).png().toFile(join(folder, '0.png')),
    args: ['0.png', 'style.png', ...QUICK, '--save-every', '1', '--save-dir', '.'],
    code: 2,
    says: /"0\.png" was not painted by Giverny/,
  },
  {
    what: 'an output under a file',
    args: painting('-o', 'photo.jpg/out.png'),
    code: 1,
    says: /"photo\.jpg\/out\.png" but a part of its path is a file/,
  },
  {
    what: 'an output that is a folder',
    make: (folder) => mkdirSync(join(folder, 'out.png')),
    args: painting('-o', 'out.png'),
    code: 1,
    says: /"out\.png" but it is a folder/,
  },
  {
    what: 'a style without a photo',
    args: ['--style', 'style.png', ...QUICK],
    code: 2,
    says: /a photo and a painting .* no photo/,
  },
  {
    what: 'a missing file as one of two styles',
    args: painting('--style', 'none.jpg=2'),
    code: 2,
    says: /"none\.jpg" but there is no such/,
  },
  {
    what: 'weights that are all 0',
    args: ['photo.jpg', ...QUICK, '--style', 'style.png=0'],
    code: 2,
    says: /^Expected a style of some weight for styles but received \[0\]\.$/m,
  },
  {
    what: 'a negative weight',
    args: painting('--style', 'style.png=-1'),
    code: 2,
    says: /^Expected a weight of at least 0 for styles\[1\]\.weight but received -1\.$/m,
  },
  {
    what: 'a region without a mask',
    args: ['photo.jpg', ...QUICK, '--style', 'style.png@red'],
    code: 2,
    says: /Expected a mask for the region "red" but received none/,
  },
  {
    what: 'softened borders without a mask',
    args: painting('--feather', '3'),
    code: 2,
    says: /--mask along with --feather but received none/,
  },
  {
    what: 'strengths of regions without a mask',
    args: painting('--region-strength', 'red=0.5'),
    code: 2,
    says: /--mask along with --region-strength but received none/,
  },
  {
    what: 'strengths of regions that are none',
    args: painting('--region-strength', 'red'),
    code: 2,
    says: /for --region-strength but received "red"/,
  },
  { what: 'borders of no width', args: painting('--feather', 'soft'), code: 2, says: /--feather but received "soft"/ },
  {
    what: 'a mask of which no colour is named',
    make: halves,
    args: masked('--style', 'style.png'),
    code: 2,
    says: /a style or a strength for a colour of the mask but received none/,
  },
  {
    what: 'a region that is no colour',
    make: halves,
    args: masked('--style', 'style.png@sky'),
    code: 2,
    says: /a name such as white, black or red for a colour but received "sky"/,
  },
  {
    what: 'a colour that is nowhere in the mask',
    make: halves,
    args: masked('--style', 'style.png', '--region-strength', 'red=1,blue=0.2,white=0'),
    code: 2,
    says: /every colour named to occur in the mask but "white" is nowhere/,
  },
  {
    what: 'a colour of the mask that nobody names',
    make: halves,
    args: masked('--style', 'style.png@red'),
    code: 2,
    says: /painted in red alone but 50 % of it is #0000ff/,
  },
  {
    what: 'a mask of another shape',
    make: (folder) => stripes(40, 60, [RED, BLUE]).toFile(join(folder, 'mask.png')),
    args: masked('--style', 'style.png@red', '--region-strength', 'blue=0.2'),
    code: 2,
    says: /a mask of its picture's shape, 80x64 .* but it is 40x60/,
  },
  {
    what: 'a strength beyond its range',
    make: halves,
    args: masked('--style', 'style.png@red', '--region-strength', 'blue=1.5'),
    code: 2,
    says: /a number from 0 to 1 for the strength of region blue but received 1\.5/,
  },
  {
    what: 'strengths of regions along with alpha',
    make: halves,
    args: masked('--style', 'style.png@red', '--region-strength', 'blue=1', '--alpha', '5'),
    code: 2,
    says: /strengths of regions without alpha and beta/,
  },
  {
    what: 'alpha and beta of 0',
    args: painting('--alpha', '0', '--beta', '0'),
    code: 2,
    says: /alpha or beta above 0/,
  },
  {
    what: 'several paintings with commas',
    args: ['photo.jpg', 'style.png,other.jpg', ...QUICK],
    code: 2,
    says: /one painting but received "style\.png,other\.jpg"; several are --style style\.png --style other\.jpg\.$/m,
  },
  {
    what: 'an address as photo',
    args: ['https://example.org/photo.jpg', 'style.png', ...QUICK],
    code: 2,
    says: /a file but received the address "https:\/\/example\.org\/photo\.jpg": download it first/,
  },
  {
    what: 'an address as output',
    args: painting('-o', 's3://bucket/out.png'),
    code: 2,
    says: /a file but received the address "s3:\/\/bucket\/out\.png"/,
  },
  {
    what: 'an address of a file elsewhere',
    args: painting('--mask', 'file://elsewhere/mask.png'),
    code: 2,
    says: /the address of a local file but received "file:\/\/elsewhere\/mask\.png"/,
  },
  { what: 'no thread', args: painting('--threads', '0'), code: 2, says: /at least 1 for --threads but received "0"/ },
  {
    what: 'a device that is none',
    args: painting('--device', 'gpu'),
    code: 2,
    says: /one of auto, cpu, .* for --device but received "gpu"/,
  },
  {
    what: 'a device of another system',
    args: painting('--device', process.platform === 'win32' ? 'coreml' : 'directml'),
    code: 2,
    says: /^Expected the device \w+ but onnxruntime-node .* has no/,
  },
  {
    what: 'an output that exists, with --no-clobber',
    make: (folder) => writeFileSync(join(folder, 'out.png'), ''),
    args: painting('-o', 'out.png', '--no-clobber'),
    code: 2,
    says: /--no-clobber with a free name but "out\.png" exists already/,
  },
  {
    what: 'frames that exist, with --no-clobber',
    make: (folder) => {
      mkdirSync(join(folder, 'frames'));
      writeFileSync(join(folder, 'frames', '7.png'), '');
    },
    args: painting('--save-every', '2', '--save-dir', 'frames', '--no-clobber'),
    code: 2,
    says: /--no-clobber with a free name but "frames.7\.png" exists already/,
  },
  {
    what: 'frames that would overwrite pictures of another program',
    make: (folder) => {
      mkdirSync(join(folder, 'frames'));
      return drawn(64, 64, 5)
        .png()
        .toFile(join(folder, 'frames', '4.png'));
    },
    args: painting('--save-every', '2', '--save-dir', 'frames'),
    code: 2,
    says: /they overwrite no other picture but "frames.4\.png" was not painted by Giverny/,
  },
  { what: 'a format of a named file', args: painting('--format', 'png'), code: 2, says: /-o - along with --format/ },
  {
    what: 'a format that is none',
    args: painting('-o', '-', '--format', 'bmp'),
    code: 2,
    says: /one of png, .* for --format but received "bmp"/,
  },
  {
    what: 'two pictures from standard input',
    args: ['-', '/dev/stdin', ...QUICK],
    code: 2,
    says: /one picture from standard input but received 2/,
  },
  { what: 'nothing from standard input', args: ['-', 'style.png', ...QUICK], code: 2, says: /"stdin" is empty/ },
  {
    what: 'frames beside standard output',
    args: painting('-o', '-', '--save-every', '2'),
    code: 2,
    says: /--save-dir along with --save-every and -o - but received none/,
  },
  {
    what: 'a mistyped subcommand',
    args: ['netwrok', 'list'],
    code: 2,
    says: /"netwrok" is neither \(did you mean network/,
  },
  { what: 'a mistyped word of network', args: ['network', 'lst'], code: 2, says: /"lst" \(did you mean list/ },
  {
    what: 'a photo without its ending',
    args: ['photo', 'style'],
    code: 2,
    says: /a photo or a command but "photo" is neither/,
  },
  { what: 'recipe without a picture', args: ['recipe'], code: 2, says: /Missing required argument 'picture'/ },
  { what: 'a flag of recipe', args: ['recipe', 'photo.jpg', '--jsn'], code: 2, says: /--jsn' \(Did you mean --json/ },
  {
    what: 'a network to import that is no network',
    args: ['network', 'import', 'photo.jpg'],
    code: 2,
    says: /photo\.jpg/,
  },
  { what: 'a network that nobody knows', args: ['network', 'pull', 'vgg'], code: 2, says: /received "vgg"/ },
  {
    what: 'a port of the studio that is none',
    args: ['studio', '--port', 'x'],
    code: 2,
    says: /--port but received "x"/,
  },
  { what: 'strength along with alpha', args: painting('--strength', '0.5', '--alpha', '5'), code: 2, says: /both/ },
  {
    what: 'a coarse network that is nowhere',
    args: painting('--first-size', '40', '--coarse-network', 'none.safetensors'),
    code: 2,
    says: /none\.safetensors/,
  },
  {
    what: 'an output that is the mask',
    make: halves,
    args: masked('--style', 'style.png@red', '--region-strength', 'blue=0', '-o', 'mask.png'),
    code: 2,
    says: /overwrites none of the pictures read but received "mask\.png"/,
  },
  {
    what: 'a recipe of a picture that has none',
    args: ['recipe', 'photo.jpg'],
    code: 2,
    says: /"photo\.jpg" carries no recipe/,
  },
];

test.each(CASES)('$what', async ({ make, args, code: expectedCode, says }) => {
  const folder = await bench();
  await make?.(folder);
  const before = readdirSync(folder);
  const { code, stderr } = await giverny(folder, args);
  expect(stderr).toMatch(says);
  expect(stderr).not.toContain('inside Giverny');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(code).toBe(expectedCode);
  expect(readdirSync(folder)).toEqual(before);
});

test.each([
  ['--iterations', '--steps <n>'],
  ['--num_iterations', '--steps <n>'],
  ['-num-iterations', '--steps <n>'],
  ['--style-weight=1e5', '--strength <0..1>, or --beta <number>,'],
  ['--content-weight', '--strength <0..1>, or --alpha <number>,'],
  ['--tv-weight', '--tv <number>'],
  ['--image-size', '--size <px>'],
  ['--content', 'the photo as the first argument'],
  ['--output-image', '--output <file>'],
  ['--lr', '--learning-rate <number>'],
  ['--original-colors', '--colors photo'],
  ['--preserve-colors', '--colors photo'],
  ['--gpu', '--device <name>'],
])('%s of other programs is answered with ours', async (theirs, ours) => {
  const { code, stderr } = await giverny(await bench(), painting(theirs, '5'));
  expect(stderr).toBe(`Expected ${ours} but received ${theirs.split('=')[0]}.\n`);
  expect(code).toBe(2);
});

test.each([
  { of: 'a flag', args: painting('--stepps', '3'), code: 'USAGE', exit: 2, says: /--stepps/ },
  { of: 'an option', args: painting('--steps', '-5'), code: 'OPTION_INVALID', exit: 2, says: /"-5"/ },
  { of: 'a file', args: ['none.jpg', 'style.png'], code: 'FILE_NOT_FOUND', exit: 2, says: /"none\.jpg"/ },
  { of: 'an output', args: painting('-o', 'photo.jpg/x.png'), code: 'WRITE_FAILED', exit: 1, says: /x\.png/ },
])('with --json the error of $of is one object', async ({ args, code, exit, says }) => {
  const result = await giverny(await bench(), [...args, '--json']);
  expect(events(result.stdout)).toEqual([
    { type: 'error', giverny: expect.anything(), code, message: expect.stringMatching(says), exitCode: exit },
  ]);
  expect(result.stderr).toBe('');
  expect(result.code).toBe(exit);
});

test('network without a subcommand prints its help and fails', async () => {
  const { code, stdout, stderr } = await giverny(await bench(), ['network']);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Usage: giverny network.*\nExpected one of the commands above\.\n$/s);
  expect(code).toBe(2);
});

test.skipIf(process.getuid?.() === 0)('a folder without permission (as root everything is permitted)', async () => {
  const folder = await bench();
  mkdirSync(join(folder, 'closed'));
  chmodSync(join(folder, 'closed'), 0o500);
  const { code, stderr } = await giverny(folder, painting('-o', 'closed/out.png'));
  expect(stderr).toMatch(/"closed\/out\.png" but permission is denied/);
  expect(code).toBe(1);
});

/** A disk of 16 KB, in a namespace of its own. */
const SMALL_DISK = 'mount -t tmpfs -o size=16k none disk';
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;

test.skipIf(!canMount)('a full disk (where a small one can be mounted)', async () => {
  const folder = await bench();
  mkdirSync(join(folder, 'disk'));
  const command = `${SMALL_DISK} && "$@"; code=$?; ls -A disk; exit $code`;
  const args = ['photo.jpg', 'style.png', ...QUICK, '--size', '256', '--steps', '1', '-o', 'disk/out.png', '--quiet'];
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-rm', 'sh', '-c', command, 'sh', process.execPath, MAIN, ...args],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(stderr).toBe('Expected room to write "disk/out.png" but the disk is full.\n');
  expect(stdout).toBe('');
  expect(status).toBe(1);
});
