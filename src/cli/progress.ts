/**
 * What a person sees of a painting: one line redrawn on a terminal, calm plain lines elsewhere.
 */

import { secondsLeft, workOf } from '../core/painting/forecast.js';
import type { StepReport } from '../core/painting/job.js';
import { runningMedian } from '../core/painting/pace.js';
import type { PlannedScale } from '../core/painting/plan.js';
import { type Screen, statusLine, withBar } from './status-line.js';

export interface Progress {
  /** Shows the seconds that preparing takes, until the first step. */
  prepare(): void;
  /** Before the first step: what lies ahead. */
  start(scales: readonly PlannedScale[]): void;
  step(report: StepReport): void;
  /** Prints a sentence above the progress line. */
  say(sentence: string, screen?: Screen): void;
  /** Takes the progress line away. */
  end(): void;
}

/**
 * @param linesEvery print a plain line with full costs every so many steps; without it a terminal shows
 * none and a pipe about ten in all.
 */
export function showProgress(screen: Screen, linesEvery?: number): Progress {
  const line = statusLine(screen);
  const pace = runningMedian();
  let scales: readonly PlannedScale[] = [];
  let clock: NodeJS.Timeout | undefined;
  return {
    prepare() {
      if (!line.redraws) return;
      const began = performance.now();
      const tick = () => line.draw(preparingLine((performance.now() - began) / 1000, line.columns));
      tick();
      clock = setInterval(tick, 1000).unref();
    },
    start(planned) {
      scales = planned;
    },
    step(report) {
      clearInterval(clock);
      const { step, steps, seconds } = report;
      const last = step === steps - 1;
      const every = linesEvery ?? (line.redraws ? undefined : Math.ceil(steps / 10));
      if ((every !== undefined && step % every === 0) || (last && !line.redraws)) line.say(plainLine(report));
      const work = scales[report.scale]?.work ?? 1;
      line.draw(barLine(report, scales, pace(seconds / work), line.columns));
    },
    say: line.say,
    end() {
      clearInterval(clock);
      line.end();
    },
  };
}

/** A step as one line of a log, with digits enough to compare runs by. */
export function plainLine({ step, steps, scale, scales, costs, seconds }: StepReport): string {
  const digits = (cost: number) => cost.toPrecision(9);
  const place = scales > 1 ? `  scale ${scale + 1}/${scales}` : '';
  return (
    `step ${step}/${steps}${place}  total cost ${digits(costs.total)}  content cost ${digits(costs.content ?? 0)}` +
    `  style cost ${digits(costs.style ?? 0)}  ${pacing(seconds)}`
  );
}

/** The progress line before the first step: nothing is known yet of the time that is left. */
function preparingLine(seconds: number, columns: number): string {
  return withBar(['preparing', duration(seconds)], 0, columns);
}

/**
 * The progress line, never wider than the terminal: what matters least is left out first. Bar and time left count
 * work, of which later scales have more in each step.
 *
 * @param pace seconds per unit of work, as measured so far.
 */
export function barLine(
  { step, steps, scale, scales, costs }: StepReport,
  planned: readonly PlannedScale[],
  pace: number,
  columns: number,
): string {
  const done = step + 1;
  const short = (cost: number) => cost.toExponential(3);
  const parts = [`${done}/${steps}`];
  if (scales > 1) parts.push(`scale ${scale + 1}/${scales}`);
  // The first steps are often slower than the rest.
  if (done < steps) parts.push(`${done < 3 ? 'about ' : ''}${duration(secondsLeft(planned, done, pace))} left`);
  parts.push(`cost ${short(costs.total)}`, pacing(pace * (planned[scale]?.work ?? 1)));
  parts.push(`content ${short(costs.content ?? 0)}`, `style ${short(costs.style ?? 0)}`);
  return withBar(parts, workOf(planned, done) / workOf(planned), columns);
}

/** Seconds as people say them: `8 s`, `2 min 05 s`, `1 h 20 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

function pacing(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s/step`;
}
