import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { DEFAULTS } from '../../src/core/options/options.js';
import type { StepReport } from '../../src/core/painting/job.js';
import { readRecipe } from '../../src/node/files/read-recipe.js';
import { paintFile } from '../../src/node/painting/paint-file.js';
import { bench } from '../cli/bench.js';

async function request() {
  const folder = await bench();
  return {
    content: join(folder, 'photo.jpg'),
    styles: [join(folder, 'style.png')],
    output: join(folder, 'out.png'),
    network: join(folder, 'tiny.safetensors'),
    options: { size: 64, steps: 3, largeSteps: 3, firstSize: 0 },
  };
}

test('a program paints in one call, and the recipe tells all of it', async () => {
  const asked = await request();
  const reports: StepReport[] = [];
  const painted = await paintFile({ ...asked, onStep: (report) => reports.push(report) });
  expect(reports.map(({ step, steps }) => [step, steps])).toEqual([
    [0, 3],
    [1, 3],
    [2, 3],
  ]);
  expect(painted).toMatchObject({ width: 64, height: 51, steps: 3, stopped: false, costs: reports[2]?.costs });
  expect(await sharp(asked.output).metadata()).toMatchObject({ width: 64, height: 51 });
  expect(await readRecipe(asked.output)).toMatchObject({
    content: { name: 'photo.jpg' },
    styles: [{ name: 'style.png', weight: 1 }],
    network: { name: 'tiny' },
    options: { ...DEFAULTS, size: 64, steps: 3, lastSteps: 3, largeSteps: 3, firstSize: 0 },
    steps: 3,
  });
});

test('aborting ends the painting within one step and writes the picture so far', async () => {
  const asked = await request();
  const controller = new AbortController();
  const reports: StepReport[] = [];
  const painted = await paintFile({
    ...asked,
    options: { ...asked.options, steps: 1000 },
    signal: controller.signal,
    onStep(report) {
      reports.push(report);
      // Not at once: from outside, while the next step is on its way.
      if (report.step === 1) setTimeout(() => controller.abort());
    },
  });
  expect(reports.length).toBeLessThanOrEqual(3);
  expect(painted).toMatchObject({ stopped: true, steps: reports.length });
  expect(await readRecipe(asked.output)).toMatchObject({ steps: reports.length, options: { steps: 1000 } });
});

test('aborted before the first step, nothing is written', async () => {
  const asked = await request();
  const painted = await paintFile({ ...asked, signal: AbortSignal.abort() });
  expect(painted).toMatchObject({ stopped: true, steps: 0, costs: undefined });
  expect(existsSync(asked.output)).toBe(false);
});

test('the photo is never overwritten', async () => {
  const asked = await request();
  await expect(paintFile({ ...asked, output: asked.styles[0] as string })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
  });
});
