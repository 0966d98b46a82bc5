import { goOnPainting } from '../../actions/paint.js';
import { letGoOfOffer } from '../../actions/unfinished.js';
import { busy, unfinished } from '../../state.js';
import { language, t } from '../../words/words.js';
import { Icon } from '../controls/icons.js';

/** Offers a painting that was interrupted, under its picture so far. */
export function Unfinished() {
  const offered = unfinished.value;
  if (!offered || busy.value) return null;
  const { step, steps, when } = offered.state;
  const moment = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(when);
  return (
    <section class="unfinished" aria-label={t('unfinished')}>
      <p>
        <strong>{t('unfinished')}</strong>
        <span class="hint">{t('unfinishedAt', { n: step, m: steps, when: moment })}</span>
      </p>
      <div class="row">
        <button type="button" class="main" onClick={goOnPainting}>
          <Icon name="play" />
          {t('goOn')}
        </button>
        <button type="button" class="soft" onClick={letGoOfOffer}>
          {t('letGo')}
        </button>
      </div>
    </section>
  );
}
