/**
 * 200 clients at once order paintings while workers paint, first with an empty queue and then with 100,000 that wait:
 * `node dist/bench/service-load.js [--clients 200] [--seconds 30] [--think 4] [--queued 100000] [--pglite]`.
 *
 * Each client waits between two orders, for `--think` seconds on average. The server has the machine's priority, painters
 * run behind it, as docs/deploy.md sets them up.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Queue } from '#dist/service/queue/leases.js';
import { sweepNow } from '#dist/service/queue/sweep.js';
import { Blobs } from '#dist/service/store/blobs.js';
import { type Database, openDatabase } from '#dist/service/store/database.js';
import { migrate } from '#dist/service/store/migrations.js';
import { createToken } from '#dist/service/trust/tokens.js';
import type { TestPostgres } from '../test/support/databases.js';
import { authorized, type Order, say, startServer, startWorker, uploaded, withFleet } from './service/fleet.js';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '30' },
    think: { type: 'string', default: '4' },
    queued: { type: 'string', default: '100000' },
    pglite: { type: 'boolean', default: false },
  },
});
const [clients, seconds, think, queued] = [values.clients, values.seconds, values.think, values.queued].map(Number) as [
  number,
  number,
  number,
  number,
];
const PORT = 4793;
const url = `http://127.0.0.1:${PORT}`;
const agent = new Agent({ keepAlive: true, maxSockets: clients });

/** Milliseconds until an order is answered, and its status; or the code of a connection that was lost. */
function ordered({ content, style, options, token }: Order): Promise<{ ms: number; status: number | string }> {
  const body = JSON.stringify({ content, styles: [{ picture: style }], network: 'pocket', options });
  const began = performance.now();
  return new Promise((resolve) => {
    const ended = (status: number | string) => resolve({ ms: performance.now() - began, status });
    const headers = { 'content-type': 'application/json', 'content-length': body.length, ...authorized(token) };
    const sent = request(`${url}/v1/paintings`, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => ended(response.statusCode ?? 0));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => ended(error.code ?? error.message)).end(body);
  });
}

const percentile = (sorted: readonly number[], p: number) =>
  (sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? 0).toFixed(0);

/** All clients order until the time is over. */
async function load(orders: readonly Order[], thinkSeconds: number): Promise<string> {
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  const others = new Map<number | string, number>();
  await Promise.all(
    orders.map(async (order) => {
      while (performance.now() < until) {
        // Exponential, so that clients come as they like and not in step.
        await sleep(-Math.log(1 - Math.random()) * thinkSeconds * 1000);
        if (performance.now() >= until) break;
        const { ms, status } = await ordered(order);
        if (status === 201) times.push(ms);
        else others.set(status, (others.get(status) ?? 0) + 1);
      }
    }),
  );
  times.sort((a, b) => a - b);
  const refused = [...others].map(([status, count]) => `, ${count} times ${status}`).join('');
  return `${(times.length / seconds).toFixed(0)} a second, p50 ${percentile(times, 50)} ms, p95 ${percentile(times, 95)} ms, p99 ${percentile(times, 99)} ms, slowest ${percentile(times, 100)} ms${refused}`;
}

/** Lets so many more wait, each a copy of one that was ordered, of all owners in turn. */
async function fill(database: Database, count: number): Promise<void> {
  const part = 10_000;
  for (let from = 1; from <= count; from += part) await fillFrom(database, from, Math.min(count, from + part - 1));
  await database.run('analyze giverny.paintings; analyze giverny.painting_pictures');
}

async function fillFrom(database: Database, from: number, to: number): Promise<void> {
  await database.query(
    `with owners as (
       select distinct on (owner) owner, id, work, forecast_bytes, max_bytes, steps, width, height
       from giverny.paintings order by owner, created_at
     ), numbered as (select *, row_number() over () - 1 as n, count(*) over () as owners from owners),
     paintings as (
       insert into giverny.paintings (id, owner, status, work, forecast_bytes, max_bytes, steps, width, height, created_at)
       select gen_random_uuid()::text, owner, 'queued', work, forecast_bytes, max_bytes, steps, width, height,
         now() + i * interval '1 microsecond'
       from generate_series($1::int, $2::int) as i join numbered on n = i % owners
       returning id, work
     )
     insert into giverny.painting_pictures (painting, blob) select id, work->>'content' from paintings`,
    [from, to],
  );
}

/** Rows that were read one after the other, where no index helped. */
async function scanned(database: Database): Promise<number> {
  const [row] = await database.query<{ rows: number }>(
    "select seq_tup_read::float8 as rows from pg_stat_user_tables where schemaname = 'giverny' and relname = 'paintings'",
  );
  return row?.rows ?? 0;
}

async function timed(times: number, work: () => Promise<unknown>): Promise<string> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await work();
    all.push(performance.now() - began);
  }
  all.sort((a, b) => a - b);
  return `${(all[Math.floor(times / 2)] as number).toFixed(1)} ms`;
}

const tokensOf = (database: Database) =>
  Promise.all(
    Array.from({ length: clients }, (_, i) =>
      createToken(database, { owner: `client-${i}`, scopes: ['read', 'paint'] }),
    ),
  );

async function ordersOf(tokens: readonly string[]): Promise<Order[]> {
  const orders: Order[] = [];
  for (const token of tokens)
    orders.push(await uploaded(url, { size: 96, steps: 40, firstSize: 0, tolerance: 0 }, token));
  return orders;
}

const counts = async (database: Database) =>
  (
    await database.query<{ waiting: number; done: number }>(
      `select count(*) filter (where status = 'queued')::int as waiting,
         count(*) filter (where status = 'done')::int as done from giverny.paintings`,
    )
  )[0];

const both = async (orders: readonly Order[], waiting: number | undefined) => {
  say(`with ${waiting} that wait: ${await load(orders, think)}`);
  say(`  without a pause between orders: ${await load(orders, 0)}`);
};

async function onPostgres(postgres: TestPostgres, database: Database): Promise<void> {
  const server = await startServer(postgres.url, PORT);
  const tokens = await tokensOf(database);
  await server.stop();
  // With tokens there it demands them.
  await startServer(postgres.url, PORT);
  startWorker(postgres.url, { isNice: true });
  startWorker(postgres.url, { isNice: true });
  const orders = await ordersOf(tokens);
  say(`${clients} clients, an order each ${think} s on average, for ${seconds} s; Postgres, two workers paint`);
  await load(orders, think);
  const queue = new Queue(database, new Blobs());
  const claim = async () => {
    const lease = await queue.claim({ freeBytes: 2e9, totalBytes: 2e9, device: 'cpu' });
    if (lease) await queue.release(lease);
  };
  const measure = async () => {
    const before = await counts(database);
    const rows = await scanned(database);
    await both(orders, before?.waiting);
    const claims = await timed(50, claim);
    const sweeps = await timed(20, () => sweepNow(database, new Blobs()));
    await sleep(1500);
    const after = await counts(database);
    say(
      `  a claim and its release ${claims}, a sweep ${sweeps}, ${(after?.done ?? 0) - (before?.done ?? 0)} paintings done`,
    );
    say(
      `  rows of paintings read without an index, beside the two counts of this bench: ${(await scanned(database)) - rows}`,
    );
  };
  await measure();
  await fill(database, queued);
  await measure();
}

/** All in one process but the painting itself. The database is looked into while the server is down. */
async function onPglite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-load-'));
  const within = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await openDatabase({ folder });
    try {
      await migrate(database);
      return await work(database);
    } finally {
      await database.close();
    }
  };
  const serve = () =>
    startServer('', PORT, { args: ['--data', folder, '--jobs', '1', '--threads', '1', '--max-memory', '2GB'] });
  const tokens = await within(tokensOf);
  let server = await serve();
  const orders = await ordersOf(tokens);
  say(`${clients} clients, an order each ${think} s on average, for ${seconds} s; PGlite, its server paints`);
  await load(orders, think);
  for (const more of [0, queued]) {
    await server.stop();
    const waiting = await within(async (database) => {
      if (more > 0) await fill(database, more);
      return (await counts(database))?.waiting;
    });
    server = await serve();
    await both(orders, waiting);
  }
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

await (values.pglite ? onPglite() : withFleet(onPostgres));
agent.destroy();
