import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { forgetPainting } from '../../actions/keep.js';
import { clearKept } from '../../actions/keep-form.js';
import { reopen } from '../../actions/reopen.js';
import { history, historyOpen } from '../../state.js';
import type { Painting } from '../../store/history.js';
import { duration, language, t, titleOf } from '../../words/words.js';
import { Icon } from '../controls/icons.js';

export function HistoryDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = historyOpen.value;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog class="history" ref={dialog} aria-labelledby="history-title" onClose={() => (historyOpen.value = false)}>
      <div class="dialog-head">
        <h2 id="history-title">{t('history')}</h2>
        <button type="button" class="quiet" aria-label={t('close')} onClick={() => (historyOpen.value = false)}>
          <Icon name="close" />
        </button>
      </div>
      {history.value.length === 0 ? (
        <p class="hint">{t('historyEmpty')}</p>
      ) : (
        <ul class="gallery">
          {open && history.value.map((painting) => <Kept key={painting.id} painting={painting} />)}
        </ul>
      )}
      {open && <Storage />}
    </dialog>
  );
}

/** How much is kept, and the way to clear it. */
function Storage() {
  const megabytes = useSignal<number | undefined>(undefined);
  const sure = useSignal(false);
  const measure = () =>
    navigator.storage?.estimate?.().then(
      ({ usage = 0 }) => (megabytes.value = Math.max(usage > 0 ? 1 : 0, Math.round(usage / 1e6))),
      () => {},
    );
  useEffect(() => {
    measure();
  }, []);
  return (
    <div class="storage">
      <p class="hint">
        {t('keptHere')} {megabytes.value !== undefined && t('keptBytes', { n: megabytes.value })}
      </p>
      <button
        type="button"
        class={sure.value ? 'soft problem' : 'soft'}
        onClick={() => {
          if (sure.value) clearKept().then(measure);
          sure.value = !sure.value;
        }}
        onBlur={() => (sure.value = false)}
      >
        {t(sure.value ? 'clearSure' : 'clearKept')}
      </button>
    </div>
  );
}

function Kept({ painting }: { painting: Painting }) {
  const { id, thumbnail, recipe, when, seconds } = painting;
  const url = useMemo(() => URL.createObjectURL(thumbnail), [thumbnail]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  const name = titleOf(recipe.content.name);
  const sure = useSignal(false);
  const styles = recipe.styles.map((style) => titleOf(style.name)).join(', ');
  return (
    <li>
      <button
        type="button"
        class="thumb"
        aria-label={t('openNamed', { name })}
        onClick={() => reopen(painting, { withResult: true })}
      >
        <img src={url} alt="" />
      </button>
      <p class="name">
        {name} · {styles}
      </p>
      <p class="hint">
        {new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(when)} ·{' '}
        {t('stepsDone', { n: recipe.steps })} · {duration(seconds)}
      </p>
      <div class="row">
        <button
          type="button"
          class="soft"
          aria-label={t('duplicateNamed', { name })}
          onClick={() => reopen(painting, { withResult: false })}
        >
          {t('duplicate')}
        </button>
        {/* It cannot be brought back: the first press only asks. */}
        <button
          type="button"
          class={sure.value ? 'soft problem' : 'soft'}
          aria-label={`${sure.value ? `${t('deleteSure')} ` : ''}${t('deleteNamed', { name })}`}
          onClick={() => {
            if (sure.value) forgetPainting(id);
            sure.value = true;
          }}
          onBlur={() => (sure.value = false)}
        >
          {t(sure.value ? 'deleteSure' : 'delete')}
        </button>
      </div>
    </li>
  );
}
