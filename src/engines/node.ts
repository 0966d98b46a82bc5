/** ONNX Runtime in Node, on the CPU. */
import { createRequire } from 'node:module';
import process from 'node:process';
import type * as Ort from 'onnxruntime-node';
import { expected, GivernyError } from '../core/errors.js';
import type { Engine, Session } from '../core/graph/engine.js';
import { type Tensors, tensor } from '../core/graph/tensor.js';
import { availableThreads, processorQuota, watchForRoom } from './processors.js';

// Switches ONNX Runtime's telemetry off, which otherwise leaves files in the temporary folder. It is read at the first
// session.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

export interface NodeEngineOptions {
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
 * The CPU engine. Its `run` computes on the calling thread: the event loop stands still meanwhile.
 *
 * @throws GivernyError OPTION_INVALID if `threads` is no whole number of at least 1; ENGINE_FAILED where the package
 *   onnxruntime-node is missing or does not load on this machine.
 */
export function createNodeEngine({ threads = availableThreads(), spinning }: NodeEngineOptions = {}): Engine {
  if (!Number.isInteger(threads) || threads < 1) throw expected('a whole number of at least 1', 'threads', threads);
  const ort = loadRuntime();
  const room = Number.isFinite(processorQuota()) ? () => false : watchForRoom(threads);
  const options = (): Ort.InferenceSession.SessionOptions => ({
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'extended',
    // Patterns hold all values of a run in one block beside the arena of the first run: twice the memory, no faster.
    enableMemPattern: false,
    enableCpuMemArena: true,
    extra: { session: { intra_op: { allow_spinning: (spinning ?? room()) ? '1' : '0' } } },
    logSeverityLevel: 3,
  });
  return {
    name: `onnxruntime-node ${ort.env.versions.common} cpu`,
    traits: { device: 'cpu', threads, winograd: true, weightsInModel: false, workspaceBytes: 64 * 2 ** 20 },
    load: (model) => guarded('load', async () => session(ort, await ort.InferenceSession.create(model, options()))),
  };
}

/**
 * npm leaves the optional dependency onnxruntime-node out where its install script fails, so it is loaded when an
 * engine is made, not when this module is.
 */
function loadRuntime(): typeof Ort {
  try {
    return createRequire(import.meta.url)('onnxruntime-node');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === 'MODULE_NOT_FOUND' && message.includes("'onnxruntime-node'");
    throw new GivernyError(
      'ENGINE_FAILED',
      missing
        ? 'Expected the package onnxruntime-node but it is not installed: its install script may have failed to ' +
            'download GPU libraries, which Giverny does not need. Install with npm install giverny --ignore-scripts.'
        : `ONNX Runtime does not load on ${process.platform} ${process.arch}: ${message.split('\n')[0]}`,
      { cause },
    );
  }
}

function session(ort: typeof Ort, inference: Ort.InferenceSession): Session {
  return {
    run: (feeds) =>
      guarded('run', async () => {
        const results = await inference.run(toOrt(ort, feeds));
        return Object.fromEntries(
          Object.entries(results).map(([name, value]) => [name, tensor(value.dims, value.data as Float32Array)]),
        );
      }),
    dispose: () => inference.release(),
  };
}

function toOrt(ort: typeof Ort, feeds: Tensors): Record<string, Ort.Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [name, new ort.Tensor('float32', data, shape)]),
  );
}

/** Names the two ways in which the runtime fails in a sentence of our own. */
async function guarded<T>(what: 'load' | 'run', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (/alloc|out of memory|bad_alloc/i.test(reason)) {
      throw new GivernyError('OUT_OF_MEMORY', 'Not enough memory for a picture of this size: try a smaller size.', {
        cause,
      });
    }
    throw new GivernyError('ENGINE_FAILED', `ONNX Runtime could not ${what} the graph: ${reason}`, { cause });
  }
}
