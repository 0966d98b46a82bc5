/** A worker of the service in a process of its own, which a test can kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const SERVICE = new URL('../../dist/service/', import.meta.url).href;

/** It writes the state after every step, so that little is painted twice. */
const PROGRAM = `
  const [url] = process.argv.slice(2);
  const { openDatabase } = await import('${SERVICE}store/database.js');
  const { Blobs } = await import('${SERVICE}store/blobs.js');
  const { startWorker } = await import('${SERVICE}worker/worker.js');
  const database = await openDatabase({ url, folder: '' });
  const worker = startWorker({ database, blobs: new Blobs(), threads: 1, maxMemory: 2e9, stateEverySeconds: 0, beatMs: 200, pollMs: 100 });
  process.once('SIGTERM', async () => { await worker.drain(); await database.close(); process.exit(0); });
`;

export interface WorkerProcess {
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Asks it to end; its exit code. */
  drain(): Promise<number | null>;
}

/** Those of this test file that run still. */
const running = new Set<ChildProcess>();

/** Ends what a test that failed left running. */
export function endWorkerProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}

export function startWorkerProcess(url: string): WorkerProcess {
  const file = join(mkdtempSync(join(tmpdir(), 'giverny-program-')), 'worker.mjs');
  writeFileSync(file, PROGRAM);
  const child: ChildProcess = spawn(process.execPath, [file, url], { stdio: ['ignore', 'ignore', 'inherit'] });
  running.add(child);
  child.once('close', () => running.delete(child));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    drain() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
