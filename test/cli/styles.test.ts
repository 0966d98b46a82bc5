/** Several styles, regions, scales and networks on the command line, and recipes that repeat them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseStyle } from '../../src/cli/style-flags.js';
import { smallNetwork } from '../support/network.js';
import { bench, drawn, events, giverny, pixels, QUICK, stripes, writeNetwork } from './bench.js';

/** A bench with a second style, a mask red and blue, and a second network. */
async function richBench(): Promise<string> {
  const folder = await bench();
  await drawn(72, 60, 8).png().toFile(join(folder, 'other=style.png'));
  await stripes(160, 128, [
    [255, 0, 0],
    [0, 0, 255],
  ]).toFile(join(folder, 'mask.png'));
  writeNetwork(join(folder, 'coarse.safetensors'), { ...smallNetwork([[4], [4], [4], [4, 4], [4]], 7).tensors });
  return folder;
}

const SCALES = ['--network', 'tiny.safetensors', '--size', '64', '--first-size', '32', '--first-steps', '3'];

describe('a style on the command line', () => {
  const home = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'giverny-style-'));
    process.chdir(folder);
    for (const name of ['a.jpg', 'a=b.jpg', 'me@home.jpg', 'c.jpg@red=0.5']) writeFileSync(name, '');
    mkdirSync('x=1');
    writeFileSync('x=1/d.jpg', '');
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['a.jpg', { path: 'a.jpg' }],
    ['a.jpg=0.7', { path: 'a.jpg', weight: 0.7 }],
    ['a.jpg=-1', { path: 'a.jpg', weight: -1 }],
    ['a.jpg@white', { path: 'a.jpg', region: 'white' }],
    ['a.jpg@#0f0=2', { path: 'a.jpg', region: '#0f0', weight: 2 }],
    ['a=b.jpg', { path: 'a=b.jpg' }],
    ['a=b.jpg@red=0', { path: 'a=b.jpg', region: 'red', weight: 0 }],
    ['me@home.jpg', { path: 'me@home.jpg' }],
    ['me@home.jpg=3', { path: 'me@home.jpg', weight: 3 }],
    ['me@home.jpg@red', { path: 'me@home.jpg', region: 'red' }],
    ['c.jpg@red=0.5', { path: 'c.jpg@red=0.5' }],
    ['x=1/d.jpg', { path: 'x=1/d.jpg' }],
    ['missing@home.jpg', { path: 'missing@home.jpg' }],
    ['missing=big.jpg', { path: 'missing=big.jpg' }],
  ])('%s', (text, style) => expect(parseStyle(text)).toEqual(style));
});

test('several styles are named in the sentence and in the file, and blend by their weights', async () => {
  const folder = await richBench();
  const styles = ['--style', 'style.png=0.25', '--style', 'other=style.png=0.75'];
  const { code, stdout, stderr } = await giverny(folder, ['photo.jpg', ...styles, ...QUICK]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(
    'Painting photo.jpg in the style of style.png (0.25) and other=style.png (0.75): 64x51, 4 steps, tiny.\n',
  );
  expect(stdout).toContain('Painted photo-style-other=style.png in ');
  const recipe = await giverny(folder, ['recipe', 'photo-style-other=style.png']);
  expect(recipe.stdout).toMatch(
    /^style +style\.png \(\w+\) weight 0\.25\nstyle +other=style\.png \(\w+\) weight 0\.75$/m,
  );

  const weighed = async (weights: readonly string[], name: string) => {
    const [one, two] = weights;
    const flags = ['--style', `other=style.png=${two}`, '-o', name, '-q'];
    await giverny(folder, ['photo.jpg', '--style', `style.png=${one}`, ...QUICK, ...flags]);
    return (await pixels(join(folder, name))).data;
  };
  const alone = await giverny(folder, ['photo.jpg', 'style.png', ...QUICK, '-o', 'alone.png']);
  expect(alone.code).toBe(0);
  const single = (await pixels(join(folder, 'alone.png'))).data;
  expect(await weighed(['3', '0'], 'first.png')).toEqual(single);
  expect(await weighed(['0', '3'], 'second.png')).not.toEqual(single);
});

test('scales are counted in lines of JSON, and frames have the size of the painting from the first', async () => {
  const folder = await richBench();
  const args = ['photo.jpg', 'style.png', ...SCALES, '--steps', '2', '--save-every', '2', '--json', '-o', 'out.png'];
  const { code, stdout } = await giverny(folder, args);
  expect(code).toBe(0);
  const lines = events(stdout);
  expect(lines.at(-1)).toMatchObject({ type: 'done', steps: 5, width: 64, height: 51 });
  const steps = lines.filter(({ type }) => type === 'step');
  expect(steps.map(({ step, steps, scale, scales }) => [step, steps, scale, scales])).toEqual([
    [0, 5, 0, 2],
    [1, 5, 0, 2],
    [2, 5, 0, 2],
    [3, 5, 1, 2],
    [4, 5, 1, 2],
  ]);
  for (const frame of ['0.png', '2.png', '4.png']) {
    expect(await pixels(join(folder, 'out-steps', frame))).toMatchObject({ width: 64, height: 51 });
  }
});

test('a recipe with everything in it repeats the same bytes', async () => {
  const folder = await richBench();
  const networks = ['--network', 'tiny.safetensors', '--coarse-network', 'coarse.safetensors'];
  const args = [
    'photo.jpg',
    'style.png',
    ...['--style', 'other=style.png=2', '--style', 'style.png@red=0.5'],
    ...['--mask', 'mask.png', '--feather', '2.5', '--region-strength', 'red=0.8,#00f=0.4'],
    ...SCALES,
    ...networks,
    ...['--steps', '2', '--style-scale', '0.9', '--colors', 'photo', '--init', '0.3', '--save-every', '1'],
  ];
  expect(await giverny(folder, [...args, '-o', 'one.png'])).toMatchObject({ code: 0, stderr: '' });
  expect(await giverny(folder, ['--recipe', 'one.png', ...networks, '-o', 'two.png'])).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(readFileSync(join(folder, 'two.png')).equals(readFileSync(join(folder, 'one.png')))).toBe(true);

  // A picture on the way is repeated as far as it goes, unless other steps are asked for.
  const frame = join('one-steps', '1.png');
  for (const name of ['photo.jpg', 'style.png', 'other=style.png', 'mask.png']) {
    expect(readdirSync(folder)).toContain(name);
  }
  await giverny(folder, ['--recipe', frame, ...networks, '-o', 'three.png']);
  // A picture on the way has nothing of the photo's EXIF and resolution.
  expect(await pixels(join(folder, 'three.png'))).toEqual(await pixels(join(folder, frame)));
  const whole = await giverny(folder, ['--recipe', frame, ...networks, '--steps', '2', '-o', 'four.png', '--json']);
  expect(events(whole.stdout).at(-1)).toMatchObject({ type: 'done', steps: 5 });

  const { stdout } = await giverny(folder, ['recipe', 'one.png']);
  for (const line of [
    /^style +style\.png \(\w+\) weight 1$/m,
    /^style +other=style\.png \(\w+\) weight 2$/m,
    /^style +style\.png \(\w+\) weight 0\.5 on red$/m,
    /^mask +mask\.png \(\w{12}\)$/m,
    /^feather +2\.5$/m,
    /^region-strength +red=0\.8,#00f=0\.4$/m,
    /^coarse-network +coarse \(\w{12}\)$/m,
  ]) {
    expect(stdout).toMatch(line);
  }
  expect(stdout).not.toMatch(/^stopped/m);
  expect((await giverny(folder, ['recipe', frame])).stdout).toMatch(/^stopped +after 2 steps$/m);
});

test('what is given wins over a recipe: files in its order, strengths by colour, the other balance', async () => {
  const folder = await richBench();
  const regions = ['--mask', 'mask.png', '--region-strength', 'red=0.8,blue=0.4'];
  await giverny(folder, ['photo.jpg', '--style', 'style.png=2', ...QUICK, ...regions, '-o', 'one.png']);
  const recipeOf = async (...flags: string[]) => {
    const args = ['--recipe', 'one.png', '--network', 'tiny.safetensors', '-o', 'two.png', '-q', ...flags];
    expect(await giverny(folder, args)).toMatchObject({ code: 0 });
    return JSON.parse((await giverny(folder, ['recipe', 'two.png', '--json'])).stdout);
  };
  expect(await recipeOf('--style', 'other=style.png', '--region-strength', 'red=0.1')).toMatchObject({
    styles: [{ name: 'other=style.png', weight: 2 }],
    regionStrengths: { red: 0.1, blue: 0.4 },
  });
  expect((await recipeOf('--feather', '7')).mask).toMatchObject({ name: 'mask.png', featherPx: 7 });

  await giverny(folder, ['photo.jpg', 'style.png', ...QUICK, '--strength', '0.7', '-o', 'one.png']);
  const balanced = (await recipeOf('--alpha', '9')).options;
  expect(balanced).toMatchObject({ alpha: 9 });
  expect(balanced).not.toHaveProperty('strength');
  await giverny(folder, ['photo.jpg', 'style.png', ...QUICK, '--alpha', '9', '-o', 'one.png']);
  const relative = (await recipeOf('--strength', '0.2')).options;
  expect(relative).toMatchObject({ strength: 0.2 });
  expect(relative).not.toHaveProperty('alpha');
});

test('a coarse network that a recipe names and that cannot be found is asked for', async () => {
  const folder = await richBench();
  const flags = [...SCALES, '--steps', '2', '--coarse-network', 'coarse.safetensors', '-o', 'one.png'];
  await giverny(folder, ['photo.jpg', 'style.png', ...flags]);
  expect(await giverny(folder, ['--recipe', 'one.png', '--network', 'tiny.safetensors'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/network "coarse" .* with --coarse-network\./),
  });
});
