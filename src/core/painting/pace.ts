/** How fast a painting goes, from the seconds that its steps take. */
import { secondsLeft } from './forecast.js';
import type { StepReport } from './job.js';
import type { PlannedScale } from './plan.js';

/** Median of the last values given: one slow step (the first, or a busy machine) does not sway it. */
export function runningMedian(window = 15): (value: number) => number {
  const recent: number[] = [];
  return (value) => {
    recent.push(value);
    if (recent.length > window) recent.shift();
    const sorted = recent.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    const upper = sorted[middle] as number;
    return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
  };
}

/** Tells after each step of a painting how many seconds are left, by the pace of its last steps. */
export function timeLeft(scales: readonly PlannedScale[]) {
  const pace = runningMedian();
  return ({ step, scale, seconds }: Pick<StepReport, 'step' | 'scale' | 'seconds'>): number =>
    secondsLeft(scales, step + 1, pace(seconds / (scales[scale]?.work ?? 1)));
}
