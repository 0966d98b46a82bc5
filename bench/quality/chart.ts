/** The Pareto chart: what is the best picture for the time one is willing to wait? */
import type { Summary } from './results.js';

const WIDTH = 960;
const HEIGHT = 600;
/** Edges of the plot. */
const PLOT = { left: 84, right: 924, top: 96, bottom: 516 };
const COLOURS = {
  preset: '#1b6ca8',
  variant: '#5aa469',
  reference: '#c8553d',
  guard: '#999',
  ink: '#333',
  grid: '#e6e6e3',
};
const LABELS = { preset: 'our presets', variant: 'our command, other flags', reference: 'other programs' } as const;

/** A program that takes time. */
interface Mark extends Summary {
  readonly kind: keyof typeof LABELS;
  readonly seconds: number;
  readonly x: number;
  readonly y: number;
}

/**
 * An SVG: seconds (logarithmic) to the right, score upwards, presets joined by a line, the Pareto front marked: no
 * other program is both faster and better than those with a ring. Guards are horizontal lines.
 *
 * @param subtitle what was painted, and where.
 */
export function paretoChart(all: readonly Summary[], subtitle: string): string {
  const timed = all.filter((summary) => summary.kind !== 'guard' && summary.seconds !== undefined) as Mark[];
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
  const guardLabels = guards.map(({ program, scores: { score } }) => {
    const label = `${program}: no painting at all`;
    return { label, left: PLOT.left, right: PLOT.left + label.length * 6.6, top: y(score) - 18, bottom: y(score) };
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="14" fill="${COLOURS.ink}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fcfcfa"/>`,
    text(PLOT.left, 38, 'How good a picture, for how long a wait', 'font-size="22" font-weight="bold"'),
    text(PLOT.left, 62, subtitle, 'fill="#666"'),
    ...ticks(low, high).map((seconds) => tick(x(seconds), duration(seconds))),
    ...Array.from({ length: top - base + 1 }, (_, i) => (base + i) / 20).map((score) =>
      level(y(score), score.toFixed(2)),
    ),
    ...guardLabels.map(({ label, bottom }) => guardLine(bottom, label)),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 48, 'seconds to paint, whole process', 'text-anchor="middle"'),
    `<text transform="translate(30 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">score: style and content, both near</text>`,
    presetLine(marks.filter(({ kind }) => kind === 'preset')),
    ...front(marks).map(
      (mark) =>
        `<circle cx="${px(mark.x)}" cy="${px(mark.y)}" r="12" fill="none" stroke="#d9a62e" stroke-width="2.5"/>`,
    ),
    ...marks.map(({ kind, x, y }) => symbol(kind, x, y)),
    ...placed(marks, guardLabels).map(({ program, x, y, anchor }) =>
      text(x, y, program, `text-anchor="${anchor}" ${HALO}`),
    ),
    ...legend([...new Set(marks.map(({ kind }) => kind))]),
    '</svg>',
    '',
  ].join('\n');
}

/** White around letters, so that lines may cross them. */
const HALO = 'stroke="#fcfcfa" stroke-width="4" paint-order="stroke"';

/** No other mark is at least as fast and better. */
function front(marks: readonly Mark[]): Mark[] {
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

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Labels above, below or beside their marks, wherever they cover no other label and no other mark. */
function placed(marks: readonly Mark[], taken: readonly Box[]) {
  const boxes: Box[] = marks.map(({ x, y }) => ({ left: x - 9, right: x + 9, top: y - 9, bottom: y + 9 }));
  boxes.push(...taken);
  return marks.map((mark) => {
    const width = mark.program.length * 7.6;
    const choices = [
      { x: mark.x, y: mark.y - 18, anchor: 'middle', left: mark.x - width / 2 },
      { x: mark.x, y: mark.y + 28, anchor: 'middle', left: mark.x - width / 2 },
      { x: mark.x + 18, y: mark.y + 5, anchor: 'start', left: mark.x + 18 },
      { x: mark.x - 18, y: mark.y + 5, anchor: 'end', left: mark.x - 18 - width },
    ].map((choice) => ({ ...choice, right: choice.left + width, top: choice.y - 13, bottom: choice.y + 4 }));
    const free = choices.find(
      (box) =>
        box.left > PLOT.left &&
        box.right < WIDTH - 8 &&
        !boxes.some((b) => b.left < box.right && b.right > box.left && b.top < box.bottom && b.bottom > box.top),
    );
    const chosen = free ?? (choices[0] as (typeof choices)[number]);
    boxes.push(chosen);
    return { ...chosen, program: mark.program };
  });
}

function tick(x: number, label: string): string {
  const line = `<line x1="${px(x)}" y1="${PLOT.top}" x2="${px(x)}" y2="${PLOT.bottom}" stroke="${COLOURS.grid}"/>`;
  return line + text(x, PLOT.bottom + 22, label, 'text-anchor="middle"');
}

function level(y: number, label: string): string {
  const line = `<line x1="${PLOT.left}" y1="${px(y)}" x2="${PLOT.right}" y2="${px(y)}" stroke="${COLOURS.grid}"/>`;
  return line + text(PLOT.left - 12, y + 5, label, 'text-anchor="end"');
}

function guardLine(y: number, label: string): string {
  const line = `<line x1="${PLOT.left}" y1="${px(y)}" x2="${PLOT.right}" y2="${px(y)}" stroke="${COLOURS.guard}" stroke-dasharray="3 5"/>`;
  return line + text(PLOT.left + 6, y - 6, label, `font-size="12" fill="#777" ${HALO}`);
}

function presetLine(presets: readonly Mark[]): string {
  const points = presets.toSorted((a, b) => a.x - b.x).map(({ x, y }) => `${px(x)},${px(y)}`);
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS.preset}" stroke-width="2.5" stroke-opacity="0.6"/>`;
}

/** A disc for presets, a triangle for variants, a square for other programs. */
function symbol(kind: Mark['kind'], x: number, y: number): string {
  const style = `fill="${COLOURS[kind]}" stroke="#fcfcfa" stroke-width="1.5"`;
  if (kind === 'preset') return `<circle cx="${px(x)}" cy="${px(y)}" r="7" ${style}/>`;
  if (kind === 'reference') return `<rect x="${px(x - 6.5)}" y="${px(y - 6.5)}" width="13" height="13" ${style}/>`;
  return `<path d="M${px(x)} ${px(y - 8)}l8 14h-16z" ${style}/>`;
}

function legend(kinds: readonly Mark['kind'][]): string[] {
  const entries = [
    ...kinds.map((kind) => ({ mark: (x: number, y: number) => symbol(kind, x, y), label: LABELS[kind] as string })),
    {
      mark: (x: number, y: number) =>
        `<circle cx="${px(x)}" cy="${y}" r="8" fill="none" stroke="#d9a62e" stroke-width="2.5"/>`,
      label: 'none is both faster and better',
    },
  ];
  let x = PLOT.left + 8;
  return entries.map(({ mark, label }) => {
    const entry = mark(x, HEIGHT - 16) + text(x + 16, HEIGHT - 11, label, '');
    x += 44 + label.length * 7.4;
    return entry;
  });
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escaped}</text>`;
}

const px = (value: number) => String(Math.round(value * 10) / 10);
