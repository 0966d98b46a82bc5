/** Paints, away from the page's own thread. One painting at a time. */
import { GivernyError } from '../../core/errors.js';
import type { Network } from '../../core/networks/network.js';
import { type StepReport as CoreReport, type Revision, reportOf, type Step } from '../../core/painting/job.js';
import type { Changes } from '../../core/painting/order.js';
import type { Painter } from '../../core/painting/painter.js';
import { changed, type Prepared } from '../../core/painting/prepared.js';
import type { PaintState } from '../../core/painting/state.js';
import type { Picture, Size } from '../../core/pictures/picture.js';
import { resample } from '../../core/pictures/resample.js';
import { createWebEngine, type WebEngine } from '../../engines/web.js';
import { frameOf } from '../pictures/frame.js';
import { isFull } from '../store/database.js';
import { hasState, keepState } from '../store/sessions.js';
import { Ahead, type Begun } from './ahead.js';
import { createPainter } from './parts.js';
import type { Frame, FromWorker, OrderedPicture, PaintOrder, Stage, ToWorker } from './protocol.js';
import { continued, stateFile } from './resume.js';
import { RUNTIME_FILES } from './runtime.js';

const post = (message: FromWorker, frame?: Frame) =>
  (self as unknown as { postMessage(message: FromWorker, transfer: Transferable[]): void }).postMessage(
    message,
    frame ? [frame.pixels.buffer] : [],
  );

/** What the page asked for meanwhile. */
const wishes = {
  paused: false,
  stopped: false,
  watching: true,
  loseDevice: false,
  changes: undefined as Changes | undefined,
};
/** Wakes a painting that waits. */
let wake = () => {};

const LOCK = `giverny-worker-${crypto.randomUUID()}`;
navigator.locks?.request(LOCK, () => {
  post({ type: 'alive', lock: LOCK });
  return new Promise<void>(() => {});
});

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'paint' || data.type === 'paintOn') {
    Object.assign(wishes, { paused: false, stopped: false, loseDevice: false, changes: undefined });
    const painting = data.type === 'paint' ? paintOrder(data) : goOn(data.changes);
    painting.catch((error: unknown) => {
      const code = error instanceof GivernyError ? error.code : 'UNEXPECTED';
      post({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
    });
    return;
  }
  if (data.type === 'warmUp') {
    warmUp(data.order);
    return;
  }
  if (data.type === 'keep') {
    if (session) keep(session);
    return;
  }
  if (data.type === 'watch') wishes.watching = data.watching;
  else if (data.type === 'change') wishes.changes = data.changes;
  else if (data.type === 'loseDevice') wishes.loseDevice = true;
  else if (data.type === 'stop') wishes.stopped = true;
  else wishes.paused = data.type === 'pause';
  wake();
};

/** The painting of now, which outlives its engine. */
interface Session {
  prepared: Prepared<OrderedPicture>;
  /** What it is to go on with, as it was before a revision that is still to be made. */
  before?: Prepared<OrderedPicture> | undefined;
  revision?: Revision | undefined;
  /** After its newest step. */
  state?: PaintState;
  /** The newest step. */
  step?: Step;
  /** Begun before it was ordered. */
  begun?: Begun | undefined;
  /** The page's session under which the state is kept, if it is. */
  readonly name: string | undefined;
  /** Spent on steps. */
  seconds: number;
  /** Of all steps. */
  readonly reports: CoreReport[];
  /** When the state was kept, and after how many steps. */
  keptAt: number;
  keptStep: number;
  /** The state is being written. */
  keeping: Promise<void>;
}

/** How often the state is kept. */
const KEEP_MS = 30_000;

/** Network files of orders, by name. */
const files = new Map<string, Blob>();
let engine: WebEngine | undefined;
let painter: Painter<OrderedPicture> | undefined;
let session: Session | undefined;
let ahead: Ahead | undefined;

const tell = (stage: Stage) => post({ type: 'stage', stage });

/** Makes the engine and the painter of an order, as far as they are not there. */
async function equip(order: PaintOrder): Promise<Painter<OrderedPicture>> {
  tell('runtime');
  const made = await createWebEngine({
    device: order.device,
    runtimeFiles: RUNTIME_FILES,
    ...(order.threads === undefined ? {} : { threads: order.threads }),
  });
  if (made.name !== engine?.name || made.traits.threads !== engine.traits.threads) painter = undefined;
  if (order.network !== 'pocket' && files.get(order.network.name) !== order.network.file) painter = undefined;
  engine = made;
  if (order.network !== 'pocket') files.set(order.network.name, order.network.file);
  painter ??= createPainter(engine, files, () => tell('network'));
  return painter;
}

function prepare(by: Painter<OrderedPicture>, order: PaintOrder, signal?: AbortSignal) {
  tell('pictures');
  const network = order.network === 'pocket' ? 'pocket' : order.network.name;
  const mask = order.mask && { picture: order.mask };
  return by.prepare({ ...order, mask, network }, { signal });
}

/** One painting at most is begun ahead; the one before it gives way first. */
async function warmUp(order: PaintOrder): Promise<void> {
  const before = ahead;
  ahead = new Ahead(order, async (ordered, signal) => {
    await before?.drop();
    signal.throwIfAborted();
    const by = await equip(ordered);
    const prepared = await prepare(by, ordered, signal);
    const steps = by.paint(prepared, { signal });
    const first = await steps.next();
    post({ type: 'warm' });
    return { prepared, steps, first };
  });
}

async function paintOrder({ order, keepAs }: Extract<ToWorker, { type: 'paint' }>): Promise<void> {
  tell('first');
  const from = keepAs?.from;
  const begun = await takeAhead(from ? undefined : order);
  const by = begun ? (painter as Painter<OrderedPicture>) : await equip(order);
  const prepared = begun?.prepared ?? (await prepare(by, order));
  const beginning = {
    name: keepAs?.session,
    keptAt: Number.NEGATIVE_INFINITY,
    keptStep: 0,
    keeping: Promise.resolve(),
    begun,
    reports: [...(from?.reports ?? [])],
  };
  session = { ...beginning, ...(from ? await continued(by, prepared, from.file) : { prepared, seconds: 0 }) };
  announce(session);
  tell('first');
  finish(session, await paintToTheEnd(session));
}

async function takeAhead(order?: PaintOrder): Promise<Begun | undefined> {
  const taken = ahead;
  ahead = undefined;
  if (order) return taken?.take(order);
  await taken?.drop();
  return undefined;
}

/** Goes on with the painting that ended last; one at its end gets as many steps of its last scale again. */
async function goOn(changes: Changes): Promise<void> {
  await takeAhead();
  const { state, prepared } = session ?? {};
  if (!session || !state || !prepared) throw new RangeError('Expected a painting to go on with but there is none.');
  const { options } = prepared.job;
  const isEnded = state.scale === prepared.scales.length - 1 && state.step >= prepared.steps;
  const more = isEnded ? { options: { ...changes.options, steps: state.stepsHere + options.steps } } : {};
  const all = { ...changes, ...more };
  if (Object.keys(all).length > 0) {
    const next = changed(prepared, state.step, all);
    Object.assign(session, { before: prepared, prepared: next.prepared, revision: next.revision });
  }
  announce(session);
  finish(session, await paintToTheEnd(session));
}

function announce({ prepared }: Session): void {
  const { name, traits } = engine as WebEngine;
  const { device, threads } = traits;
  const { network, coarseNetwork } = prepared.job;
  const named = (of: Network) => ({ name: of.name, hash: of.hash });
  const coarse = coarseNetwork && { coarseNetwork: named(coarseNetwork) };
  post({ type: 'ready', engine: name, device, threads, network: named(network), ...coarse });
  tellPlan(prepared);
}

function tellPlan(prepared: Prepared<OrderedPicture>): void {
  const recipe = (painter as Painter<OrderedPicture>).recipe(prepared, prepared.steps, false);
  post({ type: 'plan', scales: prepared.scales, recipe });
}

/** Paints until the end, or until the page stops it. */
async function paintToTheEnd(of: Session): Promise<'done' | 'stopped'> {
  const { begun } = of;
  of.begun = undefined;
  const settings = { from: of.state, revision: of.revision };
  const steps = begun?.steps ?? (painter as Painter<OrderedPicture>).paint(of.before ?? of.prepared, settings);
  let made = begun?.first;
  let revision: Revision | undefined;
  for (;;) {
    const next = made ?? (await steps.next(revision));
    made = undefined;
    if (next.done) {
      await of.keeping;
      return 'done';
    }
    const step = next.value;
    Object.assign(of, { step, state: step.state(), before: undefined, revision: undefined });
    of.seconds += step.seconds;
    const frame = wishes.watching ? frameOf(step.picture) : undefined;
    const report = reportOf(step);
    of.reports.push(report);
    // The graphics device failed, and WASM paints on.
    if (step.about.includes('device')) announce(of);
    post({ type: 'step', ...report, about: step.about, ...(frame && { frame }) }, frame);
    if (performance.now() - of.keptAt > KEEP_MS) keep(of);
    await breathe();
    if (wishes.loseDevice) {
      wishes.loseDevice = false;
      await (engine as WebEngine).loseDevice();
    }
    if (wishes.paused && !wishes.stopped) {
      post({ type: 'paused' });
      keep(of);
      while (wishes.paused && !wishes.stopped) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (wishes.stopped) {
      keep(of);
      await of.keeping;
      await steps.return();
      return 'stopped';
    }
    revision = undefined;
    if (wishes.changes) {
      ({ prepared: of.prepared, revision } = changed(of.prepared, step.step + 1, wishes.changes));
      wishes.changes = undefined;
      // What was changed is kept with the step that is painted with it.
      of.keptAt = Number.NEGATIVE_INFINITY;
      tellPlan(of.prepared);
    }
  }
}

/** Keeps the state after the newest step, one after another. */
function keep(of: Session): void {
  const { name: id, step, state, prepared, seconds } = of;
  // A change that no step was painted with is not in the state.
  if (id === undefined || !step || !state || prepared.changes.some((change) => change.step > step.step)) return;
  of.keptAt = performance.now();
  const steps = step.step + 1;
  const reports = of.reports.slice();
  of.keeping = of.keeping.then(async () => {
    try {
      // What was kept may have been cleared since.
      if (of.keptStep === steps && (await hasState(id))) return;
      const recipe = (painter as Painter<OrderedPicture>).recipe(prepared, state.step, true);
      await keepState({
        id,
        file: stateFile({ recipe, state, steps: prepared.steps, costs: step.costs, seconds, request: null }),
        frame: frameOf(step.picture, step.picture.width === prepared.width ? prepared.alpha : undefined),
        step: steps,
        steps: prepared.steps,
        seconds,
        when: Date.now(),
        changes: prepared.changes,
        recipe,
        reports,
      });
      of.keptStep = steps;
      post({ type: 'kept' });
    } catch (error) {
      post({ type: 'notKept', full: isFull(error) });
    }
  });
}

function finish({ prepared, step, state }: Session, how: 'done' | 'stopped'): void {
  // A painting that was interrupted at its end has a state and no step.
  const picture = step?.picture ?? (state && (painter as Painter<OrderedPicture>).picture(prepared, state));
  const frame = picture && frameOf(grown(picture, prepared), prepared.alpha);
  post({ type: 'ended', how, steps: step ? step.step + 1 : (state?.step ?? 0), ...(frame && { frame }) }, frame);
}

/** A picture of an early scale at the size of the whole painting. */
function grown(source: Picture, { width, height }: Size): Picture {
  return source.width === width ? source : resample(source, width, height);
}

/** Lets messages of the page come in. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
