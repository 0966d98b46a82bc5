/** The databases that the service's tests run on: PGlite in a folder, and a Postgres of this machine where there is one. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabasePlace } from '../../src/service/store/database.js';

/** Debian's Postgres programs, newest first. */
export function postgresFolder(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
}

export interface TestPostgres {
  readonly url: string;
  /** Ends all of it at once, as a crash would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A Postgres of its own in a fresh folder, listening at 127.0.0.1 alone. It refuses to run as root. */
export async function startPostgres(bin: string): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  const user = isRoot ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (isRoot) {
    chownSync(folder, idOf('-u'), idOf('-g'));
    // The tests' own folder of temporary files is their user's alone; another must pass through it.
    if (basename(tmpdir()).startsWith('giverny-tests-')) chmodSync(tmpdir(), 0o711);
  }
  const cwd = '/';
  const data = join(folder, 'data');
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'giverny', '-A', 'trust', '-N', '-E', 'UTF8'], {
    ...user,
    cwd,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const url = `postgres://giverny@127.0.0.1:${port}/postgres`;
  let child: ReturnType<typeof spawn>;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: NodeJS.Signals) => {
    if (hasEnded()) return;
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.kill(signal);
    await gone;
  };
  const run = () => {
    child = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      { ...user, cwd, stdio: 'ignore' },
    );
  };
  const start = async () => {
    run();
    const ready = () => spawnSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status === 0;
    for (let tries = 0; !ready(); tries++) {
      if (tries === 600) throw new Error('Postgres did not start.');
      // One that was killed may leave processes for a while, beside which another does not start.
      if (hasEnded()) run();
      await sleep(100);
    }
  };
  await start();
  return {
    url,
    start,
    async kill() {
      await end('SIGKILL');
      // Its other processes notice within a moment, and a new one waits for them.
      await sleep(500);
    },
    async stop() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export interface TestDatabase {
  readonly name: string;
  open(): Promise<{ place: DatabasePlace; close(): Promise<void> }>;
}

const bin = postgresFolder();
if (!bin) console.warn('Postgres is not installed: the tests of the service run on PGlite alone.');

export const DATABASES: readonly TestDatabase[] = [
  {
    name: 'PGlite',
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'giverny-pglite-'));
      return { place: { folder }, close: async () => rmSync(folder, { recursive: true, force: true }) };
    },
  },
  ...(bin
    ? [
        {
          name: 'Postgres',
          async open() {
            const postgres = await startPostgres(bin);
            return { place: { url: postgres.url, folder: '' }, close: () => postgres.stop() };
          },
        },
      ]
    : []),
];
