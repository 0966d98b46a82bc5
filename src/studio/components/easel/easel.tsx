import { startPainting } from '../../actions/paint.js';
import { openFiles, takeExamplePhoto, toggleExampleStyle } from '../../actions/pictures.js';
import { brushing, busy, comparing, frame, photo, report, status, styles } from '../../state.js';
import { t, titleOf } from '../../words/words.js';
import { useDrop } from '../controls/drop.js';
import { FileButton } from '../controls/file-button.js';
import { Icon } from '../controls/icons.js';
import { BrushCanvas } from './brush-canvas.js';
import { Costs } from './costs.js';
import { Ordered } from './ordered.js';
import { Progress } from './progress.js';
import { SaveMenu } from './save-menu.js';
import { TwoUp } from './two-up.js';
import { Unfinished } from './unfinished.js';
import { ZoomButtons, ZoomedFrame } from './zoomed-frame.js';

/** The picture, large, with what is known of it below. */
export function Easel() {
  const { over, handlers } = useDrop('photo');
  return (
    <section
      id="easel"
      class={over.value ? 'easel over' : 'easel'}
      aria-label={t('picture')}
      tabIndex={-1}
      {...handlers}
    >
      {(photo.value || frame.value) && <h1 class="unseen">{t('title')}</h1>}
      <div class="stage">{stage()}</div>
      <Unfinished />
      <Ordered />
      {photo.value && <Tools />}
      {report.value || busy.value ? <Progress /> : null}
      {report.value && <Costs />}
    </section>
  );
}

function stage() {
  const shown = photo.value;
  const painted = frame.value;
  if (!shown && !painted) return <Empty />;
  if (shown && brushing.value && !busy.value && styles.value.length > 0) return <BrushCanvas photo={shown} />;
  if (shown && painted && comparing.value) return <TwoUp photo={shown} frame={painted} />;
  if (painted) return <ZoomedFrame frame={painted} label={t('pictureOf', { name: titleOf(shown?.name ?? '') })} />;
  return (
    <figure class="picture" style={{ '--ratio': String((shown?.width ?? 1) / (shown?.height ?? 1)) }}>
      <img src={shown?.url} alt={t('photoOf', { name: titleOf(shown?.name ?? '') })} />
      {status.value === 'preparing' && <div class="veil" />}
    </figure>
  );
}

function Empty() {
  const example = async () => {
    await takeExamplePhoto('lake');
    if (styles.value.length === 0) await toggleExampleStyle('swirls');
    await startPainting();
  };
  return (
    <div class="empty">
      <svg class="pond" viewBox="0 0 320 150" aria-hidden="true">
        <path class="water" d="M10 96c34-14 66-14 100 0s66 14 100 0 66-14 100 0" />
        <path class="water faint" d="M34 116c28-10 56-10 84 0s56 10 84 0 56-10 84 0" />
        <path class="water fainter" d="M70 134c20-7 40-7 60 0s40 7 60 0 40-7 60 0" />
        <ellipse class="leaf" cx="104" cy="98" rx="34" ry="8" />
        <ellipse class="leaf" cx="226" cy="100" rx="26" ry="6" />
        <path
          class="lily"
          d="M160 92c-24-3-34-17-34-33 14 1 24 7 28 17-1-16 1-30 6-42 5 12 7 26 6 42 4-10 14-16 28-17 0 16-10 30-34 33z"
        />
        <path
          class="lily inner"
          d="M160 90c-12-4-17-12-17-22 8 2 13 6 15 12l2-20 2 20c2-6 7-10 15-12 0 10-5 18-17 22z"
        />
      </svg>
      <h1>{t('emptyTitle')}</h1>
      <p>{t('emptyText')}</p>
      <div class="row centred">
        <FileButton class="main" accept="image/*" onFiles={(files) => openFiles(files, 'photo')}>
          <Icon name="photo" />
          {t('photoStart')}
        </FileButton>
        <button type="button" class="soft" onClick={example}>
          {t('emptyTry')}
        </button>
      </div>
    </div>
  );
}

function Tools() {
  return (
    <div class="tools">
      {frame.value && !comparing.value && (!brushing.value || busy.value) && <ZoomButtons />}
      {frame.value && photo.value && (
        <button
          type="button"
          class="soft"
          aria-pressed={comparing.value}
          onClick={() => {
            comparing.value = !comparing.value;
            brushing.value = false;
          }}
        >
          <Icon name="compare" />
          {t('compare')}
        </button>
      )}
      {!busy.value && styles.value.length > 0 && (
        <button
          type="button"
          class="soft"
          aria-pressed={brushing.value}
          onClick={() => {
            brushing.value = !brushing.value;
            comparing.value = false;
          }}
        >
          <Icon name="brush" />
          {t('brush')}
        </button>
      )}
      <SaveMenu />
    </div>
  );
}
