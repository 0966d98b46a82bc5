import { changeStyle, openFiles, removeStyle, toggleExampleStyle } from '../actions/pictures.js';
import { EXAMPLE_STYLES, thumbnailUrl } from '../examples.js';
import { busy, type StyleItem, styles } from '../state.js';
import { number, t } from '../words/words.js';
import { useDrop } from './drop.js';
import { FileButton } from './file-button.js';
import { Icon } from './icons.js';
import { Slider } from './slider.js';

export function StyleList() {
  const { over, handlers } = useDrop('style');
  return (
    <section class={over.value ? 'part over' : 'part'} aria-labelledby="styles-title" {...handlers}>
      <h2 id="styles-title">{t('styles')}</h2>
      {styles.value.length === 0 && <p class="hint">{t('stylesDrop')}</p>}
      <ul class="styles">
        {styles.value.map((style) => (
          <Style key={style.id} style={style} />
        ))}
      </ul>
      <fieldset class="swatches" aria-label={t('styles')}>
        {EXAMPLE_STYLES.map((name) => {
          const listed = styles.value.some(({ picture }) => picture.name === `${name}.jpg`);
          return (
            <button
              type="button"
              class="swatch"
              key={name}
              disabled={busy.value}
              aria-pressed={listed}
              title={t(`example.${name}`)}
              aria-label={t(`example.${name}`)}
              onClick={() => toggleExampleStyle(name)}
            >
              <img src={thumbnailUrl(name)} alt="" loading="lazy" />
            </button>
          );
        })}
        <FileButton class="swatch swatch-add" accept="image/*" multiple onFiles={(files) => openFiles(files, 'style')}>
          <Icon name="add" />
          <span class="unseen">{t('styleAdd')}</span>
        </FileButton>
      </fieldset>
    </section>
  );
}

function Style({ style: { id, picture, weight } }: { style: StyleItem }) {
  return (
    <li class="style">
      <img src={picture.url} alt="" />
      <div>
        <span class="name">{picture.name}</span>
        <Slider
          label={t('weight', { name: picture.name })}
          hideLabel
          min={0}
          max={2}
          step={0.05}
          value={weight}
          text={number(weight)}
          onChange={(value) => changeStyle(id, { weight: value })}
        />
      </div>
      <button
        type="button"
        class="quiet"
        disabled={busy.value}
        aria-label={t('removeNamed', { name: picture.name })}
        onClick={() => removeStyle(id)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
