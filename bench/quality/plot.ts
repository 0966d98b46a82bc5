/** What both charts are drawn with, as SVG. */
import type { Summary } from './results.js';

const WIDTH = 960;
const HEIGHT = 600;
/** Edges of the plot. */
export const PLOT = { left: 84, right: 924, top: 96, bottom: 516 };
export const COLOURS = {
  preset: '#1b6ca8',
  variant: '#5aa469',
  reference: '#c8553d',
  guard: '#999',
  ink: '#333',
  grid: '#e6e6e3',
  front: '#d9a62e',
};
const LABELS = {
  preset: 'our presets',
  variant: 'our command, other flags',
  reference: 'other programs',
  guard: 'no painting at all',
} as const;
/** The stroke of guards and of curves of equal score. */
export const DOTTED = `stroke="${COLOURS.guard}" stroke-dasharray="3 5"`;
/** White around letters, so that lines may cross them. */
const HALO = 'stroke="#fcfcfa" stroke-width="4" paint-order="stroke"';

/** A program and its place on the chart. */
export interface Mark extends Summary {
  readonly x: number;
  readonly y: number;
}

/** The whole chart: headings and axes around its parts. */
export function frame(
  { title, subtitle, right, up }: { title: string; subtitle: string; right: string; up: string },
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="14" fill="${COLOURS.ink}">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fcfcfa"/>`,
    text(PLOT.left, 38, title, 'font-size="22" font-weight="bold"'),
    text(PLOT.left, 62, subtitle, 'fill="#666"'),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 48, right, 'text-anchor="middle"'),
    `<text transform="translate(30 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">${up}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** A vertical line of the grid. */
export function tick(x: number, label: string): string {
  const line = `<line x1="${px(x)}" y1="${PLOT.top}" x2="${px(x)}" y2="${PLOT.bottom}" stroke="${COLOURS.grid}"/>`;
  return line + text(x, PLOT.bottom + 22, label, 'text-anchor="middle"');
}

/** A horizontal line of the grid. */
export function level(y: number, label: string): string {
  const line = `<line x1="${PLOT.left}" y1="${px(y)}" x2="${PLOT.right}" y2="${px(y)}" stroke="${COLOURS.grid}"/>`;
  return line + text(PLOT.left - 12, y + 5, label, 'text-anchor="end"');
}

export function ring(x: number, y: number, radius = 12): string {
  return `<circle cx="${px(x)}" cy="${px(y)}" r="${radius}" fill="none" stroke="${COLOURS.front}" stroke-width="2.5"/>`;
}

/** A disc for presets, a triangle for variants, a square for other programs, a small disc for guards. */
function symbol(kind: Mark['kind'], x: number, y: number): string {
  const style = `fill="${COLOURS[kind]}" stroke="#fcfcfa" stroke-width="1.5"`;
  if (kind === 'reference') return `<rect x="${px(x - 6.5)}" y="${px(y - 6.5)}" width="13" height="13" ${style}/>`;
  if (kind === 'variant') return `<path d="M${px(x)} ${px(y - 8)}l8 14h-16z" ${style}/>`;
  return `<circle cx="${px(x)}" cy="${px(y)}" r="${kind === 'preset' ? 7 : 4.5}" ${style}/>`;
}

/** Marks with their names, each where it covers no other name, no other mark and nothing of `taken`. */
export function named(marks: readonly Mark[], taken: readonly Box[] = []): string[] {
  const names = placed(marks, taken).map(({ program, x, y, anchor }) =>
    text(x, y, program, `text-anchor="${anchor}" ${HALO}`),
  );
  return [...marks.map(({ kind, x, y }) => symbol(kind, x, y)), ...names];
}

export interface Box {
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
      { x: mark.x + 12, y: mark.y + 30, anchor: 'start', left: mark.x + 12 },
      { x: mark.x - 12, y: mark.y + 30, anchor: 'end', left: mark.x - 12 - width },
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

/**
 * What the symbols mean, along the foot.
 *
 * @param more entries after those of the kinds of marks.
 */
export function legend(
  marks: readonly Mark[],
  more: readonly { mark: (x: number, y: number) => string; label: string }[],
): string[] {
  const kinds = [...new Set(marks.map(({ kind }) => kind))];
  let x = PLOT.left + 8;
  return [
    ...kinds.map((kind) => ({ mark: (x: number, y: number) => symbol(kind, x, y), label: LABELS[kind] as string })),
    ...more,
  ].map(({ mark, label }) => {
    const entry = mark(x, HEIGHT - 16) + text(x + 16, HEIGHT - 11, label, '');
    x += 44 + label.length * 7.4;
    return entry;
  });
}

/** A word on the chart that lines may cross. */
export function note(x: number, y: number, content: string): string {
  return text(x, y, content, `font-size="12" fill="#777" ${HALO}`);
}

export function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escaped}</text>`;
}

export const px = (value: number) => String(Math.round(value * 10) / 10);
