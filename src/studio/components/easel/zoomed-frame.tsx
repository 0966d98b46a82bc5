import { computed, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Frame } from '../../painting/protocol.js';
import { number, t } from '../../words/words.js';
import { IconButton } from '../controls/icon-button.js';
import { Pixels } from './frame-canvas.js';
import { FITTED, panBy, type Zoom, zoomTo } from './zoom.js';

const zoom = signal<Zoom>(FITTED);
/** Pixels of the page per pixel of the picture where it fills its place. */
const fit = signal(1);
const fitted = computed(() => zoom.value === FITTED);
/** From here on pixels are shown as squares: who looks so closely wants to see them. */
const SHARP = 2;
const STEP = 1.25;
const PAN = 0.1;

/** A scale next to that of the whole picture is that. */
function set(next: Zoom): void {
  zoom.value = Math.abs(next.scale - 1) < 0.01 ? FITTED : next;
}

const by = (factor: number, at?: readonly [number, number]) =>
  set(zoomTo(zoom.value, zoom.value.scale * factor, fit.value, at));
const whole = () => set(FITTED);
const full = () => set(zoomTo(zoom.value, 1 / fit.value, fit.value));

const KEYS: Readonly<Record<string, () => void>> = {
  '+': () => by(STEP),
  '=': () => by(STEP),
  '-': () => by(1 / STEP),
  '0': whole,
  '1': full,
  ArrowLeft: () => set(panBy(zoom.value, PAN, 0)),
  ArrowRight: () => set(panBy(zoom.value, -PAN, 0)),
  ArrowUp: () => set(panBy(zoom.value, 0, PAN)),
  ArrowDown: () => set(panBy(zoom.value, 0, -PAN)),
};

/** The painting, to be looked at closely: by wheel, fingers, keys and the buttons below. */
export function ZoomedFrame({ frame, label }: { frame: Frame; label: string }) {
  const place = useRef<HTMLElement>(null);
  const { width } = frame;
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      fit.value = (entry?.contentRect.width || width) / width;
    });
    observer.observe(place.current as HTMLElement);
    return () => observer.disconnect();
  }, [width]);
  useEffect(() => {
    const element = place.current as HTMLElement;
    // Listeners of the framework may not keep the page from scrolling.
    const wheel = (event: WheelEvent) => {
      // A wheel alone scrolls the page, until the picture is looked at closely.
      if (fitted.value && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      by(1.002 ** -event.deltaY, pointOf(element, event));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', wheel);
      whole();
    };
  }, []);
  const hands = useRef(new Map<number, readonly [number, number]>());
  const { scale, x, y } = zoom.value;
  const percent = (share: number) => `${share * 100}%`;
  return (
    <figure
      class={fitted.value ? 'picture zoomed fitted' : 'picture zoomed'}
      ref={place}
      style={{ '--ratio': String(frame.width / frame.height) }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys zoom and move the picture.
      tabIndex={0}
      aria-label={t('zoomKeys')}
      onKeyDown={(event) => {
        const act = KEYS[event.key];
        if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
        if (fitted.value && event.key.startsWith('Arrow')) return;
        event.preventDefault();
        act();
      }}
      onDblClick={(event) => {
        if (fitted.value) by(Math.max(2, 1 / fit.value), pointOf(event.currentTarget, event));
        else whole();
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        hands.current.set(event.pointerId, pointOf(event.currentTarget, event));
      }}
      onPointerMove={(event) => {
        const before = hands.current.get(event.pointerId);
        if (!before) return;
        const now = pointOf(event.currentTarget, event);
        const other = [...hands.current].find(([id]) => id !== event.pointerId)?.[1];
        hands.current.set(event.pointerId, now);
        if (other) by(apart(now, other) / Math.max(1e-3, apart(before, other)), other);
        else if (!fitted.value) set(panBy(zoom.value, now[0] - before[0], now[1] - before[1]));
      }}
      onPointerUp={({ pointerId }) => hands.current.delete(pointerId)}
      onPointerCancel={({ pointerId }) => hands.current.delete(pointerId)}
    >
      <div
        class={!fitted.value && scale * fit.value >= SHARP - 1e-6 ? 'layer sharp' : 'layer'}
        style={{ left: percent(x), top: percent(y), width: percent(scale), height: percent(scale) }}
      >
        <Pixels frame={frame} label={label} />
      </div>
    </figure>
  );
}

/** Where on the place, in shares of it. */
function pointOf(place: Element, { clientX, clientY }: MouseEvent): readonly [number, number] {
  const { left, top, width, height } = place.getBoundingClientRect();
  return [(clientX - left) / width, (clientY - top) / height];
}

const apart = ([ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]) =>
  Math.hypot(ax - bx, ay - by);

/** The same by buttons, with the scale between them. */
export function ZoomButtons() {
  const shown = `${number(zoom.value.scale * fit.value * 100, 3)}%`;
  const other = t(fitted.value ? 'zoomFull' : 'zoomWhole');
  return (
    <fieldset class="zoom" aria-label={t('zoom')}>
      <IconButton icon="minus" name={t('zoomOut')} class="quiet" onClick={() => by(1 / STEP)} />
      <button
        type="button"
        class="quiet percent"
        aria-label={`${shown}: ${other}`}
        title={other}
        onClick={fitted.value ? full : whole}
      >
        {shown}
      </button>
      <IconButton icon="add" name={t('zoomIn')} class="quiet" onClick={() => by(STEP)} />
    </fieldset>
  );
}
