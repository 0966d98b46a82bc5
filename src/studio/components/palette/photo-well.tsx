import { useRef } from 'preact/hooks';
import { openFiles, setPhoto, takeExamplePhoto } from '../../actions/pictures.js';
import { EXAMPLE_PHOTOS, thumbnailUrl } from '../../examples.js';
import { busy, photo } from '../../state.js';
import { t, titleOf } from '../../words/words.js';
import { useDrop } from '../controls/drop.js';
import { FileButton } from '../controls/file-button.js';
import { keepFocus } from '../controls/focus.js';
import { Icon } from '../controls/icons.js';
import { Camera } from './camera.js';

export function PhotoWell() {
  const { over, handlers } = useDrop('photo');
  const shown = photo.value;
  const section = useRef<HTMLElement>(null);
  return (
    <section
      class={over.value ? 'part over' : 'part'}
      aria-labelledby="photo-title"
      ref={section}
      tabIndex={-1}
      {...handlers}
    >
      <h2 id="photo-title">{t('photo')}</h2>
      {shown ? (
        <div class="photo-card">
          <img src={shown.url} alt="" />
          <div class="photo-about">
            <span class="name">{titleOf(shown.name)}</span>
            <span class="hint">{t('sizeText', { w: shown.width, h: shown.height })}</span>
          </div>
          <button
            type="button"
            class="quiet"
            disabled={busy.value}
            aria-label={t('removeNamed', { name: titleOf(shown.name) })}
            onClick={() => {
              setPhoto(undefined);
              keepFocus(section.current);
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      ) : (
        <div class="well">
          <p>{t('photoDrop')}</p>
          <div class="row">
            <FileButton accept="image/*" onFiles={(files) => openFiles(files, 'photo')}>
              <Icon name="photo" />
              {t('photoChoose')}
            </FileButton>
            <span class="touch-only">
              <FileButton accept="image/*" camera onFiles={(files) => openFiles(files, 'photo')}>
                <Icon name="camera" />
                {t('camera')}
              </FileButton>
            </span>
            <Camera />
          </div>
        </div>
      )}
      {!shown && (
        <fieldset class="swatches" aria-label={t('tryOne')}>
          {EXAMPLE_PHOTOS.map((name) => (
            <button
              type="button"
              class="swatch"
              key={name}
              title={t(`example.${name}`)}
              aria-label={t(`example.${name}`)}
              onClick={async () => {
                await takeExamplePhoto(name);
                keepFocus(section.current);
              }}
            >
              <img src={thumbnailUrl(name)} alt="" loading="lazy" />
            </button>
          ))}
        </fieldset>
      )}
    </section>
  );
}
