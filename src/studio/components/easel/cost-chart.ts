/** The curves of costs, by uPlot. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { StepReport } from '../../painting/protocol.js';
import { t } from '../../words/words.js';

export interface CostChart {
  show(reports: readonly StepReport[]): void;
  remove(): void;
}

const HEIGHT_PX = 220;

/** Draws into `place` and follows its width. */
export function createCostChart(place: HTMLElement, layers: readonly string[]): CostChart {
  const css = getComputedStyle(place);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--ink-soft'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  const series = (label: string, name: string, width: number): uPlot.Series => ({
    label,
    stroke: color(`--curve-${name}`),
    width,
    points: { show: false },
  });
  const plot = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 } },
      scales: { x: { time: false }, y: { distr: 3, range: (_, min, max) => logRange(min, max) } },
      axes: [
        { ...axis, size: 28, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : '')) },
        {
          ...axis,
          // Lines at whole powers alone: those between crowd the curves.
          grid: { ...axis.grid, filter: (_, ticks) => ticks.map((tick) => (power(tick) === '' ? null : tick)) },
          size: 52,
          values: (_, ticks) => ticks.map(power),
        },
      ],
      series: [
        { label: t('step') },
        series(t('total'), 'total', 2.5),
        series(t('content'), 'content', 1.8),
        ...layers.map((layer, i) => series(t('layer', { name: layer }), `layer${(i % 6) + 1}`, 1.3)),
      ],
    },
    [[], ...Array.from({ length: 2 + layers.length }, () => [])] as unknown as uPlot.AlignedData,
    place,
  );
  const observer = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(200, place.clientWidth), height: HEIGHT_PX }),
  );
  observer.observe(place);
  return {
    show(reports) {
      // A logarithm of 0 is not to be had: such points are gaps.
      const above0 = (value: number | undefined) => (value !== undefined && value > 0 ? value : null);
      plot.setData([
        reports.map(({ step }) => step + 1),
        reports.map(({ costs }) => above0(costs.total)),
        reports.map(({ costs }) => above0(costs.content)),
        ...layers.map((layer) => reports.map(({ costs }) => above0(costs[`style.${layer}`]))),
      ]);
    },
    remove() {
      observer.disconnect();
      plot.destroy();
    },
  };
}

/** Whole powers of ten around the numbers. */
function logRange(min: number | null, max: number | null): uPlot.Range.MinMax {
  if (!min || !max || min <= 0) return [1, 10];
  return [10 ** Math.floor(Math.log10(min)), 10 ** Math.ceil(Math.log10(max) + 1e-9)];
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 10³ at whole powers, nothing between. */
function power(tick: number | null): string {
  // uPlot leaves out ticks that come too close.
  if (tick === null) return '';
  const exponent = Math.log10(tick);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-6) return '';
  const digits = [...String(Math.abs(Math.round(exponent)))].map((digit) => SUPERSCRIPT[Number(digit)]).join('');
  return `10${exponent < -1e-6 ? '⁻' : ''}${digits}`;
}
