import { useRef } from 'preact/hooks';
import { changeStyle, openFiles, removeStyle, toggleExampleStyle } from '../../actions/pictures.js';
import { isPainted } from '../../brush/masks.js';
import { EXAMPLE_STYLES, thumbnailUrl } from '../../examples.js';
import { busy, options, type StyleItem, strokes, styles } from '../../state.js';
import { number, t, titleOf } from '../../words/words.js';
import { useDrop } from '../controls/drop.js';
import { FileButton } from '../controls/file-button.js';
import { keepFocus } from '../controls/focus.js';
import { Icon } from '../controls/icons.js';
import { Slider } from '../controls/slider.js';

export function StyleList() {
  const { over, handlers } = useDrop('style');
  const section = useRef<HTMLElement>(null);
  const remove = (id: string) => {
    removeStyle(id);
    keepFocus(section.current);
  };
  return (
    <section
      class={over.value ? 'part over' : 'part'}
      aria-labelledby="styles-title"
      ref={section}
      tabIndex={-1}
      {...handlers}
    >
      <h2 id="styles-title">{t('styles')}</h2>
      {styles.value.length === 0 && <p class="hint">{t('stylesDrop')}</p>}
      <ul class="styles">
        {styles.value.map((style, i) => (
          <Style key={style.id} style={style} painted={isPainted(strokes.value, i)} onRemove={remove} />
        ))}
      </ul>
      <fieldset class="swatches" aria-label={t('styles')}>
        {EXAMPLE_STYLES.map((name) => {
          const listed = styles.value.some(({ picture }) => picture.name === `${name}.jpg`);
          return (
            <button
              type="button"
              class="swatch named"
              key={name}
              disabled={busy.value}
              aria-pressed={listed}
              onClick={() => toggleExampleStyle(name)}
            >
              <img src={thumbnailUrl(name)} alt="" loading="lazy" />
              <span>{t(`example.${name}`)}</span>
            </button>
          );
        })}
        <FileButton
          class="swatch named swatch-add"
          label={t('styleAdd')}
          accept="image/*"
          multiple
          onFiles={(files) => openFiles(files, 'style')}
        >
          <i>
            <Icon name="add" />
          </i>
          <span>{t('styleAddShort')}</span>
        </FileButton>
      </fieldset>
    </section>
  );
}

/** @param painted whether the brush says where it goes: it may have a strength of its own there. */
function Style({
  style: { id, picture, weight, strength },
  painted,
  onRemove,
}: {
  style: StyleItem;
  painted: boolean;
  onRemove: (id: string) => void;
}) {
  const whole = options.value.strength;
  const here = strength ?? whole;
  const name = titleOf(picture.name);
  return (
    <li class="style">
      <img src={picture.url} alt="" />
      <div>
        <span class="name">{name}</span>
        <Slider
          label={t('weight', { name })}
          hideLabel
          min={0}
          max={2}
          step={0.05}
          value={weight}
          text={number(weight)}
          onChange={(value) => changeStyle(id, { weight: value })}
        />
        {painted && here !== undefined && (
          <fieldset class="style-strength" aria-label={name}>
            <Slider
              label={t('regionStrength')}
              min={0}
              max={1}
              step={0.05}
              value={here}
              text={`${Math.round(here * 100)}%`}
              onChange={(value) => changeStyle(id, { strength: value })}
            />
            {strength !== undefined && (
              <button
                type="button"
                class="quiet"
                aria-label={t('asElsewhere')}
                title={t('asElsewhere')}
                onClick={() => changeStyle(id, { strength: undefined })}
              >
                <Icon name="again" />
              </button>
            )}
          </fieldset>
        )}
      </div>
      <button
        type="button"
        class="quiet"
        disabled={busy.value}
        aria-label={t('removeNamed', { name })}
        onClick={() => onRemove(id)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
