/** Runs a program in a process of its own, and says what it took. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Taken {
  /** Wall time from start to end, loading and writing included. */
  readonly seconds: number;
  /** Sum of the peaks of the process and its children; undefined where the system does not tell (it does on Linux). */
  readonly peakBytes: number | undefined;
}

const POLL_MS = 100;

/**
 * Runs a program to its end.
 *
 * @param command the program and its arguments.
 * @param options.interruptAfter seconds after which it is sent SIGINT, which asks for the picture so far.
 * @throws Error with the end of what it printed, where it fails.
 */
export function runMeasured(
  [program, ...args]: readonly string[],
  { cwd, interruptAfter }: { readonly cwd: string; readonly interruptAfter?: number | undefined },
): Promise<Taken> {
  const began = performance.now();
  const child = spawn(program as string, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-2000);
    });
  }
  // The kernel keeps each process's high-water mark: a poll misses only what it grows by in its last moment.
  const peaks = new Map<number, number>();
  const poll = setInterval(() => child.pid && notePeaks(child.pid, peaks), POLL_MS);
  let interrupted = false;
  const budget =
    interruptAfter === undefined
      ? undefined
      : setTimeout(() => {
          interrupted = true;
          child.kill('SIGINT');
        }, interruptAfter * 1000);
  return new Promise((resolve, reject) => {
    const end = () => {
      clearInterval(poll);
      clearTimeout(budget);
    };
    child.on('error', (cause) => {
      end();
      reject(new Error(`Expected to run ${program} but could not: ${cause.message}.`, { cause }));
    });
    child.on('close', (code, signal) => {
      end();
      const seconds = (performance.now() - began) / 1000;
      const peakBytes = peaks.size > 0 ? [...peaks.values()].reduce((total, peak) => total + peak, 0) : undefined;
      if (code === 0 || (interrupted && code === 130)) resolve({ seconds, peakBytes });
      else reject(new Error(`${program} ${args.join(' ')} ended with ${signal ?? `exit code ${code}`}:\n${printed}`));
    });
  });
}

/** Notes the peak resident memory of a process and of all that it started, by process id. */
export function notePeaks(pid: number, peaks: Map<number, number>): void {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kib !== undefined) peaks.set(pid, Number(kib) * 1024);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    for (const child of children === '' ? [] : children.split(' ')) notePeaks(Number(child), peaks);
  } catch {
    // Gone already, or no such files on this system.
  }
}
