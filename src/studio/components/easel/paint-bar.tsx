import { paintOn, pause, resume, startPainting, stop } from '../../actions/paint.js';
import { busy, canPaint, frame, status, unfinished } from '../../state.js';
import { t } from '../../words/words.js';
import { Icon } from '../controls/icons.js';

/** Begins, with the picture in view: on phones it is far from the settings. */
function watch(begin: () => void): void {
  begin();
  // The page is shorter then: costs of before are gone.
  requestAnimationFrame(() => document.querySelector('.stage')?.scrollIntoView({ block: 'nearest' }));
}

/** The buttons that matter; on phones they stay at the bottom. */
export function PaintBar() {
  const now = status.value;
  const held = now === 'paused' || now === 'pausing';
  return (
    <div class="paint-bar">
      {busy.value ? (
        <>
          <button type="button" class="main" disabled={now === 'stopping'} onClick={held ? resume : pause}>
            <Icon name={held ? 'play' : 'pause'} />
            {t(held ? 'resume' : 'pause')}
          </button>
          <button type="button" class="soft" disabled={now === 'stopping'} onClick={stop}>
            <Icon name="stop" />
            {t('stop')}
          </button>
        </>
      ) : (
        <>
          <button
            type="button"
            class="main"
            disabled={!canPaint.value}
            aria-describedby={canPaint.value ? undefined : 'paint-need'}
            onClick={() => watch(startPainting)}
          >
            <Icon name={frame.value ? 'again' : 'brush'} />
            {t(frame.value ? 'paintAgain' : 'paint')}
          </button>
          {frame.value && !unfinished.value && (
            <button type="button" class="soft" disabled={!canPaint.value} onClick={() => watch(paintOn)}>
              <Icon name="play" />
              {t('paintOn')}
            </button>
          )}
        </>
      )}
      {!busy.value && !canPaint.value && (
        <p class="hint" id="paint-need">
          {t('needPhoto')}
        </p>
      )}
    </div>
  );
}
