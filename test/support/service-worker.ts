/** A worker of the service in a process of its own, which a test can kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const SERVICE = new URL('../../dist/service/', import.meta.url).href;

/** It writes the state after every step, so that little is painted twice. */
const PROGRAM = `
  const [url] = process.argv.slice(1);
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

export function startWorkerProcess(url: string): WorkerProcess {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, url], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
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
