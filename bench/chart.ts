/** How the time of a step grows with the picture, as SVG. */
import { frame, level, PLOT, px, text, tick } from './quality/plot.js';
import type { StepResult } from './step.js';

const COLOURS = ['#1b6ca8', '#c8553d', '#5aa469', '#d9a62e', '#7a5195', '#555'];

/** Both axes are logarithmic: time that is linear in pixels is a line of slope 1. */
export function growthChart(steps: readonly StepResult[], machine: string): string {
  const megapixels = ({ width, height }: StepResult) => (width * height) / 1e6;
  const scale = (values: readonly number[], from: number, to: number) => {
    const [least, most] = [Math.min(...values) / 1.2, Math.max(...values) * 1.2];
    return (value: number) => from + ((to - from) * Math.log(value / least)) / Math.log(most / least);
  };
  const x = scale(steps.map(megapixels), PLOT.left, PLOT.right);
  const y = scale(
    steps.map(({ seconds }) => seconds),
    PLOT.bottom,
    PLOT.top,
  );
  const named = ({ engine, threads, styles }: StepResult) => `${engine}, ${threads} threads, ${styles} styles`;
  const lines = [...new Set(steps.map(named))].flatMap((name, i) => {
    const of = steps.filter((step) => named(step) === name);
    const colour = COLOURS[i % COLOURS.length];
    const points = of.map((step) => `${px(x(megapixels(step)))},${px(y(step.seconds))}`);
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      text(PLOT.left + 12, PLOT.top + 20 + 20 * i, name, `fill="${colour}"`),
    ];
  });
  const sizes = [...new Set(steps.map(megapixels))].map((size) => tick(x(size), size.toFixed(2)));
  const seconds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].filter((s) => y(s) <= PLOT.bottom && y(s) >= PLOT.top);
  return frame({ title: 'Seconds of a step', subtitle: machine, right: 'megapixels', up: 'seconds' }, [
    ...sizes,
    ...seconds.map((s) => level(y(s), String(s))),
    ...lines,
  ]);
}
