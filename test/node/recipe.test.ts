import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULTS, PRESETS } from '../../src/core/options/options.js';
import { parseRecipe, type Recipe, recipeOf } from '../../src/core/painting/recipe.js';
import { findRecipeFiles } from '../../src/node/files/recipe-files.js';

let folder: string;
const home = process.cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'giverny-recipe-'));
  for (const name of ['album', 'desk']) mkdirSync(join(folder, name));
  process.chdir(join(folder, 'desk'));
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const file = (name: string) => ({ name, sha256: hash(name) });

const recipe: Recipe = recipeOf({
  giverny: '0.1.0',
  content: file('photo.jpg'),
  styles: [
    { ...file('one.png'), weight: 1 },
    { ...file('two.png'), weight: 2, region: 'white' },
  ],
  mask: { name: 'masks/mask.png', sha256: hash('mask.png'), featherPx: 3 },
  regionStrengths: { white: 0.3 },
  start: file('start.png'),
  network: { name: 'models/vgg19.safetensors', hash: 'abc' },
  coarseNetwork: { name: 'models/pocket.safetensors', hash: 'def' },
  engine: 'cpu',
  options: { ...DEFAULTS, init: 'somewhere/start.png' },
  steps: 7,
});

/** Writes a file whose bytes are its own name, as the recipe has it, or others. */
const put = (path: string, text = path.split('/').at(-1) as string) => writeFileSync(join(folder, path), text);

test('a recipe carries no folder, and comes back from its text', () => {
  expect(JSON.stringify(recipe)).not.toMatch(/somewhere|models|masks/);
  expect(parseRecipe(JSON.stringify(recipe), 'x.png')).toEqual(recipe);
});

test.each(['/etc/passwd', '/dev/zero', '../up', '..', '.', '', '\\\\server\\share', 'C:\\x', 'C:x', 'a/b'])(
  'no name in a recipe can be "%s"',
  (name) => {
    const { styles, content, network } = recipe;
    for (const [place, changed] of Object.entries({
      'network.name': { ...recipe, network: { ...network, name } },
      'coarseNetwork.name': { ...recipe, coarseNetwork: { ...network, name } },
      'content.name': { ...recipe, content: { ...content, name } },
      'styles.0.name': { ...recipe, styles: [{ ...styles[0], name }] },
      'options.init': { ...recipe, options: { ...recipe.options, init: name } },
    })) {
      // An empty init is not an option at all.
      if (place === 'options.init' && name === '') continue;
      expect(() => parseRecipe(JSON.stringify(changed), 'x.png'), place).toThrow(
        `its ${place} is wrong (not a file name without its folder)`,
      );
    }
  },
);

test.each(['..', '/', 'C:', 'a/..', 'C:\\photos\\..', 'C:photo.jpg', '2024: a photo.jpg'])(
  'a file called "%s" gets a name that can be read back',
  (name) => {
    const made = recipeOf({ ...recipe, content: file(name), network: { name, hash: 'abc' } });
    expect(parseRecipe(JSON.stringify(made), 'x.png')).toEqual(made);
  },
);

test('recipes of earlier versions load: what they do not say is as in the notebook', () => {
  const {
    statistic,
    padding,
    clamp,
    firstSize,
    firstSteps,
    largeSteps,
    styleScale,
    styleMix,
    styleFit,
    colors,
    strength,
    ...older
  } = {
    strength: undefined,
    ...PRESETS.notebook,
  };
  const options = { ...older, size: 512, alpha: 5000, beta: 30, steps: 100, init: 'content' };
  const earlier = {
    giverny: '0.1.0',
    content: file('photo.jpg'),
    styles: [{ ...file('one.png'), weight: 1 }],
    network: { name: 'vgg19', hash: 'abc' },
    engine: 'cpu',
    options,
    steps: 100,
  };
  const read = parseRecipe(JSON.stringify(earlier), 'x.png');
  expect(read).toEqual({
    ...earlier,
    options: { ...PRESETS.notebook, styleMix: 'divide', ...options, largeSteps: 100 },
  });
  expect(read.options).not.toHaveProperty('strength');
  // It cropped styles to an exact size.
  expect(read.options.styleFit).toBe('crop');
  // It painted at one scale, so that fewer steps mean that it was stopped.
  expect(parseRecipe(JSON.stringify({ ...earlier, steps: 42 }), 'x.png')).toMatchObject({ stopped: true, steps: 42 });

  // Quantiles of several styles were blended, their moments were a mixture's.
  for (const [statistic, mix] of [
    ['wasserstein', 'divide'],
    ['sliced', 'blend'],
  ]) {
    const given = { ...PRESETS.fine, statistic, styleMix: undefined };
    expect(parseRecipe(JSON.stringify({ ...earlier, options: given }), 'x.png').options.styleMix).toBe(mix);
  }

  const relative = { ...PRESETS.fine, alpha: undefined, tv: undefined, flatness: undefined };
  expect(parseRecipe(JSON.stringify({ ...earlier, options: relative }), 'x.png').options).toEqual({
    ...PRESETS.fine,
    tv: PRESETS.notebook.tv,
    flatness: 0,
  });
});

test('files beside the painting come before those in the current folder, unless only the latter match', async () => {
  for (const name of ['photo.jpg', 'one.png', 'two.png', 'mask.png', 'start.png']) put(`desk/${name}`);
  put('album/photo.jpg');
  put('album/one.png', 'another picture of that name');
  const painting = join(folder, 'album', 'painted.png');
  expect(await findRecipeFiles(recipe, { painting })).toEqual({
    content: { path: join(folder, 'album', 'photo.jpg'), matches: true },
    styles: [
      { path: 'one.png', matches: true },
      { path: 'two.png', matches: true },
    ],
    mask: { path: 'mask.png', matches: true },
    start: { path: 'start.png', matches: true },
  });
});

test('explicit paths win, and a file that changed is told', async () => {
  for (const name of ['photo.jpg', 'one.png', 'two.png', 'mask.png', 'start.png']) put(`desk/${name}`);
  put('album/other.jpg');
  const found = await findRecipeFiles(recipe, {
    content: join(folder, 'album', 'other.jpg'),
    styles: ['two.png', 'one.png'],
    mask: 'photo.jpg',
  });
  expect(found.content).toEqual({ path: join(folder, 'album', 'other.jpg'), matches: false });
  expect(found.styles.map((style) => style.matches)).toEqual([false, false]);
  expect(found.mask).toEqual({ path: 'photo.jpg', matches: false });
});

test('what is missing is named', async () => {
  await expect(findRecipeFiles(recipe)).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message:
      'Expected "photo.jpg" beside the painting or in the current folder but found it in neither; give its path.',
  });
  await expect(findRecipeFiles(recipe, { content: 'no.jpg' })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: 'Expected a picture at "no.jpg" but there is no such file.',
  });
  await expect(findRecipeFiles(recipe, { styles: ['one.png'] })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: 'Expected as many styles as the recipe has (2) but received 1.',
  });
});
