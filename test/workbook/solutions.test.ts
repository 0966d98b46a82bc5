import { expect, test } from 'vitest';
import { sandboxInNode } from '../../src/node/workbook/sandbox.js';
import { EDITIONS } from '../../src/workbook/answers.js';
import { checkAll } from '../../src/workbook/check.js';
import { skeletons, solutions } from '../../src/workbook/exercises.js';

const run = sandboxInNode(2);

test.each(EDITIONS)('the solutions of the %s edition pass', async (edition) => {
  const verdicts = await checkAll(solutions(edition), edition, run);
  expect(verdicts.filter(({ passed }) => !passed)).toEqual([]);
  for (const { exercise, value, expected } of verdicts) {
    if (exercise !== 'loop') expect(value).toBe(expected);
  }
});

test.each(EDITIONS)('the skeletons of the %s edition are told what is missing', async (edition) => {
  const verdicts = await checkAll(skeletons(edition, 'ko'), edition, run);
  for (const { problem } of verdicts)
    expect(['nothingReturned', 'noTraining', 'costNotReturned', 'mendFirst']).toContain(problem?.code);
});
