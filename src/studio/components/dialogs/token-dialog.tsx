import { useEffect, useRef } from 'preact/hooks';
import { tokenAsked } from '../../state.js';
import { t } from '../../words/words.js';

/** Asks for the token of the service. */
export function TokenDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const answer = tokenAsked.value;
  useEffect(() => {
    if (answer && !dialog.current?.open) dialog.current?.showModal();
    if (!answer) dialog.current?.close();
    if (input.current) input.current.value = '';
  }, [answer]);
  return (
    <dialog class="token" ref={dialog} aria-labelledby="token-title" onClose={() => tokenAsked.value?.(undefined)}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          const given = input.current?.value.trim() ?? '';
          if (given !== '') answer?.(given);
        }}
      >
        <h2 id="token-title">{t('tokenTitle')}</h2>
        <label class="field">
          {t('token')}
          <input ref={input} type="password" autocomplete="off" spellcheck={false} required />
        </label>
        <p class="hint">{t('tokenHint')}</p>
        <div class="row">
          <button type="submit" class="main">
            {t('paint')}
          </button>
          <button type="button" class="soft" onClick={() => dialog.current?.close()}>
            {t('cancel')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
