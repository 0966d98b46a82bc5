/**
 * A painting in a process of its own: the engine's `run` stands on its thread for as long as a step takes,
 * and whoever shows progress or answers requests must not stand still with it.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, GivernyError } from '../../core/errors.js';
import { removeTemporaries } from '../files/atomic.js';
import type { Painted, PaintListeners, PaintRequest, Started, StepReport } from './request.js';

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

export interface Painting {
  /** The picture is written, or so much of it as was done when `stop` was called. */
  readonly done: Promise<Painted>;
  /** Ends the painting within one step; the picture so far is written. */
  stop(): void;
  /** Ends the process at once; `done` is rejected, and nothing half-written stays behind. */
  kill(): void;
}

/** Starts to paint in a child process; as paintFile otherwise. */
export function startPainting(request: PaintRequest, listeners: PaintListeners = {}): Painting {
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let killed = false;
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-8192);
  });
  const done = new Promise<Painted>((resolve, reject) => {
    child.on('message', (message) => {
      const event = message as PaintEvent;
      if (event.event === 'start') listeners.onStart?.(event.started);
      else if (event.event === 'step') listeners.onStep?.(event.report);
      else if (event.event === 'saved') listeners.onSaved?.(event.path);
      else if (event.event === 'notice') listeners.onNotice?.(event.sentence);
      else if (event.event === 'done') resolve(event.painted);
      else reject(revived(event));
    });
    child.on('error', (cause) => {
      reject(
        new GivernyError('PAINTER_DIED', `The painting process could not be started: ${cause.message}.`, { cause }),
      );
    });
    // After the last message; rejecting is of no effect where one of those settled the promise.
    child.on('close', (code, signal) => {
      if (child.pid !== undefined) cleanUp(request, child.pid);
      reject(death(killed, signal ?? code, stderr));
    });
  });
  const tell = (message: PaintRequest | 'stop') => {
    // A child that is already gone needs no telling; 'close' says what became of it.
    if (child.connected) child.send(message, () => {});
  };
  tell(request);
  return {
    done,
    stop: () => tell('stop'),
    kill: () => {
      killed = true;
      child.kill('SIGKILL');
    },
  };
}

/** Removes what a painting process that ended while writing left behind. */
export function cleanUp({ output, frames }: PaintRequest, pid: number): void {
  removeTemporaries(output, pid);
  if (frames) removeTemporaries(join(frames.folder, '0.png'), pid);
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
