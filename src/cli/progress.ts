/**
 * What a person sees of a painting: one line redrawn on a terminal, calm plain lines elsewhere.
 */

import { printable } from '../core/errors.js';
import { secondsLeft, workOf } from '../core/painting/forecast.js';
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
  const redraws = screen.isTTY === true && process.env.TERM !== 'dumb';
  const pace = runningMedian();
  let scales: readonly PlannedScale[] = [];
  let bar = '';
  let clock: NodeJS.Timeout | undefined;
  const clear = () => redraws && bar !== '' && screen.write('\r\x1b[K');
  const draw = (line: string) => {
    bar = line;
    screen.write(`\r${bar}\x1b[K`);
  };
  return {
    prepare() {
      if (!redraws) return;
      const began = performance.now();
      const tick = () => draw(preparingLine((performance.now() - began) / 1000, screen.columns ?? 80));
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
      const every = linesEvery ?? (redraws ? undefined : Math.ceil(steps / 10));
      if ((every !== undefined && step % every === 0) || (last && !redraws)) {
        clear();
        screen.write(`${plainLine(report)}\n`);
      }
      if (!redraws) return;
      const work = scales[report.scale]?.work ?? 1;
      draw(barLine(report, scales, pace(seconds / work), screen.columns ?? 80));
    },
    say(sentence, to = screen) {
      clear();
      // Sentences name files and networks that strangers may have named.
      to.write(`${printable(sentence)}\n`);
      if (redraws && bar !== '') screen.write(bar);
    },
    end() {
      clearInterval(clock);
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

/** Room for the ^C that the terminal itself adds: a line that wraps cannot be redrawn. */
const MARGIN = 3;
const GAP = '  ';
const MIN_BAR = 10;
const MAX_BAR = 24;
/** Narrower terminals have no room for a bar beside the text that matters. */
const MIN_COLUMNS_FOR_BAR = 60;

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

/** A bar, filled to a share of 0..1, and as many of the parts as there is room for. */
function withBar(parts: readonly string[], share: number, columns: number): string {
  const room = columns - MARGIN;
  const barRoom = columns < MIN_COLUMNS_FOR_BAR ? 0 : MIN_BAR + GAP.length;
  const shown = [...parts];
  while (shown.length > 1 && shown.join(GAP).length > room - barRoom) shown.pop();
  const text = shown.join(GAP).slice(0, Math.max(0, room - barRoom));
  const width = Math.min(MAX_BAR, room - text.length - GAP.length);
  if (width < MIN_BAR) return text;
  const filled = Math.floor(width * share);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}${GAP}${text}`;
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
function runningMedian(window = 15): (value: number) => number {
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
