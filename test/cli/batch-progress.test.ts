/** What a batch says of the time that is left. */
import { expect, test } from 'vitest';
import { BatchProgress } from '../../src/cli/batch/progress.js';
import type { StepReport } from '../../src/core/painting/job.js';

const scales = [{ width: 10, height: 10, steps: 10, work: 1 }];
const report = (step: number, seconds: number): StepReport => ({
  ...{ step, steps: 10, scale: 0, scales: 1, seconds },
  costs: { total: 1 },
});

/** Three paintings of work 10, 10 and 40, the clock in seconds. */
function batchOf(jobs: number) {
  const clock = { seconds: 0 };
  const progress = new BatchProgress(3, jobs, () => 1000 * clock.seconds);
  for (const [index, work] of [10, 10, 40].entries()) progress.planned(index, work);
  return { clock, progress };
}

test('nothing is known before the first step', () => {
  const { progress } = batchOf(1);
  progress.begin(0);
  expect(progress.secondsLeft).toBeUndefined();
  expect(progress.share).toBe(0);
});

test('first the pace of steps counts, then that of whole paintings', () => {
  const { clock, progress } = batchOf(1);
  progress.begin(0);
  progress.start(0, scales);
  progress.step(0, report(4, 2));
  // 5 steps left of this painting, and work of 50, at 2 s each.
  expect(progress.secondsLeft).toBeCloseTo(110);
  expect(progress.share).toBeCloseTo(5 / 60);
  // Its scale ended early: in all it took 12 s for planned work of 10.
  clock.seconds = 12;
  progress.end(0, true);
  expect(progress.secondsLeft).toBeCloseTo(50 * 1.2);
  expect(progress.share).toBeCloseTo(10 / 60);
});

test('what failed counts as no pace and as no work, and processes share what is left', () => {
  const { progress } = batchOf(2);
  progress.begin(0);
  progress.start(0, scales);
  progress.step(0, report(0, 1));
  progress.begin(1);
  progress.end(1, false);
  expect(progress.secondsLeft).toBeCloseTo((9 + 40) / 2);
});

test('paintings that are not planned yet count as the others on average', () => {
  const progress = new BatchProgress(4, 1, () => 0);
  progress.begin(0);
  progress.start(0, scales);
  progress.step(0, report(9, 1));
  expect(progress.secondsLeft).toBeCloseTo(30);
});
