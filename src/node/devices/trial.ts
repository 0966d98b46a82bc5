/** Tries a graphics device in a process of its own, which a broken driver may end without harm. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Device } from '../../core/devices.js';

/** Seconds of the same work on the device and on this machine's CPU. */
export interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** What became of a trial. */
export interface Trial {
  /** Why the device cannot be used, as the end of a sentence; absent where it can. */
  readonly reason?: string | undefined;
  /** What computes, where that is known, such as SwiftShader. */
  readonly driver?: string | undefined;
  /** The device is a program that computes on the CPU. */
  readonly isSoftware?: boolean | undefined;
  /** Costs and gradient of a small picture through the network's first layer. */
  readonly first?: Timed | undefined;
  /** A step of the pocket network at STEP_SIZE; absent where the first took too long for it. */
  readonly step?: Timed | undefined;
}

/** Size of the step that is timed, in pixels. */
export const STEP_SIZE = { width: 320, height: 240 };

/** 'load' loads and runs a matrix product; 'steps' times steps beside the CPU's, too. */
export type Depth = 'load' | 'steps';

/** What the process tells: what it has found so far. */
export type TrialMessage = Trial & { readonly isDone: boolean };

const LIMIT_MS: Readonly<Record<Depth, number>> = { load: 30_000, steps: 120_000 };

export interface TrialSettings {
  /** The program of the process, for tests. */
  readonly program?: URL | undefined;
  readonly limitMs?: number | undefined;
}

/** Tries a device; of the CPU a step is timed. It never throws: what goes wrong is the reason. */
export function tryDevice(
  device: Device,
  depth: Depth,
  { program = new URL('./trial-process.js', import.meta.url), limitMs = LIMIT_MS[depth] }: TrialSettings = {},
): Promise<Trial> {
  return new Promise((resolve) => {
    let found: TrialMessage | undefined;
    let isLate = false;
    const child = fork(fileURLToPath(program), [device, depth], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.on('message', (message) => {
      found = message as TrialMessage;
    });
    const end = (reason: string | undefined) => {
      clearTimeout(timer);
      const { isDone, ...trial } = found ?? { isDone: false };
      resolve(isDone || reason === undefined ? trial : { ...trial, reason });
    };
    child.on('error', ({ message }) => end(`a process for its trial could not be started: ${message}`));
    child.on('close', (code, signal) => {
      // A device that has loaded and is merely slow can be used.
      if (isLate && found) end(undefined);
      else if (isLate) end(`it had computed nothing after ${limitMs / 1000} seconds`);
      else end(`its driver ended the process that tried it (${signal ?? `exit code ${code}`})`);
    });
  });
}
