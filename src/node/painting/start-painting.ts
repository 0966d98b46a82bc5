/**
 * A painting in a process of its own: the engine computes on its thread for as long as a step takes, and whoever shows
 * progress or answers requests must not wait with it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, GivernyError } from '../../core/errors.js';
import type { StepReport } from '../../core/painting/job.js';
import { newWriter, removeTemporaries } from '../files/temporaries.js';
import {
  checkedRequest,
  type Painted,
  type PaintRequest,
  type RequestSettings,
  STOPPED_BEFORE_THE_FIRST_STEP,
  type Started,
} from './request.js';

/** What the painting process tells its parent. */
export type PaintEvent =
  | { readonly event: 'start'; readonly started: Started }
  | { readonly event: 'step'; readonly report: StepReport }
  | { readonly event: 'saved'; readonly path: string }
  | { readonly event: 'notice'; readonly sentence: string }
  | { readonly event: 'done'; readonly painted: Painted }
  | {
      readonly event: 'error';
      readonly code?: ErrorCode | undefined;
      readonly message: string;
      readonly stack: string;
    };

/** A painting in progress. Iterating it gives a report of each step that comes from then on. */
export interface Painting extends AsyncIterable<StepReport> {
  /** The picture is written, or so much of it as was done when `stop` was called. May be left unobserved. */
  readonly done: Promise<Painted>;
  /** Ends the painting within one step, and the picture so far is written; before the first step, at once. */
  stop(): void;
  /** Ends the process at once; `done` is rejected, and nothing half-written stays behind. */
  kill(): void;
}

/**
 * Starts to paint in a child process; as paintFile otherwise. Networks go by name or path and costs by options, as
 * objects of a program cannot cross to another process.
 *
 * @param request.signal aborting it stops the painting as `stop` does.
 *
 * @throws GivernyError OPTION_INVALID where the request is malformed; no process is started then.
 */
export function startPainting(request: PaintRequest & Omit<RequestSettings, 'painter'>): Painting {
  const { checked, settings } = checkedRequest(request);
  const { onStart, onStep, onSaved, onNotice, signal } = settings;
  refuseObjects(checked);
  const writer = newWriter();
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [writer], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const reports = new Reports();
  const state = { killed: false, stopped: false, stepping: false };
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-8192);
  });
  const done = new Promise<Painted>((resolve, reject) => {
    const hear = (event: PaintEvent) => {
      if (event.event === 'start') onStart?.(event.started);
      else if (event.event === 'saved') onSaved?.(event.path);
      else if (event.event === 'notice') onNotice?.(event.sentence);
      else if (event.event === 'done') resolve(event.painted);
      else if (event.event === 'error') reject(revived(event));
      else {
        state.stepping = true;
        onStep?.(event.report);
        reports.add(event.report);
      }
    };
    child.on('message', (message) => {
      try {
        hear(message as PaintEvent);
      } catch (error) {
        // A listener's own error is the caller's to handle, where everything else of this painting arrives.
        reject(error);
        child.kill('SIGKILL');
      }
    });
    child.on('error', (cause) => {
      reject(
        new GivernyError('PAINTER_DIED', `The painting process could not be started: ${cause.message}.`, { cause }),
      );
    });
    // After the last message; settling is of no effect where one of those settled the promise.
    child.on('close', (code, killer) => {
      cleanUp(checked, writer);
      if (state.stopped && !state.stepping) resolve(STOPPED_BEFORE_THE_FIRST_STEP);
      reject(death(state.killed, killer ?? code, stderr));
    });
  });
  const stop = () => {
    state.stopped = true;
    // Preparation does not listen, and there is no picture yet that could be lost.
    if (state.stepping) tell(child, 'stop');
    else child.kill('SIGKILL');
  };
  tell(child, checked);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const end = (error?: unknown) => {
    signal?.removeEventListener('abort', stop);
    reports.end(error);
  };
  done.then(() => end(), end);
  return {
    done,
    stop,
    kill: () => {
      state.killed = true;
      child.kill('SIGKILL');
    },
    [Symbol.asyncIterator]: () => reports.iterate(),
  };
}

/** @throws GivernyError OPTION_INVALID where a request holds what only this process has. */
function refuseObjects({ network, coarseNetwork, terms }: PaintRequest): void {
  const own = Object.entries({ network, coarseNetwork, terms }).find(([, value]) => typeof value === 'object');
  if (!own) return;
  throw new GivernyError(
    'OPTION_INVALID',
    `Expected no object for ${own[0]}, as it cannot cross to another process, but received one; paintFile takes it.`,
  );
}

function tell(child: ChildProcess, message: PaintRequest | 'stop'): void {
  // A child that is already gone needs no telling; 'close' says what became of it.
  if (child.connected) child.send(message, () => {});
}

/** Hands reports to whoever iterates, and the end to all. */
class Reports {
  readonly #waiting = new Set<{ queue: StepReport[]; wake: () => void }>();
  #ended: { readonly error?: unknown } | undefined;

  add(report: StepReport): void {
    for (const waiter of this.#waiting) {
      waiter.queue.push(report);
      waiter.wake();
    }
  }

  end(error?: unknown): void {
    this.#ended = error === undefined ? {} : { error };
    for (const { wake } of this.#waiting) wake();
  }

  async *iterate(): AsyncGenerator<StepReport, void, undefined> {
    const waiter = { queue: [] as StepReport[], wake: () => {} };
    this.#waiting.add(waiter);
    try {
      for (;;) {
        const next = waiter.queue.shift();
        if (next) yield next;
        else if (this.#ended) break;
        else
          await new Promise<void>((resolve) => {
            waiter.wake = resolve;
          });
      }
      if (this.#ended && 'error' in this.#ended) throw this.#ended.error;
    } finally {
      this.#waiting.delete(waiter);
    }
  }
}

/** Removes what a painting process that ended while writing left behind. */
export function cleanUp({ output, frames, state }: PaintRequest, writer: string): void {
  if (typeof output === 'string') removeTemporaries(output, writer);
  if (state) removeTemporaries(state, writer);
  if (frames) removeTemporaries(join(frames.folder, '0.png'), writer);
}

function revived({ code, message, stack }: Extract<PaintEvent, { event: 'error' }>): Error {
  const error = code === undefined ? new Error(message) : new GivernyError(code, message);
  error.stack = stack;
  return error;
}

/** What is known of a child process that ended without a result. */
function death(killed: boolean, how: NodeJS.Signals | number | null, stderr: string): GivernyError {
  const end = typeof how === 'string' ? how : `exit code ${how}`;
  const message = killed
    ? 'The painting was ended before it was done.'
    : /out of memory|bad_alloc/i.test(stderr)
      ? `The painting process ran out of memory (${end}): try a smaller size.`
      : // 128 + n is how a shell reports death by signal n; SIGKILL is 9.
        how === 'SIGKILL' || how === 137
        ? `The painting process was killed from outside (${end}): by a person or a program, or by the system where memory ran out, which a smaller size avoids.`
        : `The painting process ended unexpectedly (${end}).`;
  return new GivernyError('PAINTER_DIED', message, { cause: stderr });
}
