/** Starting, holding, changing and ending a painting. */
import { batch, effect } from '@preact/signals';
import type { Options } from '../../core/options.js';
import { picture as makePicture, type Picture, type Size } from '../../core/picture.js';
import { scalesOf } from '../../core/schedule.js';
import { masksOf } from '../brush/masks.js';
import { remember } from '../painting/forecast.js';
import { Painter } from '../painting/painter.js';
import type { Changes, Frame, FromWorker, NetworkSource } from '../painting/protocol.js';
import { pixelsOf } from '../pictures/open.js';
import { Timelapse } from '../pictures/timelapse.js';
import {
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
  status,
  strokes,
  styles,
  threads,
} from '../state.js';
import { keptNetwork } from '../store/networks.js';
import { isWord, t, type Word } from '../words/words.js';
import { keepResult } from './keep.js';

export const painter = new Painter();
export const timelapse = new Timelapse();

/** What is being painted: what history and recipe tell of it, whatever the form says meanwhile. */
let current: Painted | undefined;

export interface Painted {
  readonly options: Options;
  readonly weights: readonly number[];
  /** Wall time of all steps. */
  seconds: number;
  readonly size: Size;
  /** Steps that an earlier painting did. */
  readonly behind: number;
}

/** The options and weights of the painting on the easel. */
export const painted = () => current;

/** Sets what a painting from the history was made with as what is on the easel. */
export function setPainted(of: Painted): void {
  current = of;
  timelapse.clear();
  frames.value = 0;
}

export async function startPainting(): Promise<void> {
  if (!canPaint.value) return;
  timelapse.clear();
  await begin(options.value, undefined);
}

/** Paints on from the finished picture, as many steps again. */
export async function paintOn(): Promise<void> {
  const last = frame.value;
  const done = (report.value?.step ?? 0) + 1;
  if (!last || !current || busy.value) return;
  const wanted = { ...options.value, size: current.options.size, firstSize: 0 };
  await begin(wanted, { picture: pictureOf(last), step: done });
}

async function begin(wanted: Options, from: { picture: Picture; step: number } | undefined): Promise<void> {
  const content = photo.value;
  if (!content) return;
  batch(() => {
    status.value = 'preparing';
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
    const pixels = await pixelsOf(content, wanted.size);
    const items = styles.value;
    const masks = masksOf(strokes.value, items.length, pixels.width, pixels.height);
    const side = Math.max(pixels.width, pixels.height) * Math.max(1, wanted.styleScale);
    const pictures = await Promise.all(
      items.map(({ picture }) => pixelsOf(picture, Math.min(Math.max(picture.width, picture.height), Math.ceil(side)))),
    );
    current = {
      options: wanted,
      weights: items.map(({ weight }) => weight),
      seconds: from ? (current?.seconds ?? 0) : 0,
      size: { width: pixels.width, height: pixels.height },
      behind: from?.step ?? 0,
    };
    const order = {
      content: pixels,
      styles: pictures.map((picture, i) => ({
        picture,
        mask: masks[i]?.some((value) => value > 0) ? masks[i] : undefined,
      })),
      weights: current.weights,
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
  notify('info', t('networkGone', { name }));
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
      if (current) current.seconds += message.seconds;
      const { frame: shown, ...rest } = message;
      if (shown) timelapse.add(shown);
      batch(() => {
        report.value = rest;
        reports.value = [...reports.value, rest];
        if (shown) frame.value = shown;
        frames.value = timelapse.length;
        if (status.value === 'preparing') status.value = 'painting';
      });
      if (message.notice !== undefined) notify('info', t('setback', { n: message.step + 1 }));
      return;
    }
    case 'paused':
      if (status.value === 'pausing') status.value = 'paused';
      return;
    case 'deviceLost':
      notify('info', t('deviceLost', { n: message.step }));
      return;
    case 'ended':
      freeLock();
      batch(() => {
        if (message.frame) frame.value = message.frame;
        status.value = message.how;
      });
      rememberPace();
      if (message.frame && message.steps > 0) keepResult(message.frame, message.steps);
      return;
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
  const word: Word | undefined = isWord(code) ? code : undefined;
  const text = word ? t(word) : message;
  const canShrink = code === 'OUT_OF_MEMORY' && smaller < side;
  notify(
    'problem',
    text,
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
    const weights = styles.value.map(({ weight }) => weight);
    if (!busy.value || !current) return;
    const running = current;
    clearTimeout(timer);
    const settled = Object.fromEntries(SETTLED.map((name) => [name, running.options[name]]));
    const changes: Changes = { options: { ...wanted, ...settled }, weights };
    if (same(changes, running) || !weights.some((weight) => weight > 0)) return;
    timer = setTimeout(() => {
      current = { ...running, seconds: current?.seconds ?? 0, options: changes.options, weights };
      painter.change(changes);
      notify('info', t('changesTaken'));
    }, CHANGE_DELAY_MS);
  });
}

const same = (a: Changes, b: Changes) =>
  JSON.stringify([a.options, a.weights]) === JSON.stringify([b.options, b.weights]);

/** Seconds to the end, from the pace of late and the sizes still to come. */
export function secondsLeft(pace: number): number {
  const now = report.value;
  if (!now || !current) return 0;
  const scales = scalesOf(current.size, current.options);
  const pixels = ({ width, height }: Size) => width * height;
  const at = pixels(scales[now.scale] ?? current.size);
  let before = current.behind;
  let work = 0;
  for (const scale of scales) {
    work += pixels(scale) * Math.max(0, Math.min(scale.steps, before + scale.steps - now.step - 1));
    before += scale.steps;
  }
  return (pace * work) / at;
}

function rememberPace(): void {
  const late = reports.value
    .filter(({ scale, scales }) => scale === scales - 1)
    .map(({ seconds }) => seconds)
    .slice(1);
  const shown = frame.value;
  if (late.length < 3 || !shown) return;
  const middle = late.sort((a, b) => a - b)[Math.floor(late.length / 2)] as number;
  remember(network.value, machine.value, shown.width * shown.height, middle);
}

/** Two tabs that paint slow each other down: the second one says so. */
let release: (() => void) | undefined;

function holdLock(): void {
  navigator.locks?.request('giverny-painting', { ifAvailable: true }, (lock) => {
    if (lock) return new Promise<void>((resolve) => (release = resolve));
    notify('info', t('otherTab'));
    return undefined;
  });
}

function freeLock(): void {
  release?.();
  release = undefined;
}

export function pictureOf({ width, height, pixels }: Frame): Picture {
  const result = makePicture(width, height);
  const plane = width * height;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) result.data[c * plane + i] = pixels[4 * i + c] as number;
  }
  return result;
}
