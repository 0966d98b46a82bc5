/** Paints, away from the page's own thread. One painting at a time. */
import { GivernyError } from '../../core/errors.js';
import type { Network } from '../../core/network.js';
import type { Step } from '../../core/paint.js';
import { type Picture, toBytes } from '../../core/picture.js';
import { createWebEngine, type WebEngine } from '../../engines/web.js';
import { openNetwork, paintStretch } from './core.js';
import type { Changes, Frame, FromWorker, NetworkSource, PaintOrder, ToWorker } from './protocol.js';
import { RUNTIME_FILES } from './runtime.js';

const post = (message: FromWorker, frame?: Frame) =>
  (self as unknown as { postMessage(message: FromWorker, transfer: Transferable[]): void }).postMessage(
    message,
    frame ? [frame.pixels.buffer] : [],
  );

/** What the page asked for meanwhile. */
const wishes = { paused: false, stopped: false, watching: true, loseDevice: false, changes: undefined as Changes | undefined };
/** Wakes a painting that waits. */
let wake = () => {};

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'paint') {
    Object.assign(wishes, { paused: false, stopped: false, loseDevice: false, changes: undefined });
    paintOrder(data.order).catch((error: unknown) => {
      const code = error instanceof GivernyError ? error.code : 'UNEXPECTED';
      post({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
    });
    return;
  }
  if (data.type === 'watch') wishes.watching = data.watching;
  else if (data.type === 'change') wishes.changes = data.changes;
  else if (data.type === 'loseDevice') wishes.loseDevice = true;
  else if (data.type === 'stop') wishes.stopped = true;
  else wishes.paused = data.type === 'pause';
  wake();
};

let opened: { source: NetworkSource; network: Network } | undefined;

/** The network asked for; that of the last painting is still at hand. */
async function networkOf(source: NetworkSource): Promise<Network> {
  const name = (of: NetworkSource) => (of === 'pocket' ? of : of.name);
  if (!opened || name(opened.source) !== name(source)) opened = { source, network: await openNetwork(source) };
  return opened.network;
}

async function paintOrder(order: PaintOrder): Promise<void> {
  let engine = await createWebEngine({
    device: order.device,
    runtimeFiles: RUNTIME_FILES,
    ...(order.threads === undefined ? {} : { threads: order.threads }),
  });
  const network = await networkOf(order.network);
  const announce = ({ name, device, threads }: WebEngine) =>
    post({ type: 'ready', engine: name, device, threads, network: { name: network.name, hash: network.hash } });
  announce(engine);
  let changes: Changes = order;
  let from = order.from;
  for (;;) {
    try {
      const stretch = await paintUntilChange(order, changes, from, network, engine);
      from = stretch.from;
      if (!stretch.changes) return finish(stretch.from, changes.options.steps);
      changes = stretch.changes;
    } catch (error) {
      if (!(error instanceof LostAfter)) throw error;
      from = error.from ?? from;
      post({ type: 'deviceLost', step: from?.step ?? 0 });
      engine = await createWebEngine({ device: 'wasm', runtimeFiles: RUNTIME_FILES });
      announce(engine);
    }
  }
}

type Reached = { readonly picture: Picture; readonly step: number };

/** The graphics device went away; carries the last picture that was whole. */
class LostAfter extends Error {
  readonly from: Reached | undefined;
  constructor(from: Reached | undefined) {
    super('The graphics device was lost.');
    this.from = from;
  }
}

/** Paints to the end, or until the page stops it or changes what is painted. */
async function paintUntilChange(
  order: PaintOrder,
  changes: Changes,
  start: Reached | undefined,
  network: Network,
  engine: WebEngine,
): Promise<{ from: Reached | undefined; changes?: Changes }> {
  let from = start;
  try {
    for await (const step of paintStretch(order, changes, start, network, engine)) {
      // On WebGPU every picture is kept: it is what painting goes on from should the device be lost.
      const picture = wishes.watching || engine.device === 'webgpu' || last(step) ? step.picture : undefined;
      report(step, wishes.watching ? picture : undefined);
      const reached = () => ({ picture: picture ?? step.picture, step: step.step + 1 });
      if (picture) from = reached();
      if (wishes.loseDevice && engine.device === 'webgpu') {
        wishes.loseDevice = false;
        throw new GivernyError('DEVICE_LOST', 'The graphics device was lost.');
      }
      await breathe();
      if (wishes.paused && !wishes.stopped) {
        post({ type: 'paused' });
        while (wishes.paused && !wishes.stopped) await new Promise<void>((resolve) => (wake = resolve));
      }
      if (wishes.stopped) return { from: reached() };
      if (wishes.changes) {
        const next = wishes.changes;
        wishes.changes = undefined;
        return { from: reached(), changes: next };
      }
    }
    return { from };
  } catch (error) {
    if (error instanceof GivernyError && error.code === 'DEVICE_LOST') throw new LostAfter(from);
    throw error;
  }
}

const last = ({ step, steps }: Step) => step === steps - 1;

function report({ step, steps, costs, seconds, notice }: Step, picture: Picture | undefined): void {
  const frame = picture && frameOf(picture);
  post({ type: 'step', step, steps, costs, seconds, ...(frame && { frame }), ...(notice !== undefined && { notice }) }, frame);
}

function finish(from: Reached | undefined, steps: number): void {
  const frame = from && frameOf(from.picture);
  const done = from?.step ?? 0;
  post({ type: 'ended', how: done >= steps ? 'done' : 'stopped', steps: done, ...(frame && { frame }) }, frame);
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

function frameOf(picture: Picture): Frame {
  const bytes = toBytes(picture);
  const pixels = new Uint8ClampedArray((bytes.length / 3) * 4).fill(255);
  for (let i = 0, j = 0; j < bytes.length; i += 4) {
    pixels[i] = bytes[j++] as number;
    pixels[i + 1] = bytes[j++] as number;
    pixels[i + 2] = bytes[j++] as number;
  }
  return { width: picture.width, height: picture.height, pixels };
}
