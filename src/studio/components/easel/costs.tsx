import { useEffect, useRef } from 'preact/hooks';
import { partsOf } from '../../../core/costs/objective/objective.js';
import { report, reports } from '../../state.js';
import { dark } from '../../theme.js';
import { language, number, t } from '../../words/words.js';
import type { CostChart } from './cost-chart.js';

/** Costs as curves, and the newest as numbers, which is also what screen readers hear. */
export function Costs() {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<CostChart | undefined>(undefined);
  const layers = report.value ? Object.keys(partsOf(report.value.costs, 'style')) : [];
  const key = `${layers} ${dark.value} ${language.value}`;
  useEffect(() => {
    let gone = false;
    // The chart's library is fetched when there is something to draw.
    import('./cost-chart.js').then(({ createCostChart }) => {
      if (gone || !place.current) return;
      chart.current = createCostChart(place.current, layers);
      chart.current.show(reports.value);
    });
    return () => {
      gone = true;
      chart.current?.remove();
      chart.current = undefined;
    };
  }, [key]);
  const all = reports.value;
  useEffect(() => chart.current?.show(all), [all]);
  const costs = report.value?.costs;
  return (
    <section class="costs" aria-labelledby="costs-title">
      <div class="costs-head">
        <h2 id="costs-title">{t('costs')}</h2>
        <p class="hint">{t('costsHint')}</p>
      </div>
      <div class="chart" ref={place} aria-hidden="true" />
      {costs && (
        <dl class="legend">
          <Entry color="total" name={t('total')} value={costs.total} />
          <Entry color="content" name={t('content')} value={costs.content ?? 0} />
          {layers.map((layer, i) => (
            <Entry
              key={layer}
              color={`layer${(i % 6) + 1}`}
              name={t('layer', { name: layer })}
              value={costs[`style.${layer}`] ?? 0}
            />
          ))}
        </dl>
      )}
    </section>
  );
}

function Entry({ color, name, value }: { color: string; name: string; value: number }) {
  return (
    <div>
      <dt>
        <i style={{ background: `var(--curve-${color})` }} />
        {name}
      </dt>
      <dd>{value === 0 ? '0' : value < 0.01 ? value.toExponential(1) : number(value, 3)}</dd>
    </div>
  );
}
