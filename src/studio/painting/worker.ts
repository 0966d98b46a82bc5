/** Paints, away from the page's own thread. One painting at a time. */
import { GivernyError } from '../../core/errors.js';
import type { Network } from '../../core/networks/network.js';
import type { Revision, Step } from '../../core/painting/paint.js';
import type { Picture } from '../../core/pictures/picture.js';
import { createWebEngine, type WebEngine } from '../../engines/web.js';
import { frameOf } from '../pictures/frame.js';
import {
  grown,
  type Networks,
  networksFor,
  openNetwork,
  paintInputs,
  type Reached,
  remaining,
  revisionOf,
} from './core.js';
import { type Inputs, readInputs } from './inputs.js';
import type { Changes, Frame, FromWorker, NetworkSource, PaintOrder, ToWorker } from './protocol.js';
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

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'paint') {
    Object.assign(wishes, { paused: false, stopped: false, loseDevice: false, changes: undefined });
    follow(data.order).catch((error: unknown) => {
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

const opened = new Map<string, Promise<Network>>();

/** Networks of the last painting are still at hand. */
function open(source: NetworkSource): Promise<Network> {
  const name = source === 'pocket' ? source : source.name;
  const before = opened.get(name);
  if (before) return before;
  // Two large ones would fill the memory.
  for (const other of opened.keys()) if (other !== 'pocket') opened.delete(other);
  const network = openNetwork(source);
  opened.set(name, network);
  network.catch(() => opened.delete(name));
  return network;
}

async function follow(order: PaintOrder): Promise<void> {
  let engine = await createWebEngine({
    device: order.device,
    runtimeFiles: RUNTIME_FILES,
    ...(order.threads === undefined ? {} : { threads: order.threads }),
  });
  const inputs = await readInputs(order);
  const networks = await networksFor(order.network, inputs.content, order.options, open);
  const named = ({ name, hash }: Network) => ({ name, hash });
  const announce = ({ name, traits: { device, threads } }: WebEngine) => {
    const { network, coarseNetwork } = networks;
    const coarse = coarseNetwork && { coarseNetwork: named(coarseNetwork) };
    post({ type: 'ready', engine: name, device, threads, network: named(network), ...coarse });
  };
  announce(engine);
  const easel: Easel = { changes: order, from: order.from, behind: order.from?.step ?? 0 };
  for (;;) {
    try {
      return finish(inputs, easel, await paintOn(inputs, easel, networks, engine));
    } catch (error) {
      if (!(error instanceof GivernyError && error.code === 'DEVICE_LOST')) throw error;
      post({ type: 'deviceLost', step: easel.from?.step ?? 0 });
      engine = await createWebEngine({ device: 'wasm', runtimeFiles: RUNTIME_FILES });
      announce(engine);
      const done = (easel.from?.step ?? 0) - easel.behind;
      easel.changes = { ...easel.changes, options: remaining(inputs.content, easel.changes.options, done) };
      easel.behind = easel.from?.step ?? 0;
    }
  }
}

/** What outlives an engine. */
interface Easel {
  changes: Changes;
  /** The newest picture that was kept. */
  from: Reached | undefined;
  /** Steps of the painting that its options do not count. */
  behind: number;
}

/** Paints until the end, or until the page stops it. */
async function paintOn(
  inputs: Inputs,
  easel: Easel,
  networks: Networks,
  engine: WebEngine,
): Promise<'done' | 'stopped'> {
  const steps = paintInputs(inputs, easel.changes, easel.from, networks, engine);
  let revision: Revision | undefined;
  for (;;) {
    const next = await steps.next(revision);
    if (next.done) return 'done';
    const step = { ...countedOn(next.value, easel.behind) };
    // On WebGPU every picture is kept: it is what painting goes on from should the device be lost.
    const needed = wishes.watching || engine.traits.device === 'webgpu' || step.step === step.steps - 1;
    const picture = needed ? next.value.picture : undefined;
    if (picture) easel.from = { picture, step: step.step + 1 };
    report(step, wishes.watching ? picture : undefined);
    await breathe();
    if (wishes.loseDevice) {
      wishes.loseDevice = false;
      await engine.loseDevice();
    }
    if (wishes.paused && !wishes.stopped) {
      post({ type: 'paused' });
      while (wishes.paused && !wishes.stopped) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (wishes.stopped) {
      easel.from = { picture: picture ?? next.value.picture, step: step.step + 1 };
      await steps.return();
      return 'stopped';
    }
    revision = undefined;
    if (wishes.changes) {
      easel.changes = wishes.changes;
      revision = revisionOf(inputs, wishes.changes);
      wishes.changes = undefined;
    }
  }
}

/** A step counted through the whole painting. */
function countedOn(
  { step, steps, scale, scales, costs, seconds, notice }: Step,
  behind: number,
): Omit<Step, 'picture'> {
  return {
    step: behind + step,
    steps: behind + steps,
    scale,
    scales,
    costs,
    seconds,
    ...(notice !== undefined && { notice }),
  };
}

function report(step: Omit<Step, 'picture'>, picture: Picture | undefined): void {
  const frame = picture && frameOf(picture);
  post({ type: 'step', ...step, ...(frame && { frame }) }, frame);
}

function finish({ content, alpha }: Inputs, { from }: Easel, how: 'done' | 'stopped'): void {
  const frame = from && frameOf(grown(from.picture, content), alpha);
  post({ type: 'ended', how, steps: from?.step ?? 0, ...(frame && { frame }) }, frame);
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
