/** What the service does beside painting: figures, expiry, bytes that nobody needs, folders of dead workers, versions. */
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sweepNow } from '#dist/service/queue/sweep.js';
import { openDatabase } from '#dist/service/store/database.js';
import { EventFeed } from '#dist/service/store/events.js';
import { assertKnown, migrate } from '#dist/service/store/migrations.js';
import { folderPlace } from '#dist/service/store/places/folder.js';
import { newScratch } from '#dist/service/worker/scratch.js';
import { startWorker } from '#dist/service/worker/worker.js';
import { DATABASES } from '../support/databases.js';
import { type TestApp, testApp } from '../support/service.js';

const CAPACITY = { freeBytes: 9e9, totalBytes: 9e9, device: 'cpu' as const };

describe.each(DATABASES)('on $name', ({ open }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let service: TestApp;
  let picture: string;
  const folder = mkdtempSync(join(tmpdir(), 'giverny-blobs-'));

  beforeAll(async () => {
    opened = await open();
    service = await testApp(opened.place, { blobPlace: folderPlace(folder) });
    picture = await service.upload('ann', 1);
  });

  afterAll(async () => {
    await service.close();
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  const ordered = () => service.order('ann', [picture, picture]);
  const files = () =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.length > 2);
  const act = async (id: string, what: string) =>
    (await service.ask('ann', `/v1/paintings/${id}/${what}`, { method: 'POST' })).json();
  async function painted(): Promise<string> {
    const id = await ordered();
    const lease = await service.queue.claim(CAPACITY);
    if (lease?.painting !== id) throw new Error('Another painting was taken.');
    const bytes = new Uint8Array([1, 2, 3]);
    await service.queue.keepState(lease, bytes);
    await service.queue.finish(lease, { bytes, mediaType: 'image/png', steps: 3, costs: null, seconds: 2 });
    return id;
  }

  test('paintings that ended expire, cancelled ones too, and their bytes go', async () => {
    const [done, cancelled] = [await painted(), await ordered()];
    await act(cancelled, 'cancel');
    const before = files().length;
    await service.database.query("update giverny.paintings set expires_at = expires_at - interval '8 days'");
    await sweepNow(service.database, service.blobs);
    await sweepNow(service.database, service.blobs);
    for (const id of [done, cancelled]) expect((await service.ask('ann', `/v1/paintings/${id}`)).status).toBe(404);
    // The result, and the state before it.
    expect(before - files().length).toBe(2);
  });

  test('a picture goes a day after its last painting', async () => {
    const another = await service.upload('ann', 2);
    const id = await service.order('ann', [another, another]);
    const age = () =>
      service.database.query("update giverny.blobs set check_at = now() - interval '1 second' where kind = 'picture'");
    const status = async () => (await service.ask('ann', `/v1/pictures/${another}`)).status;
    await age();
    await sweepNow(service.database, service.blobs);
    expect(await status()).toBe(200);
    await service.ask('ann', `/v1/paintings/${id}`, { method: 'DELETE' });
    await sweepNow(service.database, service.blobs);
    expect(await status()).toBe(200);
    picture = await service.upload('ann', 1);
    await ordered();
    await age();
    await sweepNow(service.database, service.blobs);
    expect(await status()).toBe(404);
    expect((await service.ask('ann', `/v1/pictures/${picture}`)).status).toBe(200);
  });

  test('bytes whose process died before it told of them go after an hour', async () => {
    const { database, blobs } = service;
    const before = files().length;
    const stored = await blobs.store(database, new Uint8Array([1]));
    await sweepNow(database, blobs);
    expect(files()).toHaveLength(before + 1);
    await database.query("update giverny.strays set removable_at = now() - interval '1 second'");
    await sweepNow(database, blobs);
    expect(files()).toHaveLength(before);
    const late = blobs.add(database, { owner: 'ann', kind: 'picture', mediaType: 'image/png', name: '', stored });
    await expect(late).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
  });

  test('figures never go back, though paintings expire', async () => {
    const figures = async () => {
      const text = await (await service.ask('root', '/metrics')).text();
      return Object.fromEntries(
        [...text.matchAll(/^(\S+) ([\d.e+]+)$/gm)].map(([, name, value]) => [name, Number(value)]),
      );
    };
    await service.database.query("update giverny.paintings set status = 'cancelled', expires_at = now()");
    const id = await painted();
    await ordered();
    await service.database.query("update giverny.paintings set expires_at = now() - interval '1 day' where id = $1", [
      id,
    ]);
    await sweepNow(service.database, service.blobs);
    const [{ done } = { done: 0 }] = await service.database.query<{ done: number }>(
      "select sum(count) as done from giverny.totals where name = 'done'",
    );
    expect(await figures()).toMatchObject({
      'giverny_paintings{status="queued"}': 1,
      giverny_painting_seconds_count: done,
      giverny_painting_seconds_sum: 2 * done,
      giverny_wait_seconds_count: done,
    });
  });

  test('any number of watchers is one query at a time', async () => {
    let queries = 0;
    const { database } = service;
    const query: typeof database.query = (...given) => {
      queries++;
      return database.query(...given);
    };
    const feed = new EventFeed({ ...database, query });
    const id = await ordered();
    const { signal } = new AbortController();
    const news = await Promise.all(Array.from({ length: 300 }, () => feed.next(id, 0, 10_000, signal)));
    expect(new Set(news.map(({ events }) => events.length))).toEqual(new Set([1]));
    expect(queries).toBe(1);
    const last = news[0]?.events[0]?.seq as number;
    const next = Promise.all(Array.from({ length: 300 }, () => feed.next(id, last, 60_000, signal)));
    await act(id, 'cancel');
    for (const { events, status } of await next) {
      expect([events.map(({ data }) => data.status), status]).toEqual([['cancelled'], 'cancelled']);
    }
    // One for each look until then, not one for each watcher.
    expect(queries).toBeLessThan(50);
    expect(await feed.next('gone', 0, 10_000, signal)).toMatchObject({ events: [], status: undefined });
  });

  test('each reference to another table has an index: what is removed is looked for there', async () => {
    const references = await service.database.query<{ reference: string; indexed: boolean }>(
      `select conrelid::regclass || '.' || attname as reference,
         exists (select 1 from pg_index where indrelid = conrelid and indkey[0] = conkey[1]) as indexed
       from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
       where contype = 'f' and connamespace = 'giverny'::regnamespace`,
    );
    expect(references.length).toBeGreaterThan(5);
    expect(references.filter(({ indexed }) => !indexed)).toEqual([]);
  });

  test('a worker does not take back what it paints itself, however late it is; others do', async () => {
    const { database, blobs, queue } = service;
    await database.query("update giverny.paintings set status = 'cancelled', lease = null");
    const id = await ordered();
    const held = await queue.claim(CAPACITY);
    if (held?.painting !== id) throw new Error('Another painting was taken.');
    await database.query("update giverny.paintings set lease_until = now() - interval '1 minute' where id = $1", [id]);
    await sweepNow(database, blobs, [held.lease]);
    expect(await queue.beat(held)).toBe('painting');
    await database.query("update giverny.paintings set lease_until = now() - interval '1 minute' where id = $1", [id]);
    await sweepNow(database, blobs, ['of another painting']);
    expect(await queue.beat(held)).toBeUndefined();
    await act(id, 'cancel');
  });

  test('a worker that is starved of time paints on', async () => {
    const { database, blobs } = service;
    const id = await service.order('ann', [picture, picture], { options: { size: 48, steps: 30, firstSize: 0 } });
    const outcomes: string[] = [];
    // It renews its lease once, at the beginning.
    const worker = startWorker({
      ...{ database, blobs, maxMemory: 2e9, threads: 1, pollMs: 50, beatMs: 100_000 },
      onOutcome: (_, outcome) => outcomes.push(outcome),
    });
    const expireLease =
      "update giverny.paintings set lease_until = now() - interval '1 minute' where lease is not null";
    while (outcomes.length === 0) {
      await database.query(expireLease);
      await sleep(100);
    }
    await worker.drain();
    expect(outcomes).toEqual(['done']);
    expect(await (await service.ask('ann', `/v1/paintings/${id}`)).json()).toMatchObject({ status: 'done' });
  });

  test('a process of an older version takes nothing where a newer one says so', async () => {
    const { database, queue } = service;
    await ordered();
    await database.query('insert into giverny.migrations (number, needs) values (99, 0)');
    await migrate(database);
    await assertKnown(database);
    await database.query('update giverny.migrations set needs = 100 where number = 99');
    expect(await queue.claim(CAPACITY)).toBeUndefined();
    for (const refusing of [assertKnown, migrate]) {
      await expect(refusing(database)).rejects.toMatchObject({
        code: 'DATABASE_FAILED',
        message: 'Expected tables of this version of Giverny but a newer one has changed them; upgrade this process.',
      });
    }
    await database.query('delete from giverny.migrations where number = 99');
    expect(await queue.claim(CAPACITY)).toBeDefined();
  });
});

test('a database of the first version is brought to this one, by several at once', async () => {
  const place = { folder: mkdtempSync(join(tmpdir(), 'giverny-old-')) };
  const database = await openDatabase(place);
  await migrate(database, 1);
  await database.query(
    `insert into giverny.paintings (id, owner, status, work, forecast_bytes, max_bytes, steps, width, height)
     values ('a', 'ann', 'cancelled', '{}', 1, 1, 1, 1, 1)`,
  );
  await Promise.all([migrate(database), migrate(database)]);
  const [row] = await database.query('select expires_at is not null as expires from giverny.paintings');
  expect(row).toEqual({ expires: true });
  await database.close();
  rmSync(place.folder, { recursive: true });
});

test('the folder of a worker that was killed is removed by the next, one in use is not', async () => {
  const root = mkdtempSync(join(tmpdir(), 'giverny-scratch-'));
  const [dead, living, next] = [newScratch(root), newScratch(root), newScratch(root)];
  await living.keep();
  const longAgo = Date.now() / 1000 - 3600;
  utimesSync(dead.folder, longAgo, longAgo);
  await next.keep();
  expect([dead, living, next].map(({ folder }) => existsSync(folder))).toEqual([false, true, true]);
  await next.remove();
  expect(existsSync(next.folder)).toBe(false);
  rmSync(root, { recursive: true });
});
