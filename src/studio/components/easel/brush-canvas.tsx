import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { MASK_COLORS } from '../../brush/flat.js';
import { apply, masksOfStrokes, type Stroke } from '../../brush/masks.js';
import { canRedo, canUndo, changeStrokes, redo, undo } from '../../brush/undo.js';
import type { OpenedPicture } from '../../pictures/open.js';
import { brushing, strokes, styles } from '../../state.js';
import { t, titleOf } from '../../words/words.js';
import { IconButton } from '../controls/icon-button.js';
import { Icon } from '../controls/icons.js';
import { Slider } from '../controls/slider.js';

/** Masks are shown at this size: they are soft, and must follow the hand. */
const SHOWN_PX = 320;
const SIZE_STEP = 0.01;
const LARGEST = 0.25;
const COLORS = ['#d9627e', '#3f8fd2', '#e0a030', '#4da878', '#9a6cd0', '#d07040'];
/** Where the photo is kept. */
const KEPT_COLOR = '#ffffff';

/** The photo under a brush that says where each style goes. */
export function BrushCanvas({ photo }: { photo: OpenedPicture }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const style = useSignal<Stroke['style']>(0);
  const radius = useSignal(0.06);
  const ring = useRef<HTMLDivElement>(null);
  const drawing = useRef<{ points: [number, number][]; style: Stroke['style']; radius: number } | undefined>(undefined);
  const scale = SHOWN_PX / Math.max(photo.width, photo.height);
  const [width, height] = [Math.round(photo.width * scale), Math.round(photo.height * scale)];
  const show = (extra?: Stroke) => {
    const masks = masksOfStrokes(strokes.value, styles.value.length, width, height);
    if (extra) apply(masks, extra, width, height);
    canvas.current?.getContext('2d')?.putImageData(overlay(masks, width, height), 0, 0);
  };
  useEffect(() => show(), [strokes.value, styles.value.length, photo.sha256]);
  useBrushKeys(radius);
  const pointOf = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const long = Math.max(box.width, box.height);
    return [(event.clientX - box.left) / long, (event.clientY - box.top) / long];
  };
  return (
    <div class="brushing">
      <figure class="picture" style={{ '--ratio': String(photo.width / photo.height) }}>
        <img src={photo.url} alt={t('photoOf', { name: titleOf(photo.name) })} />
        <div class="brush-place">
          <canvas
            class="brush-canvas"
            ref={canvas}
            width={width}
            height={height}
            onPointerDown={(event) => {
              if (!event.isPrimary) return;
              event.currentTarget.setPointerCapture(event.pointerId);
              drawing.current = { style: style.value, radius: radius.value, points: [pointOf(event)] };
              show(drawing.current);
            }}
            onPointerMove={(event) => {
              if (!event.isPrimary) return;
              const [x, y] = pointOf(event);
              const long = Math.max(event.currentTarget.clientWidth, event.currentTarget.clientHeight);
              const size = 2 * radius.value * long;
              Object.assign(ring.current?.style ?? {}, {
                display: 'block',
                left: `${x * long}px`,
                top: `${y * long}px`,
                width: `${size}px`,
                height: `${size}px`,
              });
              if (!drawing.current) return;
              drawing.current.points.push(pointOf(event));
              show(drawing.current);
            }}
            onPointerUp={({ isPrimary }) => {
              if (!isPrimary) return;
              if (drawing.current) changeStrokes([...strokes.value, drawing.current]);
              drawing.current = undefined;
            }}
            onPointerCancel={() => {
              drawing.current = undefined;
              show();
            }}
            onPointerLeave={() => {
              if (ring.current) ring.current.style.display = 'none';
            }}
          />
          <div class="brush-ring" ref={ring} aria-hidden="true" />
        </div>
      </figure>
      <div class="brush-tools">
        <p class="hint">
          {t('brushHint')} <span class="mouse-only">{t('brushKeys')}</span>
        </p>
        <fieldset class="row" aria-label={t('brush')}>
          {styles.value.slice(0, MASK_COLORS.length).map(({ id, picture }, i) => (
            <button
              type="button"
              class="swatch"
              key={id}
              aria-pressed={style.value === i}
              aria-label={titleOf(picture.name)}
              title={titleOf(picture.name)}
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
          min={SIZE_STEP}
          max={LARGEST}
          step={SIZE_STEP}
          value={radius.value}
          text={`${Math.round(radius.value * 200)}%`}
          onChange={(value) => (radius.value = value)}
        />
        <div class="row">
          <IconButton icon="undo" name={t('brushUndo')} class="soft" disabled={!canUndo.value} onClick={undo} />
          <IconButton icon="redo" name={t('brushRedo')} class="soft" disabled={!canRedo.value} onClick={redo} />
          <button type="button" class="soft" disabled={strokes.value.length === 0} onClick={() => changeStrokes([])}>
            {t('brushClear')}
          </button>
          <button type="button" class="main" onClick={() => (brushing.value = false)}>
            {t('brushDone')}
          </button>
        </div>
      </div>
    </div>
  );
}

/** Undo, redo and the brush's size by the keys that other programs have for them. */
function useBrushKeys(radius: Signal<number>): void {
  useEffect(() => {
    const resize = (by: number) => {
      radius.value = Math.min(LARGEST, Math.max(SIZE_STEP, Math.round((radius.value + by) * 100) / 100));
    };
    const press = (event: KeyboardEvent) => {
      // Who types means the text, and in a dialog the brush is not seen.
      if ((event.target as Element).closest('input[type="text"], select, dialog')) return;
      const key = event.key.toLowerCase();
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand && key === 'z') (event.shiftKey ? redo : undo)();
      else if (isCommand && key === 'y') redo();
      else if (!isCommand && key === '[') resize(-SIZE_STEP);
      else if (!isCommand && key === ']') resize(SIZE_STEP);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
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
