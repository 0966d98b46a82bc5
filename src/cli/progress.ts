/**
 * What a person sees of a painting: one line redrawn on a terminal, calm plain lines elsewhere.
 */

import type { StepReport } from '../core/painting/job.js';
import type { PlannedScale } from '../core/painting/plan.js';

/** The part of a stream that progress needs; `process.stdout` is one. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface Progress {
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
  const redraws = screen.isTTY === true && process.env.TERM !== 'dumb';
  const pace = runningMedian();
  let scales: readonly PlannedScale[] = [];
  let bar = '';
  const clear = () => redraws && bar !== '' && screen.write('\r\x1b[K');
  return {
    start(planned) {
      scales = planned;
    },
    step(report) {
      const { step, steps, seconds } = report;
      const last = step === steps - 1;
      const every = linesEvery ?? (redraws ? undefined : Math.ceil(steps / 10));
      if ((every !== undefined && step % every === 0) || (last && !redraws)) {
        clear();
        screen.write(`${plainLine(report)}\n`);
      }
      if (!redraws) return;
      const work = scales[report.scale]?.work ?? 1;
      bar = barLine(report, scales, pace(seconds / work), screen.columns ?? 80);
      screen.write(`\r${bar}\x1b[K`);
    },
    say(sentence, to = screen) {
      clear();
      to.write(`${sentence}\n`);
      if (redraws && bar !== '') screen.write(bar);
    },
    end() {
      clear();
      bar = '';
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

/**
 * The progress line, never wider than the terminal: what matters least is left out first. Bar and time left count
 * work, of which later scales have more in each step.
 *
 * @param pace seconds per unit of work, undefined while too few steps are known to promise anything.
 */
export function barLine(
  { step, steps, scale, scales, costs }: StepReport,
  planned: readonly PlannedScale[],
  pace: number | undefined,
  columns: number,
): string {
  const done = step + 1;
  const short = (cost: number) => cost.toExponential(3);
  const all = workOf(planned, Number.POSITIVE_INFINITY);
  const left = all - workOf(planned, done);
  const parts = [`${done}/${steps}`];
  if (scales > 1) parts.push(`scale ${scale + 1}/${scales}`);
  parts.push(`cost ${short(costs.total)}`);
  if (pace !== undefined && done < steps) parts.push(`${duration(pace * left)} left`);
  if (pace !== undefined) parts.push(pacing(pace * (planned[scale]?.work ?? 1)));
  parts.push(`content ${short(costs.content ?? 0)}`, `style ${short(costs.style ?? 0)}`);
  // Room for the ^C that the terminal itself adds: a line that wraps cannot be redrawn.
  const room = columns - 3;
  while (parts.length > 1 && parts.join('  ').length > room) parts.pop();
  const text = parts.join('  ').slice(0, Math.max(0, room));
  const width = Math.min(24, room - text.length - 2);
  if (width < 6) return text;
  const filled = Math.floor(width * (1 - left / all));
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}  ${text}`;
}

/** Work of the first so many steps; a scale that ended early counts whole. */
function workOf(scales: readonly PlannedScale[], steps: number): number {
  let before = 0;
  return scales.reduce((sum, { steps: count, work }) => {
    const within = Math.min(count, Math.max(0, steps - before));
    before += count;
    return sum + within * work;
  }, 0);
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

/** Median of the last values given: one slow step (the first, or a busy machine) does not sway it. */
function runningMedian(window = 15): (value: number) => number | undefined {
  const recent: number[] = [];
  return (value) => {
    recent.push(value);
    if (recent.length > window) recent.shift();
    if (recent.length < 2) return undefined;
    const sorted = recent.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    const upper = sorted[middle] as number;
    return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
  };
}
