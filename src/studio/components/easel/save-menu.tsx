import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { offerMask, saveAs, saveMask, saveTimelapse } from '../../actions/keep.js';
import { currentCommand, maskOf } from '../../actions/recipe.js';
import { frame, frames, notify, strokes } from '../../state.js';
import { t } from '../../words/words.js';
import { Icon } from '../controls/icons.js';

/** Saving and sharing. */
export function SaveMenu() {
  const menu = useRef<HTMLDetailsElement>(null);
  const filming = useSignal<number | undefined>(undefined);
  const close = () => menu.current?.removeAttribute('open');
  /** Closes it from within: focus must not stay on what is hidden. */
  const leave = () => {
    close();
    menu.current?.querySelector('summary')?.focus();
  };
  useEffect(() => {
    const outside = ({ target }: Event) => {
      if (!menu.current?.contains(target as Node)) close();
    };
    for (const type of ['pointerdown', 'focusin']) document.addEventListener(type, outside);
    return () => {
      for (const type of ['pointerdown', 'focusin']) document.removeEventListener(type, outside);
    };
  }, []);
  const item = (run: () => void) => () => {
    leave();
    run();
  };
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      notify('info', 'copied');
    } catch {
      notify('problem', 'notCopied', { text });
    }
  };
  const copyCommand = () => {
    copy(currentCommand());
    offerMask('form');
  };
  const film = async () => {
    filming.value = 0;
    await saveTimelapse((done) => {
      filming.value = done;
    });
    filming.value = undefined;
  };
  return (
    <div class="save">
      {filming.value !== undefined && (
        <span class="hint" role="status">
          {t('filming', { n: Math.round(filming.value * 100) })}
        </span>
      )}
      <details
        class="menu"
        ref={menu}
        onKeyDown={(event) => {
          if (event.key === 'Escape') leave();
        }}
      >
        <summary class="soft">
          <Icon name="save" />
          {t('save')}
        </summary>
        <div class="menu-list">
          {frame.value && (
            <>
              <button type="button" onClick={item(() => saveAs('png'))}>
                <Icon name="photo" />
                {t('savePng')}
              </button>
              <button type="button" onClick={item(() => saveAs('jpeg'))}>
                <Icon name="photo" />
                {t('saveJpeg')}
              </button>
              <button type="button" onClick={item(() => saveAs('webp'))}>
                <Icon name="photo" />
                {t('saveWebp')}
              </button>
            </>
          )}
          {frames.value > 1 && (
            <button type="button" disabled={filming.value !== undefined} onClick={item(film)}>
              <Icon name="film" />
              {t('saveFilm')}
            </button>
          )}
          {strokes.value.length > 0 && (
            <button
              type="button"
              onClick={item(() => {
                const mask = maskOf('form');
                if (mask) saveMask(mask);
              })}
            >
              <Icon name="brush" />
              {t('saveMask')}
            </button>
          )}
          <button type="button" onClick={item(copyCommand)}>
            <Icon name="terminal" />
            {t('copyCommand')}
          </button>
          <button type="button" onClick={item(() => copy(location.href))}>
            <Icon name="link" />
            {t('copyLink')}
          </button>
        </div>
      </details>
    </div>
  );
}
