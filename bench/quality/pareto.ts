/** The Pareto chart: what is the best picture for the time one is willing to wait? */
import {
  type Box,
  COLOURS,
  DOTTED,
  frame,
  legend,
  level,
  type Mark,
  named,
  note,
  PLOT,
  px,
  ring,
  tick,
} from './plot.js';
import type { Summary } from './results.js';

/** A program that takes time. */
interface Timed extends Mark {
  readonly seconds: number;
}

/**
 * An SVG: seconds (logarithmic) to the right, score upwards, presets joined by a line, the Pareto front marked: no
 * other program is both faster and better than those with a ring. Guards are horizontal lines.
 *
 * @param subtitle what was painted, and where.
 */
export function paretoChart(all: readonly Summary[], subtitle: string): string {
  const timed = all.filter((summary) => summary.kind !== 'guard' && summary.seconds !== undefined) as Timed[];
  const guards = all.filter(({ kind, scores: { score } }) => kind === 'guard' && score > 0);
  const [low, high] = timeRange(timed.map(({ seconds }) => seconds));
  const scores = [...timed, ...guards].map(({ scores: { score } }) => score);
  // Not from 0: it is differences that are read here. In twentieths.
  const base = Math.max(0, Math.floor(Math.min(...scores) * 20 - 0.3));
  const top = Math.ceil(Math.max(...scores) * 20 + 0.5);
  const x = (seconds: number) =>
    PLOT.left + ((PLOT.right - PLOT.left) * Math.log(seconds / low)) / Math.log(high / low);
  const y = (score: number) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * (20 * score - base)) / (top - base);
  const marks = timed.map((mark) => ({ ...mark, x: x(mark.seconds), y: y(mark.scores.score) }));
  const lines = guards.map(({ program, scores: { score } }) => guardLine(y(score), `${program}: no painting at all`));
  const labels = { right: 'seconds to paint, whole process', up: 'score: style and content, both near' };
  return frame({ title: 'How good a picture, for how long a wait', subtitle, ...labels }, [
    ...ticks(low, high).map((seconds) => tick(x(seconds), duration(seconds))),
    ...Array.from({ length: top - base + 1 }, (_, i) => (base + i) / 20).map((score) =>
      level(y(score), score.toFixed(2)),
    ),
    ...lines.map(({ svg }) => svg),
    presetLine(marks.filter(({ kind }) => kind === 'preset')),
    ...front(marks).map((mark) => ring(mark.x, mark.y)),
    ...named(
      marks,
      lines.map(({ box }) => box),
    ),
    ...legend(marks, [{ mark: (x, y) => ring(x, y, 8), label: 'none is both faster and better' }]),
  ]);
}

/** No other mark is at least as fast and better. */
function front(marks: readonly Timed[]): Timed[] {
  return marks.filter(
    (mark) => !marks.some((other) => other.seconds <= mark.seconds && other.scores.score > mark.scores.score),
  );
}

/** From 20 % before the fastest to 20 % past the slowest, at least a factor of 4. */
function timeRange(seconds: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...seconds), Math.max(...seconds)];
  const middle = Math.sqrt(low * high);
  return [Math.min(low / 1.25, middle / 2), Math.max(high * 1.25, middle * 2)];
}

function ticks(low: number, high: number): number[] {
  const all = [1, 2, 3, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 18_000, 36_000];
  return all.filter((seconds) => seconds >= low && seconds <= high);
}

const duration = (seconds: number) =>
  seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;

/** A dotted line with its name on it, and where the name stands. */
function guardLine(y: number, label: string): { svg: string; box: Box } {
  const line = `<line x1="${PLOT.left}" y1="${px(y)}" x2="${PLOT.right}" y2="${px(y)}" ${DOTTED}/>`;
  const box = { left: PLOT.left, right: PLOT.left + label.length * 6.6, top: y - 18, bottom: y };
  return { svg: line + note(PLOT.left + 6, y - 6, label), box };
}

function presetLine(presets: readonly Mark[]): string {
  const points = presets.toSorted((a, b) => a.x - b.x).map(({ x, y }) => `${px(x)},${px(y)}`);
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS.preset}" stroke-width="2.5" stroke-opacity="0.6"/>`;
}
