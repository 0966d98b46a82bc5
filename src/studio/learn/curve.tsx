import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { partsOf } from '../../core/costs/objective/objective.js';
import type { CostChart } from '../components/easel/cost-chart.js';
import type { StepReport } from '../painting/protocol.js';
import { dark } from '../theme.js';
import { language, t } from '../words/words.js';

/** The costs of the painting on this page. */
export function Curve({ reports }: { reports: readonly StepReport[] }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<CostChart | undefined>(undefined);
  const layers = reports[0] ? Object.keys(partsOf(reports[0].costs, 'style')) : [];
  const key = `${layers} ${dark.value} ${language.value}`;
  useEffect(() => {
    let gone = false;
    import('../components/easel/cost-chart.js').then(({ createCostChart }) => {
      if (!gone && place.current) chart.current = createCostChart(place.current, layers);
    });
    return () => {
      gone = true;
      chart.current?.remove();
      chart.current = undefined;
    };
  }, [key]);
  useEffect(() => chart.current?.show(reports), [reports]);
  return (
    <div>
      <div class="chart" ref={place} aria-hidden="true" />
      <p class="names">
        <Name color="total">{t('total')}</Name>
        <Name color="content">{t('content')}</Name>
        {layers.map((layer, i) => (
          <Name key={layer} color={`layer${i + 1}`}>
            {t('layer', { name: layer })}
          </Name>
        ))}
      </p>
    </div>
  );
}

function Name({ color, children }: { color: string; children: ComponentChildren }) {
  return (
    <span>
      <i style={{ background: `var(--curve-${color})` }} />
      {children}
    </span>
  );
}
