/** ONNX Runtime in Node, on the CPU or a graphics device. */
import type * as Ort from 'onnxruntime-node';
import { DEVICES, type Device } from '../core/devices.js';
import { expected, type GivernyError } from '../core/errors.js';
import type { Engine, Session } from '../core/graph/engine.js';
import { encodeModel } from '../core/graph/onnx.js';
import { type Tensor, type Tensors, tensor } from '../core/graph/tensor.js';
import { failure } from './failure.js';
import { KeptFeeds, type Uploaded } from './kept-feeds.js';
import { availableThreads, processorQuota, watchForRoom } from './processors.js';
import { loadRuntime, MissingDevice, notInBuild, PROVIDERS } from './runtime.js';
import { traitsOf } from './traits.js';

export interface NodeEngineOptions {
  /**
   * What computes; 'cpu' where left out. Whether a graphics device works shows when the first model is loaded, and a
   * broken driver may end the process then: `openEngine` tries a device in a process of its own first.
   */
  readonly device?: Device;
  /** Threads of one operation; by default as many as can run at once here, quotas of containers included. */
  readonly threads?: number;
  /**
   * Whether threads wait for each other busily. On free processors a step is 4 to 12 % faster with it; on processors
   * that other processes want too it took 1.4 times as long, and it uses up the quota of a container. By default it is
   * decided for every model that is loaded: threads wait busily where there is no quota and other processes have left a
   * processor to each of them since the model before.
   */
  readonly spinning?: boolean;
}

/**
 * An engine of this machine. Its `run` computes on the calling thread: the event loop stands still meanwhile.
 *
 * @throws GivernyError OPTION_INVALID if `threads` is no whole number of at least 1 or `device` no device; ENGINE_FAILED
 *   where the package onnxruntime-node is missing or does not load on this machine; DEVICE_MISSING where it knows no
 *   such device.
 */
export function createNodeEngine({
  device = 'cpu',
  threads = availableThreads(),
  spinning,
}: NodeEngineOptions = {}): Engine {
  if (!Number.isInteger(threads) || threads < 1) throw expected('a whole number of at least 1', 'threads', threads);
  if (!Object.hasOwn(PROVIDERS, device)) throw expected(`one of ${DEVICES.slice(1).join(', ')}`, 'device', device);
  const ort = loadRuntime();
  const reason = device === 'cpu' ? undefined : notInBuild(device);
  if (reason !== undefined) throw new MissingDevice(device, reason);
  const room = Number.isFinite(processorQuota()) ? () => false : watchForRoom(threads);
  const options = (): Ort.InferenceSession.SessionOptions => ({
    executionProviders: [PROVIDERS[device]],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'extended',
    // Patterns hold all values of a run in one block beside the arena of the first run: twice the memory, no faster.
    enableMemPattern: false,
    enableCpuMemArena: true,
    extra: { session: { intra_op: { allow_spinning: (spinning ?? (device === 'cpu' && room())) ? '1' : '0' } } },
    logSeverityLevel: 3,
  });
  const load = async (model: Uint8Array) => {
    try {
      return await ort.InferenceSession.create(model, options());
    } catch (cause) {
      throw loadFailure(device, cause);
    }
  };
  return {
    name: `onnxruntime-node ${ort.env.versions.common} ${device}`,
    traits: traitsOf(device, threads),
    load: async (model) => {
      const inference = await load(model);
      if (device === 'cpu') return plainSession(ort, inference);
      if (device !== 'webgpu') return released(plainSession(ort, inference));
      return released(keepingSession(ort, inference, (feeds) => upload(ort, feeds, options())));
    },
  };
}

const NO_DRIVER =
  /adapter|no .*device|driver version|Failed to load (shared )?library|provider.*not (available|enabled)/i;

function loadFailure(device: Device, cause: unknown): GivernyError {
  const isMissing = device !== 'cpu' && cause instanceof Error && NO_DRIVER.test(cause.message);
  return isMissing ? new MissingDevice(device, noDriver(cause), cause) : failure('load', cause);
}

/** What the runtime says where no driver offers a device, as the end of a sentence. */
function noDriver({ message }: Error): string {
  const said = (message.split('\n')[0] as string).replace(/^.*was false\. /, '').replace(/\.$/, '');
  return `no driver offers one (${said})`;
}

async function running<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw failure('run', cause);
  }
}

function plainSession(ort: typeof Ort, inference: Ort.InferenceSession): Session {
  return {
    run: (feeds) =>
      running(async () => {
        const fed = Object.entries(feeds).map(([name, feed]) => [name, onCpu(ort, feed)]);
        return fromOrt(await inference.run(Object.fromEntries(fed)));
      }),
    dispose: () => inference.release(),
  };
}

/** A session of a device that may be lost, when there is nothing to free any more. */
function released(session: Session): Session {
  return { run: session.run, dispose: () => session.dispose().catch(() => {}) };
}

/** A session that keeps what it is fed with again and again in the device's memory. */
function keepingSession(
  ort: typeof Ort,
  inference: Ort.InferenceSession,
  upload: (feeds: readonly Tensor[]) => Promise<Uploaded<Ort.Tensor>>,
): Session {
  const kept = new KeptFeeds(upload);
  return {
    run: (feeds) =>
      running(async () => fromOrt(await inference.run(await kept.take(feeds, (feed) => onCpu(ort, feed))))),
    dispose: async () => {
      await kept.dispose();
      await inference.release();
    },
  };
}

/**
 * Copies tensors to the device's memory. The runtime has no call for it in Node, but leaves the outputs of a model
 * there: this one hands its inputs on. Its outputs belong to it and go before it does.
 */
async function upload(
  ort: typeof Ort,
  feeds: readonly Tensor[],
  options: Ort.InferenceSession.SessionOptions,
): Promise<Uploaded<Ort.Tensor>> {
  const named = (letter: string) => feeds.map(({ shape }, i) => ({ name: `${letter}${i}`, shape }));
  const [inputs, outputs] = [named('i'), named('o')];
  const nodes = feeds.map((_, i) => ({
    operator: 'Identity',
    inputs: [`i${i}`],
    outputs: [`o${i}`],
    attributes: {},
  }));
  const model = encodeModel({ nodes, inputs, outputs, constants: [] });
  const inference = await ort.InferenceSession.create(model, { ...options, preferredOutputLocation: 'gpu-buffer' });
  const results = await inference.run(Object.fromEntries(feeds.map((feed, i) => [`i${i}`, onCpu(ort, feed)])));
  const values = outputs.map(({ name }) => results[name] as Ort.Tensor);
  return {
    values,
    dispose: async () => {
      for (const value of values) value.dispose();
      await inference.release();
    },
  };
}

const onCpu = (ort: typeof Ort, { shape, data }: Tensor) => new ort.Tensor('float32', data, shape);

const fromOrt = (results: Ort.InferenceSession.OnnxValueMapType): Tensors =>
  Object.fromEntries(
    Object.entries(results).map(([name, value]) => [name, tensor(value.dims, value.data as Float32Array)]),
  );
