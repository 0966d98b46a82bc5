import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Tensor } from '../../src/core/graph/tensor.js';
import {
  bench,
  drawn,
  events,
  giverny,
  hasProc,
  painterOf,
  pixels,
  QUICK,
  start,
  tinyTensors,
  writeNetwork,
} from './bench.js';

const INPUTS = ['photo.jpg', 'style.png', 'tiny.safetensors'];

function added(folder: string): string[] {
  return readdirSync(folder).filter((name) => !INPUTS.includes(name));
}

test('the short form paints <photo>-<painting>.png in the current folder, aspect kept', async () => {
  const folder = await bench();
  const { code, stdout, stderr } = await giverny(folder, ['photo.jpg', 'style.png', ...QUICK]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(
    lines.filter((line) => /^step \d\/4 {2}total cost \S+ {2}content cost \S+ {2}style cost \S+/.test(line)),
  ).toHaveLength(4);
  expect(lines).toContain('Painting photo.jpg in the style of style.png: 64x51, 4 steps, tiny.');
  expect(lines.at(-2)).toMatch(/^Painted photo-style\.png in \d+ s\.$/);
  expect(lines.at(-1)).toBe('Network: tiny.');
  expect(added(folder)).toEqual(['photo-style.png']);
  const { width, height, data } = await pixels(join(folder, 'photo-style.png'));
  expect([width, height]).toEqual([64, 51]);
  const start = await sharp(join(folder, 'photo.jpg')).resize(64, 51).raw().toBuffer();
  expect(data.some((value, i) => Math.abs(value - (start[i] as number)) > 2)).toBe(true);
});

test('--json prints one event per line: start, each step, each file, then the result', async () => {
  const folder = await bench();
  const args = [
    'paint',
    'photo.jpg',
    'style.png',
    ...QUICK,
    '-o',
    'deep/out.webp',
    '--save-every',
    '2',
    '--json',
    '--tv',
    '0',
    '--flatness',
    '0',
    '--alpha',
    '10',
  ];
  const { code, stdout, stderr } = await giverny(folder, args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const lines = events(stdout);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(lines[0]).toMatchObject({
    type: 'start',
    giverny: { version, schema: 1 },
    ...{ content: 'photo.jpg', styles: ['style.png'], output: 'deep/out.webp' },
    ...{ width: 64, height: 51, steps: 4, network: { name: 'tiny' } },
  });
  expect(lines.map(({ type }) => type).join(' ')).toBe(
    'start notice notice step saved step step saved step saved done',
  );
  for (const line of lines.slice(1)) expect(line).not.toHaveProperty('giverny');
  const steps = lines.filter(({ type }) => type === 'step');
  const saved = lines.filter(({ type }) => type === 'saved').map(({ path }) => path);
  expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
  for (const { steps: count, costs, seconds } of steps) {
    expect(count).toBe(4);
    expect(seconds).toBeGreaterThan(0);
    expect(costs.total).toBeCloseTo(10 * costs.content + 40 * costs.style, -Math.log10(costs.total / 1e5));
    expect(Object.keys(costs)).toEqual(
      expect.arrayContaining(['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv5_1'].map((layer) => `style.${layer}`)),
    );
  }
  expect(steps.at(-1)?.costs.total).toBeLessThan(steps[0].costs.total);
  expect(lines.at(-1)).toEqual({
    type: 'done',
    exitCode: 0,
    seconds: expect.any(Number),
    output: 'deep/out.webp',
    width: 64,
    height: 51,
    steps: 4,
    costs: steps.at(-1)?.costs,
    network: 'tiny',
  });
  expect(saved).toEqual([join('deep', 'out-steps', '0.png'), join('deep', 'out-steps', '2.png'), 'deep/out.webp']);
  for (const path of saved) expect(existsSync(join(folder, path))).toBe(true);
});

test('--quiet prints nothing', async () => {
  const folder = await bench();
  expect(await giverny(folder, ['photo.jpg', 'style.png', ...QUICK, '-q'])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
});

test('--preset notebook writes the files of the notebook and prints the costs with them', async () => {
  const folder = await bench();
  const args = [
    'photo.jpg',
    'style.png',
    '--preset',
    'notebook',
    ...['--network', 'tiny.safetensors', '--steps', '45'],
  ];
  const { code, stdout } = await giverny(folder, args);
  expect(code).toBe(0);
  expect(readdirSync(join(folder, 'output')).sort()).toEqual(['0.png', '20.png', '40.png', 'generated_image.jpg']);
  expect(await sharp(join(folder, 'output', 'generated_image.jpg')).metadata()).toMatchObject({
    width: 400,
    height: 300,
  });
  expect(stdout.match(/^step \d+/gm)).toEqual(['step 0', 'step 20', 'step 40', 'step 44']);
  expect(stdout).toContain('cropped to 400x300');
});

test.skipIf(!hasProc)('--threads says on how many threads the engine computes (where /proc counts them)', async () => {
  const folder = await bench();
  const threads = async (count: string) => {
    const args = ['photo.jpg', 'style.png', ...QUICK, '--steps', '100000', '--tolerance', '0', '--threads', count];
    const { child, steps, result } = start(folder, [...args, '--json']);
    await steps(1);
    const status = readFileSync(`/proc/${painterOf(child.pid as number)}/status`, 'utf8');
    child.kill('SIGINT');
    await result;
    return Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]);
  };
  expect((await threads('5')) - (await threads('1'))).toBe(4);
});

test('transparency is kept', async () => {
  const folder = await bench();
  await drawn(64, 64, 5).ensureAlpha(0.5).png().toFile(join(folder, 'glass.png'));
  const { code } = await giverny(folder, ['glass.png', 'style.png', ...QUICK]);
  expect(code).toBe(0);
  const { data } = await sharp(join(folder, 'glass-style.png'))
    .extractChannel(3)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(new Set(data)).toEqual(new Set([127]));
});

test('costs that are not finite are said aloud and never make a black picture', async () => {
  const folder = await bench();
  // Features so large that a step of this size brings their fourth power beyond float32.
  const tensors = tinyTensors();
  const first = tensors['conv1_1.weight'] as Tensor;
  writeNetwork(join(folder, 'loud.safetensors'), {
    ...tensors,
    'conv1_1.weight': { ...first, data: first.data.map((weight) => weight * 3000) },
  });
  const args = [
    'photo.jpg',
    'style.png',
    ...QUICK,
    ...['--preset', 'notebook', '--learning-rate', '1e6', '--network', 'loud.safetensors'],
    ...['-o', 'photo-style.png'],
  ];
  const { code, stderr } = await giverny(folder, args);
  expect(stderr).toMatch(/^Step 0 led to a cost that is not finite: stepped back/);
  expect(code).toBe(0);
  const { channels } = await sharp(join(folder, 'photo-style.png')).stats();
  for (const { mean, stdev } of channels) {
    expect(mean).toBeGreaterThan(5);
    expect(stdev).toBeGreaterThan(1);
  }
});

test('--recipe repeats a painting, pixel by pixel, from wherever its files lie', async () => {
  const folder = await bench();
  const flags = ['--init', '0.6', '--seed', '7', '--beta', '80'];
  await giverny(folder, ['photo.jpg', 'style.png', ...QUICK, ...flags]);
  const again = await giverny(folder, ['--recipe', 'photo-style.png', '--network', 'tiny.safetensors']);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout).toContain('Painted photo-style-2.png');
  expect(await pixels(join(folder, 'photo-style-2.png'))).toEqual(await pixels(join(folder, 'photo-style.png')));

  const fewer = ['--recipe', 'photo-style.png', '--network', 'tiny.safetensors', '--steps', '2', '-o', 'fewer.png'];
  expect(await giverny(folder, fewer)).toMatchObject({ code: 0 });
  expect(JSON.parse((await giverny(folder, ['recipe', 'fewer.png', '--json'])).stdout)).toMatchObject({
    content: { name: 'photo.jpg' },
    styles: [{ name: 'style.png', weight: 1 }],
    network: { name: 'tiny' },
    options: { steps: 2, seed: 7, init: 0.6, beta: 80, size: 64 },
  });

  const { stdout } = await giverny(folder, ['recipe', 'fewer.png']);
  expect(stdout).toMatch(/^photo +photo\.jpg \([0-9a-f]{12}\)\nstyle +style\.png \([0-9a-f]{12}\)\nnetwork +tiny /);
  expect(stdout).toMatch(/^learning-rate +2$/m);
  expect(stdout).toMatch(/^content-layers +conv4_2$/m);
});

test('--recipe says aloud what has changed, and asks for a network that it cannot find', async () => {
  const folder = await bench();
  await giverny(folder, ['photo.jpg', 'style.png', ...QUICK]);
  // A file of that name in the current folder is not taken for it: whoever made the recipe chose the name.
  copyFileSync(join(folder, 'tiny.safetensors'), join(folder, 'tiny'));
  expect(await giverny(folder, ['--recipe', 'photo-style.png'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/network "tiny".*--network/),
  });
  await drawn(80, 64, 4).jpeg().toFile(join(folder, 'photo.jpg'));
  const tensors = tinyTensors();
  (tensors['conv1_1.bias'] as { data: Float32Array }).data[0] = 0.25;
  writeNetwork(join(folder, 'other.safetensors'), tensors);
  const { code, stderr } = await giverny(folder, ['--recipe', 'photo-style.png', '--network', 'other.safetensors']);
  expect(code).toBe(0);
  expect(stderr).toMatch(/"photo\.jpg" is not the file that the recipe was painted from/);
  expect(stderr).toMatch(/another network, tiny/);
  rmSync(join(folder, 'photo.jpg'));
  expect(await giverny(folder, ['--recipe', 'photo-style.png', '--network', 'tiny.safetensors'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/"photo\.jpg" beside the painting/),
  });
});

test('a start picture is read, recorded and found again', async () => {
  const folder = await bench();
  await drawn(70, 70, 6).png().toFile(join(folder, 'begin.png'));
  symlinkSync('begin.png', join(folder, 'start.png'));
  await giverny(folder, ['photo.jpg', 'style.png', ...QUICK, '--init', 'start.png']);
  const again = await giverny(folder, ['--recipe', 'photo-style.png', '--network', 'tiny.safetensors']);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(await pixels(join(folder, 'photo-style-2.png'))).toEqual(await pixels(join(folder, 'photo-style.png')));
});
