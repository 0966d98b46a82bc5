/** ONNX Runtime in browsers: WebGPU, or WASM with SIMD and threads. Made for a worker: WASM computes on its thread. */
import type * as Ort from 'onnxruntime-web';
import { GivernyError } from '../core/errors.js';
import type { Engine, EngineTraits, Session } from '../core/graph/engine.js';
import { fallingBack } from '../core/graph/falling-back.js';
import { type Tensor, tensor } from '../core/graph/tensor.js';
import { failure } from './failure.js';
import { KeptFeeds } from './kept-feeds.js';
import { traitsOf } from './traits.js';

export type WebDevice = 'webgpu' | 'wasm';

/** URLs of the runtime's two files for a device. */
export interface RuntimeFiles {
  readonly mjs: string;
  readonly wasm: string;
}

export interface WebEngineOptions {
  /** 'auto' takes WebGPU where there is a real graphics device. */
  readonly device?: WebDevice | 'auto';
  /** Of WASM. All cores by default where the page is cross-origin isolated, which threads need; else 1. */
  readonly threads?: number;
  /**
   * Where the runtime's WebAssembly is served: the URL of a folder that holds the files of `onnxruntime-web/dist`, or
   * the URLs of its files for each device. Default: where onnxruntime-web itself looks, which is beside its module;
   * bundlers that know `new URL(file, import.meta.url)` copy the files there.
   */
  readonly runtimeFiles?: string | Readonly<Record<WebDevice, RuntimeFiles>>;
}

export interface WebEngine extends Engine {
  readonly traits: EngineTraits & { readonly device: WebDevice };
  /** Takes the graphics device away, as a driver may at any time: for tests. */
  loseDevice(): Promise<void>;
}

/** The flags of WebGPU's specification; browsers have them as globals, the compiler's types do not. */
declare const GPUBufferUsage: { readonly STORAGE: number; readonly COPY_SRC: number; readonly COPY_DST: number };

/** More threads than this wait for each other more than they help. */
const MOST_THREADS = 8;

/**
 * An engine for this page or worker. The runtime is one per page or worker, as are its threads: the first call
 * decides both. WASM computes on the calling thread, so a page that must stay responsive paints in a worker. Where a
 * graphics device fails, a painting goes on in WASM.
 *
 * @throws GivernyError ENGINE_FAILED where the wanted device or the package onnxruntime-web is missing.
 */
export async function createWebEngine(options: WebEngineOptions = {}): Promise<WebEngine> {
  const device = await chooseDevice(options.device ?? 'auto');
  const ort = await runtimeFor(device);
  const first = engineOn(device, options, ort.env.versions.common, async () => ort);
  if (device === 'wasm') return { ...first, loseDevice: async () => {} };
  const wasm = () => engineOn('wasm', options, ort.env.versions.common, () => runtimeFor('wasm'));
  const both = fallingBack(first, wasm) as Omit<WebEngine, 'loseDevice'>;
  return Object.assign(both, { loseDevice: async () => (await ort.env.webgpu.device).destroy() });
}

/** @param runtime loaded before the first model. */
function engineOn(
  device: WebDevice,
  { threads, runtimeFiles }: WebEngineOptions,
  version: string | undefined,
  runtime: () => Promise<typeof Ort>,
) {
  const most = threadsOf(device);
  const used = Math.max(1, Math.min(threads ?? most, most));
  const loss = { reason: '' };
  let watched = false;
  const guarded = async <T>(what: 'load' | 'run', work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw failure(what, cause, loss.reason);
    }
  };
  return {
    name: `onnxruntime-web ${version} ${device}`,
    traits: traitsOf(device, used),
    load: (model: Uint8Array) =>
      guarded('load', async () => {
        const ort = await runtime();
        ort.env.wasm.numThreads = used;
        if (typeof runtimeFiles === 'string') ort.env.wasm.wasmPaths = runtimeFiles.replace(/\/?$/, '/');
        else if (runtimeFiles) ort.env.wasm.wasmPaths = { ...runtimeFiles[device] };
        ort.env.logLevel = 'error';
        const inference = await ort.InferenceSession.create(model, { ...SESSION, executionProviders: [device] });
        if (device === 'webgpu' && !watched) {
          watched = true;
          (await ort.env.webgpu.device).lost.then(({ message, reason }) => {
            loss.reason = message || reason || 'no reason given';
          });
        }
        return device === 'webgpu' ? gpuSession(ort, inference, guarded) : wasmSession(ort, inference, guarded);
      }),
  };
}

const SESSION: Ort.InferenceSession.SessionOptions = {
  executionMode: 'sequential',
  graphOptimizationLevel: 'extended',
  enableMemPattern: false,
  // Browsers are never alone on a machine: beside other work, waiting idly is 7 to 10 % faster than busily.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
  logSeverityLevel: 3,
};

/** What 'auto' takes here. */
export async function bestDevice(): Promise<WebDevice> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  // A fallback adapter computes on the CPU, many times slower than WASM does.
  return adapter && !adapter.info?.isFallbackAdapter ? 'webgpu' : 'wasm';
}

/** Threads that a device can use here. */
export function threadsOf(device: WebDevice): number {
  if (device === 'webgpu' || !globalThis.crossOriginIsolated) return 1;
  return Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1);
}

async function runtimeFor(device: WebDevice): Promise<typeof Ort> {
  try {
    return device === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm');
  } catch (cause) {
    throw new GivernyError(
      'ENGINE_FAILED',
      'Expected the package onnxruntime-web but it could not be loaded; install it with npm install onnxruntime-web.',
      { cause },
    );
  }
}

async function chooseDevice(wanted: WebDevice | 'auto'): Promise<WebDevice> {
  if (wanted === 'auto') return bestDevice();
  if (wanted === 'wasm' || (await navigator.gpu?.requestAdapter().catch(() => null))) return wanted;
  throw new GivernyError('ENGINE_FAILED', 'Expected a WebGPU device but this browser offers none.');
}

type Guarded = <T>(what: 'load' | 'run', work: () => Promise<T>) => Promise<T>;

function wasmSession(ort: typeof Ort, inference: Ort.InferenceSession, guarded: Guarded): Session {
  return {
    run: (feeds) =>
      guarded('run', async () => {
        const results = await inference.run(
          Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, onCpu(ort, feed)])),
        );
        return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
      }),
    dispose: () => inference.release(),
  };
}

function gpuSession(ort: typeof Ort, inference: Ort.InferenceSession, guarded: Guarded): Session {
  const kept = new KeptFeeds<Ort.Tensor>(async (feeds) => {
    const device = await ort.env.webgpu.device;
    const values = feeds.map((feed) => onGpu(ort, device, feed));
    return {
      values,
      dispose: async () => {
        for (const value of values) value.dispose();
      },
    };
  });
  return {
    run: (feeds) =>
      guarded('run', async () => {
        const results = await inference.run(await kept.take(feeds, (feed) => onCpu(ort, feed)));
        return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
      }),
    dispose: async () => {
      try {
        await kept.dispose();
        await inference.release();
      } catch {
        // Of a device that was lost there is nothing to free any more.
      }
    },
  };
}

const onCpu = (ort: typeof Ort, { shape, data }: Tensor) => new ort.Tensor('float32', data, shape);

function onGpu(ort: typeof Ort, device: GPUDevice, { shape, data }: Tensor): Ort.Tensor {
  // The runtime reads whole vectors of four numbers.
  const size = Math.max(16, Math.ceil(data.byteLength / 16) * 16);
  const buffer = device.createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    mappedAtCreation: true,
  });
  new Float32Array(buffer.getMappedRange()).set(data);
  buffer.unmap();
  return ort.Tensor.fromGpuBuffer(buffer as never, {
    dataType: 'float32',
    dims: shape,
    dispose: () => buffer.destroy(),
  });
}

const fromOrt = ({ dims, data }: Ort.Tensor) => tensor(dims, data as Float32Array);
