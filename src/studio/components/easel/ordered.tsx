import { followOrdered } from '../../actions/paint.js';
import { forgetOrdered } from '../../actions/server.js';
import { busy, ordered } from '../../state.js';
import { t } from '../../words/words.js';
import { Icon } from '../controls/icons.js';

/** Offers the painting that this tab ordered from the service before it was reloaded. */
export function Ordered() {
  const offered = ordered.value;
  if (!offered || busy.value) return null;
  const { status, step, steps } = offered;
  const now =
    status === 'done'
      ? t('orderedDone')
      : status === 'queued'
        ? t('orderedQueued')
        : t('stepOf', { n: step, m: steps });
  return (
    <section class="unfinished" aria-label={t('orderedTitle')}>
      <p>
        <strong>{t('orderedTitle')}</strong>
        <span class="hint">{now}</span>
      </p>
      <div class="row">
        <button type="button" class="main" onClick={followOrdered}>
          <Icon name="play" />
          {t('orderedShow')}
        </button>
        <button type="button" class="soft" onClick={forgetOrdered}>
          {t('letGo')}
        </button>
      </div>
    </section>
  );
}
