/** State files by the API for programs: when they are written, and what goes on from them. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPainting } from '#dist/node/painting/start-painting.js';
import { GivernyError } from '../../src/core/errors.js';
import type { Engine } from '../../src/core/graph/engine.js';
import { createNodeEngine } from '../../src/engines/node.js';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { paintFile } from '../../src/node/painting/paint-file.js';
import { createPainter } from '../../src/node/painting/painter.js';
import type { PaintRequest, RequestSettings } from '../../src/node/painting/request.js';
import { resumePainting } from '../../src/node/painting/resume.js';
import { inspectState, readState, StateKeeper } from '../../src/node/painting/state.js';
import { bench } from '../cli/bench.js';

async function request() {
  const folder = await bench();
  return {
    content: join(folder, 'photo.jpg'),
    styles: [join(folder, 'style.png')],
    output: join(folder, 'out.png'),
    state: join(folder, 'kept', 'out.giverny'),
    network: join(folder, 'tiny.safetensors'),
    options: { size: 64, steps: 8, firstSteps: 8, firstSize: 45, tolerance: 0 },
  } satisfies PaintRequest;
}

/** Paints until so many steps are done, and stops there. */
async function stoppedAfter(asked: PaintRequest & RequestSettings, steps: number) {
  const stop = new AbortController();
  const onStep = ({ step }: { step: number }) => step + 1 === steps && stop.abort();
  const painted = await paintFile({ ...asked, signal: stop.signal, onStep });
  expect(painted).toMatchObject({ steps, stopped: true });
  return painted;
}

test('no state is written where none is asked for', async () => {
  const { state, ...asked } = await request();
  expect(await stoppedAfter(asked, 3)).not.toHaveProperty('state');
  expect(await stoppedAfter({ ...asked, state: false }, 3)).not.toHaveProperty('state');
  expect(existsSync(state)).toBe(false);
});

test('stopped three times, a painting has the bytes, the recipe and the costs of one that never was', async () => {
  const asked = await request();
  const whole = await paintFile({ ...asked, output: `${asked.output}.whole.png`, state: false });
  const began: unknown[] = [];
  let seconds = 0;
  for (const steps of [3, 8, 11]) {
    const painted = await stoppedAfter({ ...asked, onStart: ({ resumed }) => began.push(resumed) }, steps);
    expect(painted.state).toBe(asked.state);
    expect(painted.seconds).toBeGreaterThan(seconds);
    seconds = painted.seconds;
    expect((await inspectState(asked.state)).recipe).toMatchObject({ steps, stopped: true });
  }
  const numbers: number[] = [];
  const painted = await paintFile({ ...asked, onStep: ({ step }) => numbers.push(step) });
  expect(began).toEqual([undefined, { state: asked.state, step: 3 }, { state: asked.state, step: 8 }]);
  expect(numbers).toEqual([11, 12, 13, 14, 15]);
  expect(painted).toMatchObject({ costs: whole.costs, steps: 16, stopped: false });
  expect(existsSync(asked.state)).toBe(false);
  expect(await readRecipe(asked.output)).toEqual(await readRecipe(`${asked.output}.whole.png`));
  expect(readFileSync(asked.output).equals(readFileSync(`${asked.output}.whole.png`))).toBe(true);
});

test('changes on the way happen once, where they happen in the unbroken painting', async () => {
  const changes = [
    { step: 4, options: { strength: 0.9 } },
    { step: 6, weights: [0.5] },
    { step: 6, options: { tv: 3 } },
  ];
  const asked = { ...(await request()), changes };
  await paintFile({ ...asked, output: `${asked.output}.whole.png`, state: false });
  // Just before a change, between two, before the last, after all.
  for (const steps of [4, 5, 6, 7]) await stoppedAfter(asked, steps);
  expect((await inspectState(asked.state)).recipe.changes).toEqual(changes);
  await resumePainting(asked.state);
  expect(readFileSync(asked.output).equals(readFileSync(`${asked.output}.whole.png`))).toBe(true);
});

test('a painting that was only to be written is written', async () => {
  const asked = await request();
  const whole = await paintFile({ ...asked, output: `${asked.output}.whole.png`, state: false });
  // A folder in the place of the picture appears when the painting is done already.
  const failed = paintFile({ ...asked, onStep: ({ step }) => step === 15 && mkdirSync(asked.output) });
  await expect(failed).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    message: expect.stringMatching(/but it is a folder\. The painting can go on from .*out\.giverny\.$/),
  });
  const steps: number[] = [];
  const output = `${asked.output}.second.png`;
  const painted = await resumePainting(asked.state, { output, onStep: ({ step }) => steps.push(step) });
  expect(steps).toEqual([]);
  expect(painted).toMatchObject({ output, steps: 16, costs: whole.costs, stopped: false });
  expect(readFileSync(output).equals(readFileSync(`${asked.output}.whole.png`))).toBe(true);
});

/** An engine that dies after so many runs. */
function mortalEngine(runs: number): Engine {
  const engine = createNodeEngine({ threads: 1 });
  let left = runs;
  const load: Engine['load'] = async (model) => {
    const session = await engine.load(model);
    return {
      run(feeds) {
        if (left-- <= 0) throw new GivernyError('OUT_OF_MEMORY', 'Expected memory but there is none left.');
        return session.run(feeds);
      },
      dispose: () => session.dispose(),
    };
  };
  return { name: engine.name, traits: engine.traits, load };
}

test('an engine that dies leaves the state and the picture so far, and the painting goes on from there', async () => {
  const asked = await request();
  const painter = createPainter({ engine: mortalEngine(14) });
  let last = -1;
  const failing = paintFile({
    ...asked,
    painter,
    onStep({ step }) {
      last = step;
    },
  });
  await expect(failing).rejects.toMatchObject({
    code: 'OUT_OF_MEMORY',
    message: expect.stringMatching(
      /none left\. The picture after \d+ of 16 steps is .*out\.png\. The painting can go on from .*out\.giverny\.$/,
    ),
  });
  expect(last).toBeGreaterThan(1);
  expect((await readState(asked.state)).state.step).toBe(last + 1);
  expect(await readRecipe(asked.output)).toMatchObject({ steps: last + 1, stopped: true });
  await paintFile({ ...asked, painter: createPainter({ engine: createNodeEngine({ threads: 1 }) }) });
  await paintFile({ ...asked, output: `${asked.output}.whole.png`, state: false });
  expect(readFileSync(asked.output).equals(readFileSync(`${asked.output}.whole.png`))).toBe(true);
});

test('a state of another painting, or a file that is none, is refused and stays', async () => {
  const asked = await request();
  await stoppedAfter(asked, 3);
  const before = readFileSync(asked.state);
  await expect(paintFile({ ...asked, options: { ...asked.options, tv: 1 } })).rejects.toMatchObject({
    code: 'STATE_INVALID',
    message: expect.stringMatching(/but it is of another: its tv is 0\.1 in place of 1\.$/),
  });
  await expect(paintFile({ ...asked, styles: [asked.styles[0] as string, asked.content] })).rejects.toThrow(
    'its number of styles is 1',
  );
  expect(readFileSync(asked.state).equals(before)).toBe(true);
  writeFileSync(asked.state, 'notes of mine, longer than some bytes');
  await expect(paintFile({ ...asked, fresh: true })).rejects.toMatchObject({ code: 'STATE_INVALID' });
  expect(readFileSync(asked.state, 'utf8')).toMatch(/^notes of mine/);
});

test('pictures from memory go on in the same program, and a file alone is not enough', async () => {
  const asked = await request();
  const content = { name: 'photo.jpg', bytes: readFileSync(asked.content) };
  await stoppedAfter({ ...asked, content }, 3);
  await expect(resumePainting(asked.state)).rejects.toMatchObject({
    code: 'STATE_INVALID',
    message: expect.stringContaining('a program painted it from its own memory'),
  });
  const steps: number[] = [];
  await paintFile({ ...asked, content, onStep: ({ step }) => steps.push(step) });
  expect(steps[0]).toBe(3);
});

test('a painting process writes its state as it goes, and is told what is wrong with it', async () => {
  const asked = await request();
  const running = startPainting({ ...asked, stateEverySeconds: 0 });
  for await (const { step } of running) if (step === 2) break;
  running.kill();
  await expect(running.done).rejects.toMatchObject({ code: 'PAINTER_DIED' });
  expect((await inspectState(asked.state)).recipe.steps).toBeGreaterThanOrEqual(2);
  const refused = startPainting({ ...asked, options: { size: 48 } });
  await expect(refused.done).rejects.toMatchObject({ code: 'STATE_INVALID' });
});

test.each<[string, unknown]>([
  ['Expected a path or false for state but received true.', { state: true }],
  ['Expected seconds of at least 0 for stateEverySeconds but received -1.', { stateEverySeconds: -1 }],
  ['Expected the path of a state file for the painting but received 7.', 7],
])('%s', async (message, wrong) => {
  const asked = await request();
  const painted =
    typeof wrong === 'object' ? paintFile({ ...asked, ...wrong } as PaintRequest) : resumePainting(wrong as string);
  await expect(painted).rejects.toMatchObject({ code: 'OPTION_INVALID', message });
});

test('a state that cannot be written is told of once, and written when it can be', async () => {
  const asked = await request();
  await stoppedAfter(asked, 3);
  const file = await readState(asked.state);
  const at = (step: number) => ({ ...file, state: { ...file.state, step } });
  const notices: string[] = [];
  const inTheWay = join(asked.state, '..', 'folder');
  mkdirSync(inTheWay);
  const keeper = new StateKeeper(inTheWay, 0, (sentence) => notices.push(sentence), undefined);
  expect(await keeper.keep(at(1))).toBe(undefined);
  expect(await keeper.keep(at(2))).toBe(undefined);
  expect(notices).toEqual([
    expect.stringMatching(/^Expected to write ".*folder" but it is a folder\. Until its state/),
  ]);
});

test('the state is due after its time and not before, and not written twice', async () => {
  const asked = await request();
  await stoppedAfter(asked, 3);
  const file = await readState(asked.state);
  const keeper = new StateKeeper(asked.state, 3600, () => {}, file.state.step);
  expect(keeper.isDue).toBe(false);
  const { mtimeNs } = statSync(asked.state, { bigint: true });
  expect(await keeper.keep(file)).toBe(asked.state);
  expect(statSync(asked.state, { bigint: true }).mtimeNs).toBe(mtimeNs);
  expect(new StateKeeper(asked.state, 0, () => {}, undefined).isDue).toBe(true);
});
