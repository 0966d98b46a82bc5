/** The service for tests: without a database, without a port, and with a worker that paints. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import pino from 'pino';
import sharp from 'sharp';
import { studioFiles } from '#dist/node/studio-files.js';
import type { Place, Scope } from '#dist/service/api.js';
import { serviceApp } from '#dist/service/http/app.js';
import type { Env, ServiceParts } from '#dist/service/http/context.js';
import { Queue } from '#dist/service/queue/leases.js';
import { Networks } from '#dist/service/queue/plan.js';
import { type BlobPlace, Blobs } from '#dist/service/store/blobs.js';
import { type Database, type DatabasePlace, openDatabase, type Row } from '#dist/service/store/database.js';
import { migrate } from '#dist/service/store/migrations.js';
import { Paintings } from '#dist/service/store/paintings.js';
import { createToken } from '#dist/service/trust/tokens.js';
import { startWorker, type Worker } from '#dist/service/worker/worker.js';
import { waves } from './pictures.js';

const SECRET = 'x'.repeat(43);
/** Of the empty service. */
export const TOKEN = `giverny_${'0'.repeat(16)}_${SECRET}`;
/** Of the worker that orders see, in bytes. */
const WORKER_BYTES = 2e9;

export async function pngOf(seed: number, width = 64, height = 48): Promise<Uint8Array<ArrayBuffer>> {
  const { data } = waves(width, height, seed);
  const plane = width * height;
  const rgb = Uint8Array.from({ length: 3 * plane }, (_, i) => data[(i % 3) * plane + Math.floor(i / 3)] as number);
  return new Uint8Array(
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

function partsOf(database: Database, isLocal: boolean, place?: BlobPlace): ServiceParts {
  const blobs = new Blobs(place);
  const paintings = new Paintings(database, blobs);
  return { database, blobs, paintings, networks: new Networks(), logger: pino({ level: 'silent' }), isLocal };
}

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
  return partsOf(database, scopes === undefined);
}

async function openParts(place: DatabasePlace, isLocal: boolean, blobPlace?: BlobPlace): Promise<ServiceParts> {
  const database = await openDatabase(place);
  // As several processes do that start at a time.
  await Promise.all([migrate(database), migrate(database), migrate(database)]);
  return partsOf(database, isLocal, blobPlace);
}

/** A worker that is there, as far as orders can see, for an hour. */
export async function seeWorker(database: Database, bytes = WORKER_BYTES): Promise<void> {
  await database.query(
    `insert into giverny.workers (id, host, version, memory_bytes, device, seen_at)
     values ('test', 'test', '0', $1, 'cpu', now() + interval '1 hour')
     on conflict (id) do update set memory_bytes = $1, seen_at = now() + interval '1 hour'`,
    [bytes],
  );
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
 * The whole service of one user on a PGlite of its own.
 *
 * @param place where the built page paints at first that it hands out; none where left out.
 */
export async function runService(place?: Place): Promise<RunningService> {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-service-'));
  const parts = await openParts({ folder }, true);
  const { database, blobs } = parts;
  await seeWorker(database);
  const app = serviceApp({ ...parts, studio: place && { files: await studioFiles(), place } });
  let worker: Worker | undefined;
  return {
    async fetch(request) {
      const headers = new Headers(request.headers);
      if (!headers.has('host')) headers.set('host', '127.0.0.1');
      return app.fetch(new Request(request, { headers }));
    },
    paint() {
      worker = startWorker({ database, blobs, maxMemory: WORKER_BYTES, threads: 1, pollMs: 50, beatMs: 200 });
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

export interface TestApp {
  readonly app: Hono<Env>;
  readonly database: Database;
  readonly blobs: Blobs;
  readonly queue: Queue;
  /** By owner: ann and bob may read and paint, eve reads, root may everything. */
  readonly tokens: Readonly<Record<string, string>>;
  ask(owner: string, path: string, init?: RequestInit): Promise<Response>;
  upload(owner: string, seed: number, name?: string): Promise<string>;
  /** Orders a painting of two pictures. */
  order(owner: string, pictures: readonly [string, string], more?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

/** The service of several users. */
export async function testApp(
  place: DatabasePlace,
  { blobPlace, rate }: { blobPlace?: BlobPlace; rate?: ServiceParts['rate'] } = {},
): Promise<TestApp> {
  const parts = await openParts(place, false, blobPlace);
  const { database, blobs } = parts;
  const app = serviceApp({ ...parts, rate });
  const tokens: Record<string, string> = {};
  for (const [owner, scopes] of [
    ['ann', ['read', 'paint']],
    ['bob', ['read', 'paint']],
    ['eve', ['read']],
    ['root', ['read', 'paint', 'admin']],
  ] as const) {
    tokens[owner] = await createToken(database, { owner, scopes });
  }
  await seeWorker(database);
  const ask = async (owner: string, path: string, init: RequestInit = {}) =>
    app.request(path, { ...init, headers: { authorization: `Bearer ${tokens[owner]}`, ...init.headers } });
  const idOf = async (response: Response) => {
    if (response.status !== 201) throw new Error(`Expected 201: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { id: string }).id;
  };
  return {
    app,
    database,
    blobs,
    queue: new Queue(database, blobs),
    tokens,
    ask,
    upload: async (owner, seed, name = 'waves.png') =>
      idOf(await ask(owner, `/v1/pictures?name=${name}`, { method: 'POST', body: await pngOf(seed) })),
    order: async (owner, [content, picture], more = {}) =>
      idOf(
        await ask(owner, '/v1/paintings', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            content,
            styles: [{ picture }],
            network: 'pocket',
            options: { size: 48, steps: 3, firstSize: 0 },
            ...more,
          }),
        }),
      ),
    close: () => database.close(),
  };
}
