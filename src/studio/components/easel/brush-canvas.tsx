import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { MASK_COLORS } from '../../brush/flat.js';
import { apply, masksOfStrokes, type Stroke } from '../../brush/masks.js';
import type { OpenedPicture } from '../../pictures/open.js';
import { brushing, strokes, styles } from '../../state.js';
import { t } from '../../words/words.js';
import { Icon } from '../controls/icons.js';
import { Slider } from '../controls/slider.js';

/** Masks are shown at this size: they are soft, and must follow the hand. */
const SHOWN_PX = 320;
const COLORS = ['#d9627e', '#3f8fd2', '#e0a030', '#4da878', '#9a6cd0', '#d07040'];
/** Where the photo is kept. */
const KEPT_COLOR = '#ffffff';

/** The photo under a brush that says where each style goes. */
export function BrushCanvas({ photo }: { photo: OpenedPicture }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const style = useSignal<Stroke['style']>(0);
  const radius = useSignal(0.06);
  const drawing = useRef<{ points: [number, number][]; style: Stroke['style']; radius: number } | undefined>(undefined);
  const scale = SHOWN_PX / Math.max(photo.width, photo.height);
  const [width, height] = [Math.round(photo.width * scale), Math.round(photo.height * scale)];
  const show = (extra?: Stroke) => {
    const masks = masksOfStrokes(strokes.value, styles.value.length, width, height);
    if (extra) apply(masks, extra, width, height);
    canvas.current?.getContext('2d')?.putImageData(overlay(masks, width, height), 0, 0);
  };
  useEffect(() => show(), [strokes.value, styles.value.length, photo.sha256]);
  const pointOf = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const long = Math.max(box.width, box.height);
    return [(event.clientX - box.left) / long, (event.clientY - box.top) / long];
  };
  return (
    <div class="brushing">
      <figure class="picture" style={{ '--ratio': String(photo.width / photo.height) }}>
        <img src={photo.url} alt={t('photoOf', { name: photo.name })} />
        <canvas
          class="brush-canvas"
          ref={canvas}
          width={width}
          height={height}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drawing.current = { style: style.value, radius: radius.value, points: [pointOf(event)] };
            show(drawing.current);
          }}
          onPointerMove={(event) => {
            if (!drawing.current) return;
            drawing.current.points.push(pointOf(event));
            show(drawing.current);
          }}
          onPointerUp={() => {
            if (drawing.current) strokes.value = [...strokes.value, drawing.current];
            drawing.current = undefined;
          }}
        />
      </figure>
      <div class="brush-tools">
        <p class="hint">{t('brushHint')}</p>
        <fieldset class="row" aria-label={t('brush')}>
          {styles.value.slice(0, MASK_COLORS.length).map(({ id, picture }, i) => (
            <button
              type="button"
              class="swatch"
              key={id}
              aria-pressed={style.value === i}
              aria-label={picture.name}
              style={{ '--ring': COLORS[i % COLORS.length] }}
              onClick={() => (style.value = i)}
            >
              <img src={picture.url} alt="" />
            </button>
          ))}
          <button
            type="button"
            class="soft"
            aria-pressed={style.value === 'photo'}
            onClick={() => (style.value = 'photo')}
          >
            <Icon name="photo" />
            {t('brushPhoto')}
          </button>
          <button
            type="button"
            class="soft"
            aria-pressed={style.value === undefined}
            onClick={() => (style.value = undefined)}
          >
            <Icon name="erase" />
            {t('brushErase')}
          </button>
        </fieldset>
        <Slider
          label={t('brushSize')}
          min={0.01}
          max={0.25}
          step={0.01}
          value={radius.value}
          text={`${Math.round(radius.value * 200)} %`}
          onChange={(value) => (radius.value = value)}
        />
        <div class="row">
          <button type="button" class="soft" onClick={() => (strokes.value = [])}>
            {t('brushClear')}
          </button>
          <button type="button" class="soft" onClick={() => (brushing.value = false)}>
            {t('brushDone')}
          </button>
        </div>
      </div>
    </div>
  );
}

/** A colour for each style where it was painted. */
function overlay(masks: readonly Float32Array[], width: number, height: number): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const values = masks.map((mask) => mask[i] as number);
    const most = Math.max(0, ...values);
    const place = values.indexOf(most);
    const color = place === values.length - 1 ? KEPT_COLOR : (COLORS[place % COLORS.length] as string);
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = Number.parseInt(color.slice(1 + 2 * c, 3 + 2 * c), 16);
    image.data[4 * i + 3] = most * 150;
  }
  return image;
}
