/** A child process that paints one request after another with one painter. It is started when it is first needed, or ahead. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphicsDevice } from '../../core/devices.js';
import { type ErrorCode, GivernyError } from '../../core/errors.js';
import type { StepReport } from '../../core/painting/job.js';
import { remember } from '../devices/remembered.js';
import { removeTemporaries } from '../files/temporaries.js';
import { PAINTING_PROGRAM, takeProcess } from './process-ahead.js';
import {
  type CheckedRequest,
  framesBeside,
  type Painted,
  type PaintListeners,
  type PaintRequest,
  STOPPED_BEFORE_THE_FIRST_STEP,
  type Started,
} from './request.js';
import { usableBytes } from './usable-bytes.js';

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

/** A painting in the process. */
export interface ProcessPainting {
  /** The picture is written, or so much of it as was done when `stop` was called. */
  readonly done: Promise<Painted>;
  /** Ends the painting within one step, and the picture so far is written; before the first step, at once. */
  stop(): void;
  /** Ends the process at once; `done` is rejected, and nothing half-written stays behind. */
  kill(): void;
}

/** A painting as the process sees it: how its events are heard, and how it ends where the process dies. */
interface Current {
  request: CheckedRequest;
  hear(event: PaintEvent): void;
  fail(error: unknown): void;
  died(how: NodeJS.Signals | number | null, stderr: string): void;
}

export class PaintingProcess {
  readonly #program: URL;
  #child: ChildProcess | undefined;
  #current: Current | undefined;

  /** @param program of the process, for tests. */
  constructor(program: URL = PAINTING_PROGRAM) {
    this.#program = program;
  }

  /** Paints a request, in a new process where the last one died. The painting before it must have ended. */
  paint(request: CheckedRequest, listeners: PaintListeners): ProcessPainting {
    let child = this.#child ?? this.#start();
    this.#child = child;
    const state = { killed: false, stopped: false, stepping: false, deaths: 0, forecastBytes: 0, device: 'cpu' };
    const oomKills = oomKillsSoFar();
    const done = new Promise<Painted>((resolve, reject) => {
      const end = <T>(settle: (value: T) => void, value: T) => {
        this.#current = undefined;
        settle(value);
      };
      /** Paints on in a new process, from the state if one is kept. */
      const paintAgain = (changes: Partial<CheckedRequest>, sentence: string) => {
        current.request = { ...current.request, ...changes };
        listeners.onNotice?.(sentence);
        Object.assign(state, { stepping: false, device: 'cpu' });
        child = this.#start();
        this.#child = child;
        tell(child, current.request);
      };
      const current: Current = {
        request,
        hear(event) {
          if (event.event === 'start') {
            state.device = event.started.device;
            state.forecastBytes = event.started.forecastBytes;
            listeners.onStart?.(event.started);
          } else if (event.event === 'saved') listeners.onSaved?.(event.path);
          else if (event.event === 'notice') listeners.onNotice?.(event.sentence);
          else if (event.event === 'done') end(resolve, event.painted);
          else if (event.event === 'error') end(reject, revived(event));
          else {
            state.stepping = true;
            listeners.onStep?.(event.report);
          }
        },
        fail: (error) => end(reject, error),
        died: (how, stderr) => {
          const ranOut = isOutOfMemory(how, stderr, oomKills);
          const { device } = state;
          const isDriver = device !== 'cpu' && !ranOut && !state.killed && !isKill(how);
          if (isDriver) remember(device as GraphicsDevice, { reason: `its driver ended a painting (${endOf(how)})` });
          if (ranOut && !state.killed && !state.stopped && state.forecastBytes > 0 && ++state.deaths <= MOST_DEATHS) {
            const before = current.request.maxMemory ?? usableBytes();
            const maxMemory = Math.floor(Math.min(before, state.forecastBytes) / 2);
            const limit = `${(maxMemory / 1e9).toFixed(1)} GB`;
            paintAgain({ maxMemory }, `Memory ran out: the painting goes on in tiles, within ${limit}.`);
          } else if (state.stopped && !state.stepping) end(resolve, STOPPED_BEFORE_THE_FIRST_STEP);
          else if (isDriver && !state.stopped && (request.device ?? 'auto') === 'auto') {
            const place = request.state && !request.fresh ? 'from the state kept last' : 'from the start';
            const sentence = `The driver of ${device} ended the painting process (${endOf(how)}): the CPU paints, ${place}.`;
            paintAgain({ device: 'cpu' }, sentence);
          } else end(reject, isDriver ? driverDeath(device, how, stderr) : death(state.killed, ranOut, how, stderr));
        },
      };
      this.#current = current;
    });
    tell(child, request);
    return {
      done,
      stop() {
        state.stopped = true;
        // Preparation does not listen, and there is no picture yet that could be lost.
        if (state.stepping) tell(child, 'stop');
        else child.kill('SIGKILL');
      },
      kill() {
        state.killed = true;
        child.kill('SIGKILL');
      },
    };
  }

  /** Lets the process go. */
  end(): void {
    if (this.#child?.connected) this.#child.disconnect();
    this.#child = undefined;
  }

  #start(): ChildProcess {
    const { child, writer } = takeProcess(this.#program);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8192);
    });
    child.on('message', (message) => {
      try {
        this.#current?.hear(message as PaintEvent);
      } catch (error) {
        // A listener's own error is the caller's to handle, where everything else of this painting arrives.
        this.#current?.fail(error);
        child.kill('SIGKILL');
      }
    });
    child.on('error', (cause) => {
      const sentence = `The painting process could not be started: ${cause.message}.`;
      this.#current?.fail(new GivernyError('PAINTER_DIED', sentence, { cause }));
      if (this.#child === child) this.#child = undefined;
    });
    // Comes after the last message.
    child.on('close', (code, killer) => {
      if (this.#child === child) this.#child = undefined;
      if (!this.#current) return;
      cleanUp(this.#current.request, writer);
      this.#current.died(killer ?? code, stderr);
    });
    return child;
  }
}

function tell(child: ChildProcess, message: PaintRequest | 'stop'): void {
  // A child that is already gone needs no telling; 'close' says what became of it.
  if (child.connected) child.send(message, () => {});
}

/** Removes what a painting process that ended while writing left behind. */
export function cleanUp({ output, frames, timelapse, state }: PaintRequest, writer: string): void {
  if (typeof output === 'string') removeTemporaries(output, writer);
  if (state) removeTemporaries(state, writer);
  if (timelapse !== undefined) removeTemporaries(timelapse, writer);
  // Pictures of a film that nothing can go on with.
  if (timelapse !== undefined && state && !existsSync(state)) {
    rmSync(framesBeside(state), { recursive: true, force: true });
  }
  if (frames) removeTemporaries(join(frames.folder, '0.png'), writer);
}

function revived({ code, message, stack }: Extract<PaintEvent, { event: 'error' }>): Error {
  const error = code === undefined ? new Error(message) : new GivernyError(code, message);
  error.stack = stack;
  return error;
}

/** How a process ended, such as "SIGKILL" and "exit code 1". */
const endOf = (how: NodeJS.Signals | number | null) => (typeof how === 'string' ? how : `exit code ${how}`);

function driverDeath(device: string, how: NodeJS.Signals | number | null, stderr: string): GivernyError {
  const sentence = `The driver of ${device} ended the painting process (${endOf(how)}); the device cpu paints without it.`;
  return new GivernyError('PAINTER_DIED', sentence, { cause: stderr });
}

/** After this many deaths of a painting's processes for want of memory it is given up. */
const MOST_DEATHS = 2;

/** How many processes the kernel has ended because memory ran out; undefined where it does not tell (Linux does). */
function oomKillsSoFar(): number | undefined {
  try {
    const [, count] = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8')) ?? [];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}

/** @param oomKills when the painting began. */
function isOutOfMemory(how: NodeJS.Signals | number | null, stderr: string, oomKills: number | undefined): boolean {
  if (/out of memory|bad_alloc/i.test(stderr)) return true;
  const now = oomKillsSoFar();
  return isKill(how) && oomKills !== undefined && now !== undefined && now > oomKills;
}

/** 128 + n is how a shell reports death by signal n; SIGKILL is 9. */
const isKill = (how: NodeJS.Signals | number | null) => how === 'SIGKILL' || how === 137;

/** What is known of a child process that ended without a result. */
function death(killed: boolean, ranOut: boolean, how: NodeJS.Signals | number | null, stderr: string): GivernyError {
  const end = endOf(how);
  const message = killed
    ? 'The painting was ended before it was done.'
    : ranOut
      ? `The painting process ran out of memory (${end}): try a smaller size.`
      : isKill(how)
        ? `The painting process was killed from outside (${end}): by a person or a program, or by the system where memory ran out, which a smaller size avoids.`
        : `The painting process ended unexpectedly (${end}).`;
  return new GivernyError('PAINTER_DIED', message, { cause: stderr });
}
