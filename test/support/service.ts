/** The service for tests: parts that need no database, and all of it on a PGlite. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { studioFiles } from '#dist/node/studio-files.js';
import type { Place, Scope } from '#dist/service/api.js';
import { serviceApp } from '#dist/service/http/app.js';
import type { ServiceParts } from '#dist/service/http/context.js';
import { Networks } from '#dist/service/queue/plan.js';
import { Blobs } from '#dist/service/store/blobs.js';
import { type Database, openDatabase, type Row } from '#dist/service/store/database.js';
import { migrate } from '#dist/service/store/migrations.js';
import { Paintings } from '#dist/service/store/paintings.js';
import { startWorker, type Worker } from '#dist/service/worker/worker.js';

const SECRET = 'x'.repeat(43);
/** Of the empty service. */
export const TOKEN = `giverny_${'0'.repeat(16)}_${SECRET}`;

/** @param scopes what TOKEN allows; left out, the service asks for no token. */
export function emptyParts(scopes?: readonly Scope[]): ServiceParts {
  const hash = createHash('sha256').update(SECRET).digest();
  const database: Database = {
    kind: 'pglite',
    query: async <T extends Row>(sql: string) =>
      (sql.includes('giverny.tokens') && scopes ? [{ hash, owner: 'ann', scopes }] : []) as Row[] as T[],
    run: async () => {},
    transaction: (work) => work(database),
    close: async () => {},
  };
  const blobs = new Blobs();
  return {
    database,
    blobs,
    paintings: new Paintings(database, blobs),
    networks: new Networks(),
    logger: pino({ level: 'silent' }),
    isLocal: scopes === undefined,
  };
}

export interface RunningService {
  /** Answers as the service does that is on this computer, whatever host the request names. */
  fetch(request: Request): Promise<Response>;
  /** Lets a worker paint. */
  paint(): void;
  /** Lets the worker end. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** The empty service, which asks for TOKEN. */
export function emptyService(scopes: readonly Scope[], place: Place): RunningService {
  const app = studioFiles().then((files) => serviceApp({ ...emptyParts(scopes), studio: { files, place } }));
  const nothing = async () => {};
  return { fetch: async (request) => (await app).fetch(request), paint() {}, stop: nothing, close: nothing };
}

/**
 * The whole service on a PGlite of its own, without a port.
 *
 * @param place where the built page paints at first that it hands out; none where left out.
 */
export async function runService(place?: Place): Promise<RunningService> {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-service-'));
  const database = await openDatabase({ folder });
  await migrate(database);
  const blobs = new Blobs();
  const paintings = new Paintings(database, blobs);
  const logger = pino({ level: 'silent' });
  const app = serviceApp({
    ...{ database, blobs, paintings, networks: new Networks(), logger, isLocal: true },
    studio: place && { files: await studioFiles(), place },
  });
  const seen = () =>
    database.query(
      `insert into giverny.workers (id, host, version, memory_bytes, device) values ('test', 'test', '0', 2e9, 'cpu')
       on conflict (id) do update set seen_at = now()`,
    );
  let worker: Worker | undefined;
  return {
    async fetch(request) {
      await seen();
      const headers = new Headers(request.headers);
      if (!headers.has('host')) headers.set('host', '127.0.0.1');
      return app.fetch(new Request(request, { headers }));
    },
    paint() {
      worker = startWorker({ database, blobs, maxMemory: 2e9, threads: 1, pollMs: 50, beatMs: 200 });
    },
    async stop() {
      await worker?.drain();
    },
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
