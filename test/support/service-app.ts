/** The service's application without a port, with two people and what one of them keeps from the other. */
import type { Hono } from 'hono';
import pino from 'pino';
import sharp from 'sharp';
import { serviceApp } from '#dist/service/http/app.js';
import type { Env, ServiceParts } from '#dist/service/http/context.js';
import { Queue } from '#dist/service/queue/leases.js';
import { Networks } from '#dist/service/queue/plan.js';
import { type BlobPlace, Blobs } from '#dist/service/store/blobs.js';
import { type Database, type DatabasePlace, openDatabase } from '#dist/service/store/database.js';
import { migrate } from '#dist/service/store/migrations.js';
import { Paintings } from '#dist/service/store/paintings.js';
import { createToken } from '#dist/service/trust/tokens.js';
import { waves } from './pictures.js';

const GB = 1e9;

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

export async function testApp(
  place: DatabasePlace,
  { blobPlace, rate }: { blobPlace?: BlobPlace; rate?: ServiceParts['rate'] } = {},
): Promise<TestApp> {
  const database = await openDatabase(place);
  await migrate(database);
  const blobs = new Blobs(blobPlace);
  const paintings = new Paintings(database, blobs);
  const logger = pino({ level: 'silent' });
  const app = serviceApp({ database, blobs, paintings, networks: new Networks(), logger, isLocal: false, rate });
  const tokens: Record<string, string> = {};
  for (const [owner, scopes] of [
    ['ann', ['read', 'paint']],
    ['bob', ['read', 'paint']],
    ['eve', ['read']],
    ['root', ['read', 'paint', 'admin']],
  ] as const) {
    tokens[owner] = await createToken(database, { owner, scopes });
  }
  // A worker that is there, as far as orders can see.
  await database.query(
    `insert into giverny.workers (id, host, version, memory_bytes, device, seen_at)
     values ('test', 'test', '0', $1, 'cpu', now() + interval '1 hour')`,
    [2 * GB],
  );
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
