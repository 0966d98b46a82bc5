/**
 * Starts painting processes. A command that will paint starts one ahead, so that it loads its modules, which takes as long
 * as the command's own, while the command still reads its arguments: this module imports little for that reason.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { newWriter } from '../files/temporaries.js';
import { inLargePages } from './large-pages.js';

/** A process, and the name under which it writes temporary files. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly writer: string;
}

/** The program of painting processes. */
export const PAINTING_PROGRAM = new URL('./child.js', import.meta.url);

let ahead: StartedProcess | undefined;

function startProcess(program: URL): StartedProcess {
  const writer = newWriter();
  const child = fork(fileURLToPath(program), [writer], {
    serialization: 'advanced',
    env: inLargePages(process.env),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return { child, writer };
}

/** Starts the process of the next painting. It ends with this one, which does not wait for it. */
export function startAhead(): void {
  ahead = startProcess(PAINTING_PROGRAM);
  const { child } = ahead;
  child.on('error', () => {
    // Whoever paints starts another, and hears of what fails then.
    ahead = undefined;
  });
  child.unref();
  child.channel?.unref();
  (child.stderr as Socket | null)?.unref();
}

/** The process that was started ahead, once; else a new one. */
export function takeProcess(program: URL): StartedProcess {
  const started = ahead;
  ahead = undefined;
  if (!started?.child.connected || program.href !== PAINTING_PROGRAM.href) return startProcess(program);
  const { child } = started;
  child.ref();
  child.channel?.ref();
  (child.stderr as Socket | null)?.ref();
  return started;
}
