/** The plane of the two distances: a program that changes less of the photo should not win by that alone. */
import { DOTTED, frame, legend, level, type Mark, named, note, PLOT, px, tick } from './plot.js';
import type { Summary } from './results.js';

/** Scores whose curves are drawn. */
const CURVES = Array.from({ length: 13 }, (_, i) => 0.3 + i / 20);

/**
 * An SVG: distance to the photo to the right, distance to the painting upwards, so that the best picture is at the
 * lower left; curves of equal score. Whoever gives up some of the photo for more of the painting moves along a
 * curve; better means nearer to the corner. Guards within the plot are shown, too.
 *
 * @param subtitle what was painted, and where.
 */
export function planeChart(all: readonly Summary[], subtitle: string): string {
  const painted = all.filter(({ kind }) => kind !== 'guard');
  const [left, right] = range(painted.map(({ scores }) => scores.content));
  const [bottom, top] = range(painted.map(({ scores }) => scores.style));
  const x = (content: number) => PLOT.left + ((PLOT.right - PLOT.left) * (content - left)) / (right - left);
  const y = (style: number) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * (style - bottom)) / (top - bottom);
  const inside = ({ scores: { content, style } }: Summary) =>
    content >= left && content <= right && style >= bottom && style <= top;
  const marks: Mark[] = all
    .filter(inside)
    .map((summary) => ({ ...summary, x: x(summary.scores.content), y: y(summary.scores.style) }));
  const curves = CURVES.flatMap((score) => {
    // (1 - content) (1 - style) = score^2, from the left edge or the top to the right edge or the bottom.
    const points = Array.from({ length: 61 }, (_, i) => left + ((right - left) * i) / 60)
      .map((content) => ({ content, style: 1 - score ** 2 / (1 - content) }))
      .filter(({ content, style }) => content < 1 && style >= bottom && style <= top)
      .map(({ content, style }) => ({ x: x(content), y: y(style) }));
    const [first] = points;
    if (!first || points.length < 3) return [];
    const path = points.map((point) => `${px(point.x)},${px(point.y)}`).join(' ');
    const line = `<polyline points="${path}" fill="none" ${DOTTED}/>`;
    return [line + note(first.x + 6, first.y + 14, score.toFixed(2))];
  });
  const labels = { right: 'distance to the photo', up: 'distance to the painting' };
  return frame({ title: 'How much of the painting, for how much of the photo', subtitle, ...labels }, [
    ...twentieths(left, right).map((value) => tick(x(value), value.toFixed(2))),
    ...twentieths(bottom, top).map((value) => level(y(value), value.toFixed(2))),
    ...curves,
    ...named(marks),
    ...legend(marks, [
      {
        mark: (x, y) => `<path d="M${px(x - 10)} ${px(y)}h20" ${DOTTED}/>`,
        label: 'the same score',
      },
    ]),
  ]);
}

/** In twentieths, a little past the smallest and the largest. */
function range(values: readonly number[]): [number, number] {
  const low = Math.floor(Math.min(...values) * 20 - 0.5) / 20;
  return [low, Math.max(low + 0.1, Math.ceil(Math.max(...values) * 20 + 0.5) / 20)];
}

function twentieths(low: number, high: number): number[] {
  return Array.from({ length: Math.round((high - low) * 20) + 1 }, (_, i) => low + i / 20);
}
