/** The programmer's door in Node: pictures from anywhere, one painter for many paintings, a painting one can iterate. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { startPainting } from '#dist/node/painting/start-painting.js';
import { defineTerm } from '../../src/core/costs/term.js';
import { termsOf } from '../../src/core/costs/terms.js';
import { GivernyError } from '../../src/core/errors.js';
import type { Engine } from '../../src/core/graph/engine.js';
import { multiply, scale, sum } from '../../src/core/graph/operations.js';
import { resolveOptions } from '../../src/core/options/options.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { readPicture } from '../../src/node/files/pictures.js';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { openNetwork } from '../../src/node/networks/open.js';
import { paintFile } from '../../src/node/painting/paint-file.js';
import { createPainter } from '../../src/node/painting/painter.js';
import type { PaintRequest } from '../../src/node/painting/request.js';
import { bench } from '../cli/bench.js';

async function requestIn(
  folder: string,
): Promise<PaintRequest & { content: string; styles: [string]; output: string }> {
  return {
    content: join(folder, 'photo.jpg'),
    styles: [join(folder, 'style.png')],
    output: join(folder, 'out.png'),
    network: join(folder, 'tiny.safetensors'),
    options: { size: 64, steps: 3, firstSize: 0 },
  };
}

const pixelsOf = (file: string | Uint8Array) => sharp(file).raw().toBuffer();

describe('pictures', () => {
  test('come as paths, bytes, named bytes, ImageData or pictures in memory, and give one painting', async () => {
    const folder = await bench();
    const request = await requestIn(folder);
    await paintFile(request);
    const wanted = await pixelsOf(request.output);
    const bytes = await readFile(request.content);
    const { picture } = await readPicture(request.content);
    const { data, info } = await sharp(request.content).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const sources = {
      bytes: new Uint8Array(bytes),
      buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
      named: { name: 'photo.jpg', bytes: new Uint8Array(bytes) },
      imageData: { width: info.width, height: info.height, data: new Uint8ClampedArray(data) },
      picture,
    };
    for (const [what, content] of Object.entries(sources)) {
      await paintFile({ ...request, content, styles: [{ picture: request.styles[0], weight: 2 }] });
      expect(await pixelsOf(request.output), what).toEqual(wanted);
    }
    expect(await readRecipe(request.output)).toMatchObject({ content: { name: 'picture' } });
  });

  test('go out as a file, as bytes of a format, or as they are', async () => {
    const folder = await bench();
    const request = await requestIn(folder);
    const { picture, bytes, output } = await paintFile({ ...request, output: undefined });
    expect([picture?.width, picture?.height, bytes, output]).toEqual([64, 51, undefined, undefined]);
    const encoded = await paintFile({ ...request, output: { format: 'png' } });
    await paintFile(request);
    expect(encoded.picture).toBeUndefined();
    expect(Buffer.from(encoded.bytes as Uint8Array)).toEqual(await readFile(request.output));
  });
});

test('one painter paints as a fresh one does, and measures a style once', async () => {
  const folder = await bench();
  const request = await requestIn(folder);
  const painter = createPainter();
  let loads = 0;
  const { load } = painter.engine;
  painter.engine.load = (model) => {
    loads++;
    return load(model);
  };
  const loadsOf = async (options: PaintRequest['options']) => {
    const before = loads;
    await paintFile({ ...request, options: { ...request.options, ...options }, painter });
    return loads - before;
  };
  const first = await loadsOf({});
  const kept = await pixelsOf(request.output);
  const second = await loadsOf({});
  expect(await pixelsOf(request.output)).toEqual(kept);
  expect(second).toBeLessThan(first);
  // Another statistic is measured anew.
  expect(await loadsOf({ statistic: 'sliced' })).toBeGreaterThan(second);
  await paintFile(request);
  expect(await pixelsOf(request.output)).toEqual(kept);
});

describe('networks and costs of a program', () => {
  test('a network that was opened before, and a term of its own', async () => {
    const folder = await bench();
    const request = await requestIn(folder);
    const dark = defineTerm({
      name: 'brightness',
      weight: 1,
      measure: (view) => ({ squares: sum(multiply(view.picture(), view.picture())) }),
      cost: ({ squares }, _, { pixels }) => scale(squares, 1e-4 / pixels),
    });
    const network = await openNetwork(request.network as string);
    const terms = [...termsOf(resolveOptions(request.options)), dark];
    const costs: number[] = [];
    const painted = await paintFile({
      ...request,
      network,
      terms,
      onStep: (step) => costs.push(step.costs.brightness as number),
    });
    expect(costs).toHaveLength(3);
    expect(painted.costs?.brightness).toBe(costs[2]);
    expect(await readRecipe(request.output)).toMatchObject({
      network: { name: 'tiny' },
      terms: ['content', 'style', 'variation', 'unevenness', 'brightness'],
    });
  });

  test('stay in their process', async () => {
    const request = await requestIn(await bench());
    const network = await openNetwork(request.network as string);
    expect(() => startPainting({ ...request, network })).toThrow(
      'Expected no object for network, as it cannot cross to another process, but received one; paintFile takes it.',
    );
  });
});

test('draft takes the pocket network from code, too', async () => {
  const request = await requestIn(await bench());
  const names: string[] = [];
  const options = { preset: 'draft', size: 48, steps: 1, firstSize: 0 };
  const { network, ...rest } = request;
  await paintFile({ ...rest, options, onStart: (started) => names.push(started.network.name) });
  await paintFile({
    ...rest,
    options,
    network: network as string,
    onStart: (started) => names.push(started.network.name),
  });
  expect(names).toEqual(['pocket', 'tiny']);
});

describe('a request that is none', () => {
  test.each<[string, unknown]>([
    ['Expected a request { content, styles, ... } for the painting but received "photo.jpg".', 'photo.jpg'],
    [
      'Expected a path, the bytes of a picture file, ImageData or a picture in memory for content but received undefined.',
      { content: undefined },
    ],
    ['Expected a list of styles for styles but received "a.jpg".', { styles: 'a.jpg' }],
    [
      'Expected a style { picture, weight?, region? } or a path, the bytes of a picture file, ImageData or a picture in memory for styles[0] but received {"path":"a.jpg"}.',
      { styles: [{ path: 'a.jpg' }] },
    ],
    ['Expected a whole number of at least 1 for frames.every but received 0.', { frames: { every: 0, folder: 'x' } }],
    ['Expected a whole number of at least 1 for stopAfter but received -3.', { stopAfter: -3 }],
    ['Expected a whole number of at least 1 for threads but received 1.5.', { threads: 1.5 }],
    [
      'Expected a path or { format } with one of png, jpeg, webp, tiff, avif for output but received {"format":"gif"}.',
      { output: { format: 'gif' } },
    ],
    ['Expected options such as { size: 512 } for options but received "size=512".', { options: 'size=512' }],
    [/^Expected a request of content, styles, .* but received "photo"\.$/u.source, { photo: 'a.jpg' }],
  ])('%s', async (message, change) => {
    const request = await requestIn(await bench());
    const wrong = (typeof change === 'string' ? change : { ...request, ...(change as object) }) as PaintRequest;
    const says = message.startsWith('^') ? expect.stringMatching(message) : message;
    await expect(paintFile(wrong)).rejects.toMatchObject({ code: 'OPTION_INVALID', message: says });
    expect(() => startPainting(wrong)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', message: says }));
  });
});

describe('changes on the way', () => {
  test('are in the recipe, and painting with them again gives the same picture', async () => {
    const folder = await bench();
    const request = await requestIn(folder);
    const changes = [
      { step: 2, options: { strength: 0.9 } },
      { step: 4, options: { steps: 7 } },
    ];
    const options = { ...request.options, steps: 4 };
    const painted = await paintFile({ ...request, options, changes });
    expect(painted).toMatchObject({ steps: 7, stopped: false });
    const recipe = await readRecipe(request.output);
    expect(recipe).toMatchObject({ options: { strength: 0.66, steps: 4 }, changes, steps: 7 });
    const wanted = await pixelsOf(request.output);
    await paintFile({ ...request, options: recipe.options, changes: recipe.changes });
    expect(await pixelsOf(request.output)).toEqual(wanted);
    await paintFile({ ...request, options: { ...options, steps: 7 } });
    expect(await pixelsOf(request.output)).not.toEqual(wanted);
  });

  test('that cannot be made end the painting with their sentence, and its picture is kept', async () => {
    const request = await requestIn(await bench());
    await expect(paintFile({ ...request, changes: [{ step: 2, options: { size: 99 } }] })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: `Expected 64, which stays while painting, for size but received "99". The picture after 2 of 3 steps is ${request.output}.`,
    });
    expect(await readRecipe(request.output)).toMatchObject({ stopped: true, steps: 2 });
  });
});

describe('a painting in a process of its own', () => {
  test('can be iterated, by several at once', async () => {
    const request = await requestIn(await bench());
    const painting = startPainting(request);
    const collect = async () => {
      const steps: number[] = [];
      for await (const { step } of painting) steps.push(step);
      return steps;
    };
    expect(await Promise.all([collect(), collect()])).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(await painting.done).toMatchObject({ steps: 3 });
  });

  test('fails where it is iterated or awaited; unobserved it harms nobody', async () => {
    const request = { ...(await requestIn(await bench())), content: 'nowhere.jpg' };
    startPainting(request);
    const painting = startPainting(request);
    const iterate = async () => {
      for await (const _ of painting) expect.unreachable();
    };
    await expect(iterate()).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(painting.done).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('a listener that throws ends it, and its error arrives where the painting is awaited', async () => {
    const request = await requestIn(await bench());
    const painting = startPainting({
      ...request,
      onStep: () => {
        throw new Error('mine');
      },
    });
    await expect(painting.done).rejects.toThrow('mine');
  });

  test('stopped before its first step it ends at once and writes nothing', async () => {
    const request = await requestIn(await bench());
    const stop = new AbortController();
    const painting = startPainting({ ...request, signal: stop.signal });
    stop.abort();
    expect(await painting.done).toMatchObject({ steps: 0, stopped: true });
    expect(existsSync(request.output)).toBe(false);
  });

  test('pictures in memory go there and back', async () => {
    const request = await requestIn(await bench());
    const { picture: content } = await readPicture(request.content);
    const { picture } = await startPainting({ ...request, content, output: undefined }).done;
    const { picture: wanted } = await paintFile({ ...request, output: undefined });
    expect(picture).toEqual(wanted);
  });
});

test('what fails on the way leaves the picture so far, and says so', async () => {
  const request = await requestIn(await bench());
  const engine = createNodeEngine();
  const steps: number[] = [];
  const failing: Engine = {
    ...engine,
    load: async (model) => {
      // In the second scale.
      if (steps.length === 4) throw new GivernyError('OUT_OF_MEMORY', 'Not enough memory for this.');
      return engine.load(model);
    },
  };
  const options = { size: 64, steps: 3, firstSteps: 4, firstSize: 45 };
  const painting = paintFile({
    ...request,
    options,
    painter: createPainter({ engine: failing }),
    onStep: ({ step }) => steps.push(step),
  });
  await expect(painting).rejects.toMatchObject({
    code: 'OUT_OF_MEMORY',
    message: `Not enough memory for this. The picture after 4 of 7 steps is ${request.output}.`,
  });
  expect(steps).toEqual([0, 1, 2, 3]);
  expect(await readRecipe(request.output)).toMatchObject({ stopped: true, steps: 4 });
});

test('frames that cannot be written are told once, and the painting goes on', async () => {
  const folder = await bench();
  const request = await requestIn(folder);
  const frames = { every: 1, folder: join(folder, 'frames') };
  const notices: string[] = [];
  let first = true;
  const painted = await paintFile({
    ...request,
    frames,
    onNotice: (sentence) => notices.push(sentence),
    onStep: () => {},
    onSaved: () => {
      if (!first) return;
      first = false;
      // A file takes the place of the folder.
      rmSync(frames.folder, { recursive: true });
      writeFileSync(frames.folder, '');
    },
  });
  expect(painted.steps).toBe(3);
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatch(/^Expected to write .* Painting goes on without further pictures on the way\.$/);
  expect(await readdir(folder)).toContain('out.png');
});
