/** Begins a painting before it is asked for, so that the first picture is there soon after Paint is pressed. */
import { effect } from '@preact/signals';
import { busy, device, frame, network, options, photo, place, strokes, styles, threads } from '../state.js';
import { keptNetwork } from '../store/networks.js';
import { orderOf } from './order.js';
import { painter } from './paint.js';

/** A form that is still being filled in should not begin a painting at every change. */
const DELAY_MS = 700;

/**
 * Where memory or power is short, or the form lacks a style, a painting of this size readies the runtime and the
 * network, which take longest, and no more.
 */
const SMALL = { size: 64, firstSize: 0 };

const isSmallDevice = () =>
  matchMedia('(pointer: coarse)').matches || ((navigator as { deviceMemory?: number }).deviceMemory ?? 8) < 8;

/** Follows the form. */
export function warmUp(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const content = photo.value;
    const form = {
      styles: styles.value.filter(({ weight }) => weight > 0),
      options: options.value,
      device: device.value,
      threads: threads.value,
    };
    const name = network.value;
    const isFree = !busy.value && frame.value === undefined && strokes.value.length === 0;
    clearTimeout(timer);
    if (!content || !isFree || place.value === 'server') return;
    timer = setTimeout(async () => {
      const kept = name === 'pocket' ? name : await keptNetwork(name).catch(() => undefined);
      if (!kept || document.hidden) return;
      const whole = form.styles.length > 0 && !isSmallDevice();
      const listed = form.styles.length > 0 ? form.styles : [{ id: '', picture: content, weight: 1 }];
      const wanted = whole ? form.options : { ...form.options, ...SMALL };
      const order = await orderOf({ ...form, content, styles: listed, strokes: [], options: wanted, network: kept });
      if (!busy.value) painter.warmUp(order);
    }, DELAY_MS);
  });
}
