/** Starting, holding, changing and ending a painting. */
import { batch, effect } from '@preact/signals';
import { OPTION_NAMES, type Options, type OptionsInput } from '../../core/options/options.js';
import type { StepEvent } from '../../core/painting/job.js';
import type { Changes } from '../../core/painting/order.js';
import { isPainted, type Stroke } from '../brush/masks.js';
import { PaintingWorker } from '../painting/painting-worker.js';
import type { KeepAs, NetworkSource, OrderedPicture, PaintOrder } from '../painting/protocol.js';
import { fittedSize, sha256 } from '../pictures/open.js';
import { encodeFrame } from '../pictures/save.js';
import { type FromServer, ServerPainter } from '../server/server-painter.js';
import { keepToken } from '../server/service.js';
import {
  brushing,
  busy,
  canPaint,
  chosen,
  device,
  dismiss,
  frame,
  machine,
  network,
  notices,
  notify,
  onServer,
  options,
  ordered,
  photo,
  place,
  ready,
  report,
  reports,
  type StyleItem,
  stage,
  status,
  strokes,
  styles,
  threads,
  unfinished,
} from '../state.js';
import { keptNetwork } from '../store/networks.js';
import { isWord, type Word } from '../words/words.js';
import { clearFilm, filmFrame } from './film.js';
import { keepResult } from './keep.js';
import { sessionId, tellNotKept } from './keep-form.js';
import { freeLock, holdLock } from './lock.js';
import { orderOf } from './order.js';
import { type Painted, painted, rememberPace, setPainted } from './painted.js';
import { orderedChanges, orderedPictures } from './recipe.js';
import { hasToken, type ServerForm, takeResult } from './server.js';
import { keepOrder, keepOrderAgain, letGo, offerUnfinished, stateKept, takeUp } from './unfinished.js';

export const painter = new PaintingWorker();
const server = new ServerPainter();
/** Who paints what is on the easel. */
const activePainter = () => (onServer.value ? server : painter);

/** Rises with every painting that is begun, and where one is stopped: a beginning that it has left behind ends. */
let turn = 0;

export async function startPainting(): Promise<void> {
  if (!canPaint.value) return;
  clearFilm();
  await begin(options.value);
}

/**
 * Paints on: what was stopped goes on to its end, what is done gets as many steps again. A painting of the history
 * starts from its picture, as its worker is gone.
 */
export async function paintOn(): Promise<void> {
  if (unfinished.value) return goOnPainting();
  const before = painted();
  const shown = frame.value;
  if (!shown || !before || busy.value) return;
  if (before.plan && painter.canGoOn && !onServer.value) {
    if (refusedByBalance(options.value)) return;
    const items = styles.value;
    const wanted = settledOptions(before);
    status.value = 'preparing';
    setPainted({ ...before, styles: items, options: wanted, whole: false });
    holdLock();
    await keepOrderAgain();
    painter.paintOn(changesTo(before, wanted, items));
    return;
  }
  const name = 'painted.png';
  const blob = await encodeFrame(shown, 'png', before.recipe);
  const start = { name, sha256: await sha256(await blob.arrayBuffer()), source: blob };
  await begin({ ...options.value, size: before.options.size, firstSize: 0, init: name }, start);
}

/** Goes on with a painting that was interrupted, from the state that was kept last. */
export async function goOnPainting(): Promise<void> {
  const interrupted = unfinished.value;
  if (!interrupted || busy.value) return;
  const { state } = interrupted;
  status.value = 'preparing';
  const mine = ++turn;
  try {
    const takenUp = await takeUp(interrupted);
    if (mine !== turn) return;
    batch(() => {
      prepareEasel();
      unfinished.value = undefined;
      frame.value = state.frame;
      reports.value = state.reports;
    });
    setPainted(takenUp.painted);
    const order = { ...takenUp.order, network: await sourceOf(takenUp.order.network) };
    if (mine !== turn) return;
    handOver(order, { session: sessionId, from: { file: state.file, reports: state.reports } });
  } catch (error) {
    if (mine === turn) fail('UNEXPECTED', error instanceof Error ? error.message : String(error));
  }
}

/** Hands the worker its order, and what was wished before it had one. */
function handOver(order: PaintOrder, keepAs: KeepAs): void {
  holdLock();
  painter.paint(order, hear, keepAs);
  if (status.value === 'pausing') painter.pause();
}

async function beginOnServer(form: ServerForm, start: OrderedPicture | undefined, mine: number): Promise<void> {
  onServer.value = true;
  if (!(await hasToken())) {
    status.value = 'idle';
    return;
  }
  // What the device kept of a painting has ended with this one.
  await letGo();
  ordered.value = undefined;
  const pictures = await orderedPictures(form);
  if (mine !== turn) return;
  const painting = server.paint({ ...pictures, start, options: form.options, network: network.value }, hear);
  if (status.value === 'pausing') server.pause();
  await painting;
}

/** Follows the painting that this tab ordered from the service before. */
export async function followOrdered(): Promise<void> {
  const content = photo.value;
  const painting = ordered.value;
  if (!content || !painting || busy.value) return;
  batch(() => {
    prepareEasel();
    onServer.value = true;
    ordered.value = undefined;
    frame.value = undefined;
  });
  setPainted({
    content,
    styles: styles.value,
    strokes: strokes.value,
    options: options.value,
    seconds: 0,
    size: painting,
    steps: painting.step,
    whole: false,
  });
  await server.follow(painting.id, hear);
}

function prepareEasel(): void {
  status.value = 'preparing';
  onServer.value = false;
  brushing.value = false;
  ready.value = undefined;
  notices.value = notices.value.filter(({ kind }) => kind === 'info');
  report.value = undefined;
  reports.value = [];
}

async function begin(wanted: Options, start?: OrderedPicture): Promise<void> {
  const content = photo.value;
  if (!content || refusedByBalance(wanted)) return;
  batch(() => {
    prepareEasel();
    if (start) return;
    frame.value = undefined;
  });
  const mine = ++turn;
  try {
    const arranged = { content, styles: styles.value, strokes: strokes.value };
    setPainted({
      ...arranged,
      options: wanted,
      seconds: 0,
      size: fittedSize(content, wanted.size),
      steps: 0,
      whole: false,
    });
    if (place.value === 'server') {
      await beginOnServer({ ...arranged, options: wanted }, start, mine);
      return;
    }
    const source = await sourceOf(network.value);
    const form = { ...arranged, options: wanted, network: source, device: device.value, threads: threads.value };
    const order = await orderOf(form, start);
    const isWanted = () => mine === turn;
    await keepOrder(order, isWanted);
    if (isWanted()) handOver(order, { session: sessionId });
  } catch (error) {
    if (mine === turn) fail('UNEXPECTED', error instanceof Error ? error.message : String(error));
  }
}

/** Whether regions have strengths where the painting has none: says so. */
function refusedByBalance(wanted: Options): boolean {
  if (!unbalanced(wanted, styles.value, strokes.value)) return false;
  notify('problem', 'regionsNeedStrength');
  return true;
}

async function sourceOf(name: string): Promise<NetworkSource> {
  if (name === 'pocket') return 'pocket';
  const kept = await keptNetwork(name);
  if (kept) return kept;
  network.value = 'pocket';
  notify('info', 'networkGone', { name });
  return 'pocket';
}

/** What is said of what happens on the way. */
const EVENTS: Readonly<Record<StepEvent, Word>> = { setback: 'setback', tiles: 'tilesSmaller', device: 'deviceLost' };

function hear(message: FromServer): void {
  switch (message.type) {
    case 'stage':
      stage.value = message.stage;
      // A service lets a paused painting go on for whoever asks.
      if (onServer.value && status.value === 'paused') status.value = report.value ? 'painting' : 'preparing';
      return;
    case 'ready':
      batch(() => {
        ready.value = message;
        machine.value = { device: message.device, threads: message.threads };
      });
      return;
    case 'plan': {
      const current = painted();
      if (current) current.plan = { scales: message.scales, recipe: message.recipe };
      return;
    }
    case 'step': {
      const current = painted();
      if (current) {
        current.seconds += message.seconds;
        current.steps = message.step + 1;
      }
      const { frame: shown, ...rest } = message;
      batch(() => {
        report.value = rest;
        reports.value = [...reports.value, rest];
        if (shown) {
          frame.value = shown;
          filmFrame(shown, message.step);
        }
        if (status.value === 'preparing') status.value = 'painting';
      });
      for (const event of message.about ?? [])
        notify('info', EVENTS[event], { n: message.step + (event === 'setback' ? 1 : 0) });
      return;
    }
    case 'preview':
      batch(() => {
        frame.value = message.frame;
        filmFrame(message.frame, report.value?.step ?? 0);
      });
      return;
    case 'result':
      takeResult(message.recipe, message.seconds);
      return;
    case 'paused':
      // A service may be told so by others, too.
      if (status.value === 'pausing' || onServer.value) status.value = 'paused';
      return;
    case 'warm':
      return;
    case 'kept':
      stateKept();
      return;
    case 'notKept':
      tellNotKept(message.full);
      return;
    case 'ended': {
      freeLock();
      const current = painted();
      if (current) Object.assign(current, { steps: message.steps, whole: message.how === 'done' });
      batch(() => {
        if (message.frame) frame.value = message.frame;
        status.value = message.how;
      });
      if (!onServer.value) rememberPace();
      if (message.how === 'done') letGo();
      if (message.frame && message.steps > 0) keepResult(message.frame);
      // Of what a service was told to stop, the last preview is there.
      else if (!frame.value) status.value = 'idle';
      return;
    }
    case 'failed':
      fail(message.code, message.message);
  }
}

function fail(code: string, message: string): void {
  freeLock();
  if (code === 'UNAUTHORIZED' || code === 'TOKEN_INVALID') keepToken(undefined);
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
  // What was kept of it is lost only if it cannot be read.
  if (code === 'STATE_INVALID') letGo();
  else if (!onServer.value) offerUnfinished(sessionId);
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
  activePainter().pause();
}

export function resume(): void {
  if (status.value !== 'paused' && status.value !== 'pausing') return;
  status.value = report.value ? 'painting' : 'preparing';
  activePainter().resume();
}

/** Keeps the picture so far. Before there is one, ends at once; what was kept of the painting is offered again. */
export function stop(): void {
  if (!busy.value) return;
  if (report.value) {
    status.value = 'stopping';
    activePainter().stop();
    return;
  }
  turn++;
  if (onServer.value) server.stop();
  else painter.kill();
  freeLock();
  status.value = 'idle';
  // What was to be gone on with is there still.
  if (!onServer.value) offerUnfinished(sessionId);
}

/** Options that a painting in progress cannot take: its size, and where it began. */
const SETTLED: readonly (keyof Options)[] = ['size', 'init', 'seed', 'firstSize'];
/** A slider that is still moving should not start the cost anew at every pixel. */
const CHANGE_DELAY_MS = 700;

/** The form's options as a painting can take them. */
function settledOptions(running: Painted): Options {
  return { ...options.value, ...Object.fromEntries(SETTLED.map((name) => [name, running.options[name]])) };
}

/** Takes what is changed in the form into the painting in progress. */
export function followChanges(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const items = styles.value;
    const running = painted();
    // Read for its effect: a change of any option is followed.
    const wanted = running ? settledOptions(running) : options.value;
    if (!busy.value || !running || onServer.value) return;
    clearTimeout(timer);
    const isSame = same([wanted, changesOf(items)], [running.options, changesOf(running.styles)]);
    if (isSame || !items.some(({ weight }) => weight > 0)) return;
    if (unbalanced(wanted, items, running.strokes)) {
      notify('problem', 'regionsNeedStrength');
      return;
    }
    timer = setTimeout(() => {
      const current = painted();
      if (!current) return;
      const changes = changesTo(current, wanted, items);
      setPainted({ ...current, styles: items, options: wanted });
      painter.change(changes);
      notify('info', 'changesTaken');
    }, CHANGE_DELAY_MS);
  });
}

/** What differs from a painting as it is. */
function changesTo(running: Painted, wanted: Options, items: readonly StyleItem[]): Changes {
  const changes = changedOptions(running.options, wanted);
  return {
    ...(Object.keys(changes).length > 0 ? { options: changes } : {}),
    ...(same(changesOf(items), changesOf(running.styles)) ? {} : orderedChanges({ ...running, styles: items })),
  };
}

/** The options that differ; of the two ways to balance content and style the new one whole. */
function changedOptions(before: Options, after: Options): OptionsInput {
  const differ = OPTION_NAMES.filter((name) => after[name] !== undefined && !same(before[name], after[name]));
  return Object.fromEntries(differ.map((name) => [name, after[name]]));
}

const changesOf = (items: readonly StyleItem[]) => items.map(({ weight, strength }) => ({ weight, strength }));

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Whether regions have strengths where the painting has none: it is balanced by alpha and beta. */
function unbalanced({ strength: whole }: Options, items: readonly StyleItem[], made: readonly Stroke[]): boolean {
  const some = items.some(({ strength }, i) => strength !== undefined && isPainted(made, i));
  return whole === undefined && (some || isPainted(made, 'photo'));
}
