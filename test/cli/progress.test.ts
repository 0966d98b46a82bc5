import { expect, onTestFinished, test, vi } from 'vitest';
import { barLine, duration, plainLine, showProgress } from '../../src/cli/progress.js';
import type { StepReport } from '../../src/core/painting/job.js';
import type { PlannedScale } from '../../src/core/painting/plan.js';

const at = (step: number, steps: number, seconds = 0.5): StepReport => ({
  step,
  steps,
  scale: 0,
  scales: 1,
  seconds,
  costs: { total: 5050352640, content: 7877.67431640625, style: 126256864, variation: 0, unevenness: 0 },
});

/** One scale of so many steps. */
const once = (steps: number): PlannedScale[] => [{ width: 8, height: 8, steps, work: 3 }];

function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, write: (text: string) => written.push(text), text: () => written.join('') };
}

test('a plain line has every digit of a float32', () => {
  expect(plainLine(at(20, 200))).toBe(
    'step 20/200  total cost 5.05035264e+9  content cost 7877.67432  style cost 126256864  0.50 s/step',
  );
});

test('the bar shows progress and is never wider than the terminal', () => {
  expect(barLine(at(49, 200), once(200), 0.5 / 3, 100)).toBe(
    '██░░░░░░░░  50/200  1 min 15 s left  cost 5.050e+9  0.50 s/step  content 7.878e+3  style 1.263e+8',
  );
  for (let columns = 1; columns < 140; columns++) {
    expect(barLine(at(49, 200), once(200), 0.5 / 3, columns).length).toBeLessThan(columns);
  }
});

test('after one step the time left is said roughly, and a slow first step does not sway the rest', () => {
  const terminal = screen(true, 120);
  const progress = showProgress(terminal);
  progress.start(once(100));
  progress.step(at(0, 100, 60));
  expect(terminal.text()).toContain('about 1 h 39 min left');
  for (let step = 1; step < 10; step++) progress.step(at(step, 100, 0.5));
  expect(terminal.text().split('\r').at(-1)).toContain('45 s left  cost 5.050e+9  0.50 s/step');
});

test('there is a bar from 60 columns up, however long the text is', () => {
  const scales: PlannedScale[] = Array.from({ length: 12 }, () => ({ width: 8, height: 8, steps: 90_000, work: 3 }));
  for (let columns = 60; columns < 140; columns++) {
    for (const step of [0, 99_999, 999_999]) {
      const line = barLine({ ...at(step, 1_080_000), scale: 11, scales: 12 }, scales, 40_000, columns);
      expect(line).toMatch(/^[█░]{10,24} {2}\d/);
      expect(line.length).toBeLessThan(columns);
    }
  }
});

test('seconds are counted before the first step, and no longer after it', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const terminal = screen(true);
  const progress = showProgress(terminal);
  progress.prepare();
  expect(terminal.text()).toMatch(/░{10,} {2}preparing {2}0 s/);
  vi.advanceTimersByTime(3000);
  expect(terminal.text()).toMatch(/░{10,} {2}preparing {2}3 s/);
  progress.start(once(9));
  progress.step(at(0, 9, 2));
  expect(terminal.text().split('\r').at(-1)).toContain('about 16 s left');
  const before = terminal.text();
  vi.advanceTimersByTime(3000);
  expect(terminal.text()).toBe(before);

  const pipe = screen(false);
  showProgress(pipe).prepare();
  vi.advanceTimersByTime(3000);
  expect(pipe.text()).toBe('');
});

test('with several scales the line says which, and time left and bar go by what their steps cost', () => {
  const scales: PlannedScale[] = [
    { width: 10, height: 10, steps: 60, work: 1e9 },
    { width: 14, height: 14, steps: 30, work: 2e9 },
    { width: 20, height: 20, steps: 30, work: 4e9 },
  ];
  // 60 + 60 + 120 units in all; 60 + 20 are done after 70 steps, and the last scale is entered for 9.6.
  expect(barLine({ ...at(69, 120), scale: 1, scales: 3 }, scales, 0.5e-9, 80)).toBe(
    '████░░░░░░░░░  70/120  scale 2/3  1 min 25 s left  cost 5.050e+9  1.00 s/step',
  );
  expect(plainLine({ ...at(69, 120), scale: 1, scales: 3 })).toMatch(/^step 69\/120 {2}scale 2\/3 {2}total cost /);

  const terminal = screen(true, 120);
  const progress = showProgress(terminal);
  progress.start(scales);
  for (let step = 0; step < 5; step++) progress.step({ ...at(step, 120, 0.1), scales: 3 });
  expect(terminal.text().split('\r').at(-1)).toContain('25 s left  cost 5.050e+9  0.10 s/step');
  // The first scale ended early: its other steps are not waited for.
  progress.step({ ...at(60, 120, 0.2), scale: 1, scales: 3 });
  expect(terminal.text().split('\r').at(-1)).toContain('19 s left  cost 5.050e+9  0.20 s/step');
});

test('a terminal gets one line redrawn, cleared for sentences and at the end', () => {
  const terminal = screen(true);
  const progress = showProgress(terminal);
  progress.start(once(2));
  progress.step(at(0, 2));
  progress.say('A sentence.');
  progress.step(at(1, 2));
  progress.end();
  expect(terminal.text().match(/\n/g)).toHaveLength(1);
  expect(terminal.text()).toContain('\r\x1b[KA sentence.\n');
  expect(terminal.text().endsWith('\r\x1b[K')).toBe(true);
});

test('a pipe gets about ten lines in all, or those asked for, and no control characters', () => {
  const count = (steps: number, every?: number) => {
    const pipe = screen(false);
    const progress = showProgress(pipe, every);
    progress.start(once(steps));
    for (let step = 0; step < steps; step++) progress.step(at(step, steps));
    progress.end();
    expect(pipe.text()).not.toContain('\r');
    expect(pipe.text()).not.toContain('\x1b');
    return pipe.text().split('\n').length - 1;
  };
  expect(count(200)).toBe(11);
  expect(count(4)).toBe(4);
  expect(count(1)).toBe(1);
  expect(count(10, 5)).toBe(3);
});

test('durations read as people say them', () => {
  expect([0.2, 59.4, 60, 125, 3599.6, 3600, 4800].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min 00 s',
    '2 min 05 s',
    '1 h 00 min',
    '1 h 00 min',
    '1 h 20 min',
  ]);
});
