/** Starting, holding, changing and ending a painting. */
import { batch, effect } from '@preact/signals';
import type { Options } from '../../core/options/options.js';
import type { Picture } from '../../core/pictures/picture.js';
import { flatMask, maskPicture } from '../brush/flat.js';
import { isPainted, type Stroke } from '../brush/masks.js';
import { Painter } from '../painting/painter.js';
import type { Changes, FromWorker, NetworkSource } from '../painting/protocol.js';
import { pictureOf } from '../pictures/frame.js';
import { fittedSize } from '../pictures/open.js';
import { Timelapse } from '../pictures/timelapse.js';
import {
  brushing,
  busy,
  canPaint,
  chosen,
  device,
  dismiss,
  frame,
  frames,
  machine,
  network,
  notices,
  notify,
  options,
  photo,
  ready,
  report,
  reports,
  type StyleItem,
  status,
  strokes,
  styles,
  threads,
} from '../state.js';
import { keptNetwork } from '../store/networks.js';
import { isWord } from '../words/words.js';
import { keepResult } from './keep.js';
import { freeLock, holdLock } from './lock.js';
import { painted, rememberPace, setPainted } from './painted.js';

export const painter = new Painter();
export const timelapse = new Timelapse();

export async function startPainting(): Promise<void> {
  if (!canPaint.value) return;
  timelapse.clear();
  await begin(options.value, undefined);
}

/** Paints on from the finished picture, as many steps again. */
export async function paintOn(): Promise<void> {
  const last = frame.value;
  const before = painted();
  if (!last || !before || busy.value) return;
  const wanted = { ...options.value, size: before.options.size, firstSize: 0 };
  await begin(wanted, { picture: pictureOf(last), step: before.steps });
}

async function begin(wanted: Options, from: { picture: Picture; step: number } | undefined): Promise<void> {
  const content = photo.value;
  if (!content) return;
  if (unbalanced(wanted, styles.value, strokes.value)) {
    notify('problem', 'regionsNeedStrength');
    return;
  }
  batch(() => {
    status.value = 'preparing';
    brushing.value = false;
    ready.value = undefined;
    notices.value = notices.value.filter(({ kind }) => kind === 'info');
    if (!from) {
      report.value = undefined;
      reports.value = [];
      frame.value = undefined;
      frames.value = 0;
    }
  });
  try {
    const items = styles.value;
    const mask = flatMask(content, items.length, strokes.value);
    const before = painted();
    setPainted({
      content,
      styles: items,
      strokes: strokes.value,
      options: wanted,
      seconds: from ? (before?.seconds ?? 0) : 0,
      size: fittedSize(content, wanted.size),
      behind: from?.step ?? 0,
      steps: from?.step ?? 0,
      whole: false,
    });
    const order = {
      content,
      styles: items.map(({ picture: { name, blob }, weight, strength }, i) => {
        return { name, blob, weight, strength, region: mask?.colors[i] };
      }),
      mask: mask && maskPicture(mask),
      kept: mask?.kept,
      options: wanted,
      network: await sourceOf(network.value),
      device: device.value,
      threads: threads.value,
      from,
    };
    holdLock();
    painter.paint(order, hear);
  } catch (error) {
    fail('UNEXPECTED', error instanceof Error ? error.message : String(error));
  }
}

async function sourceOf(name: string): Promise<NetworkSource> {
  if (name === 'pocket') return 'pocket';
  const kept = await keptNetwork(name);
  if (kept) return kept;
  network.value = 'pocket';
  notify('info', 'networkGone', { name });
  return 'pocket';
}

function hear(message: FromWorker): void {
  switch (message.type) {
    case 'ready':
      batch(() => {
        ready.value = message;
        machine.value = { device: message.device, threads: message.threads };
      });
      return;
    case 'step': {
      const current = painted();
      if (current) {
        current.seconds += message.seconds;
        current.steps = message.step + 1;
      }
      const { frame: shown, ...rest } = message;
      if (shown) timelapse.add(shown);
      batch(() => {
        report.value = rest;
        reports.value = [...reports.value, rest];
        if (shown) frame.value = shown;
        frames.value = timelapse.length;
        if (status.value === 'preparing') status.value = 'painting';
      });
      if (message.notice !== undefined) notify('info', 'setback', { n: message.step + 1 });
      return;
    }
    case 'paused':
      if (status.value === 'pausing') status.value = 'paused';
      return;
    case 'deviceLost':
      notify('info', 'deviceLost', { n: message.step });
      return;
    case 'ended': {
      freeLock();
      const current = painted();
      if (current) Object.assign(current, { steps: message.steps, whole: message.how === 'done' });
      batch(() => {
        if (message.frame) frame.value = message.frame;
        status.value = message.how;
      });
      rememberPace();
      if (message.frame && message.steps > 0) keepResult(message.frame);
      return;
    }
    case 'failed':
      fail(message.code, message.message);
  }
}

function fail(code: string, message: string): void {
  freeLock();
  status.value = frame.value ? 'stopped' : 'failed';
  const side =
    typeof options.value.size === 'number'
      ? options.value.size
      : Math.max(options.value.size.width, options.value.size.height);
  const smaller = Math.max(128, Math.round((side * 0.7) / 32) * 32);
  const canShrink = code === 'OUT_OF_MEMORY' && smaller < side;
  notify(
    'problem',
    isWord(code) ? code : 'coreSays',
    { message },
    canShrink ? [{ word: 'paintSmaller', params: { n: smaller }, run: () => paintAt(smaller) }] : [],
  );
}

function paintAt(size: number): void {
  for (const { id, kind } of notices.value) if (kind === 'problem') dismiss(id);
  chosen.value = { ...chosen.value, size };
  status.value = 'idle';
  startPainting();
}

export function pause(): void {
  if (status.value !== 'painting' && status.value !== 'preparing') return;
  status.value = 'pausing';
  painter.pause();
}

export function resume(): void {
  if (status.value !== 'paused' && status.value !== 'pausing') return;
  status.value = report.value ? 'painting' : 'preparing';
  painter.resume();
}

/** Keeps the picture so far. Before there is one, ends at once. */
export function stop(): void {
  if (!busy.value) return;
  if (report.value) {
    status.value = 'stopping';
    painter.stop();
    return;
  }
  painter.kill();
  freeLock();
  status.value = 'idle';
}

/** Options that a painting in progress cannot take: its size, and where it began. */
const SETTLED: readonly (keyof Options)[] = [
  'size',
  'init',
  'seed',
  'steps',
  'firstSize',
  'firstSteps',
  'clamp',
  'averaging',
];
/** A slider that is still moving should not start the cost anew at every pixel. */
const CHANGE_DELAY_MS = 700;

/** Takes what is changed in the form into the painting in progress. */
export function followChanges(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const wanted = options.value;
    const counting = changesOf(styles.value);
    const running = painted();
    if (!busy.value || !running) return;
    clearTimeout(timer);
    const settled = Object.fromEntries(SETTLED.map((name) => [name, running.options[name]]));
    const changes: Changes = { options: { ...wanted, ...settled }, styles: counting };
    const now = { options: running.options, styles: changesOf(running.styles) };
    if (same(changes, now) || !counting.some(({ weight }) => weight > 0)) return;
    if (unbalanced(changes.options, styles.value, running.strokes)) {
      notify('problem', 'regionsNeedStrength');
      return;
    }
    timer = setTimeout(() => {
      const current = painted();
      if (current) setPainted({ ...current, styles: styles.value, options: changes.options });
      painter.change(changes);
      notify('info', 'changesTaken');
    }, CHANGE_DELAY_MS);
  });
}

const changesOf = (items: readonly StyleItem[]) => items.map(({ weight, strength }) => ({ weight, strength }));

const same = (a: Changes, b: Changes) =>
  JSON.stringify([a.options, a.styles]) === JSON.stringify([b.options, b.styles]);

/** Whether regions have strengths where the painting has none: it is balanced by alpha and beta. */
function unbalanced({ strength: whole }: Options, items: readonly StyleItem[], made: readonly Stroke[]): boolean {
  const some = items.some(({ strength }, i) => strength !== undefined && isPainted(made, i));
  return whole === undefined && (some || isPainted(made, 'photo'));
}
