/** Databases that are missing, wrong, old, full or read-only: one sentence with a code, and accepted work is kept. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '#dist/service/store/database.js';
import { DATABASES, postgresFolder, startPostgres, type TestPostgres } from '../support/databases.js';
import { pngOf, testApp } from '../support/service.js';

const refused = async (url: string, sentence: RegExp) => {
  await expect(openDatabase({ url, folder: '' })).rejects.toMatchObject({
    code: 'DATABASE_FAILED',
    message: expect.stringMatching(sentence),
  });
};

test.each([
  ['nobody listens', 'postgres://giverny@127.0.0.1:1/postgres', /^Expected a database that answers .*ECONNREFUSED/],
  ['the host is none', 'postgres://giverny@giverny.invalid/postgres', /^Expected a database that answers/],
  ['the address is none', 'postgres://giverny@[::/postgres', /^Expected DATABASE_URL as postgres:/],
])('where %s', async (_, url, sentence) => refused(url, sentence));

test('where --data is a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-data-'));
  writeFileSync(join(folder, 'file'), 'x');
  for (const place of [join(folder, 'file'), join(folder, 'file', 'data')]) {
    await expect(openDatabase({ folder: place })).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: 'Expected a folder for --data but there is a file of this name.',
    });
  }
  rmSync(folder, { recursive: true });
});

describe.skipIf(!postgresFolder())('a Postgres', () => {
  let postgres: TestPostgres;
  let database: Database;
  const as = (user: string, name = 'postgres') =>
    postgres.url.replace('giverny@', `${user}@`).replace(/postgres$/, name);

  beforeAll(async () => {
    postgres = await startPostgres(postgresFolder() as string);
    database = await openDatabase({ url: postgres.url, folder: '' });
    // An old one, as far as a program can see that asks it.
    await database.run(`
      create role aged login; create role reader login; create role guest login; create role full login connection limit 0;
      create schema aged; grant usage on schema aged to aged;
      create function aged.current_setting(text) returns text language sql as
        $$ select case when $1 = 'server_version_num' then '120019' else pg_catalog.current_setting($1) end $$;
      alter role aged set search_path = aged, pg_catalog;
      alter role reader set default_transaction_read_only = on;`);
  });

  afterAll(async () => {
    await database.close();
    await postgres.stop();
  });

  test.each([
    ['is too old', 'aged', 'postgres', /^Expected Postgres 13 or later but the database is 12\.$/],
    ['is read-only', 'reader', 'postgres', /^Expected a database that can be written but it is read-only\.$/],
    ['has no such user', 'nobody', 'postgres', /^Expected a user that the database lets in/],
    ['has no such database', 'giverny', 'nothing', /^Expected a database of the name in DATABASE_URL/],
    ['has no connection left', 'full', 'postgres', /^Expected a free connection/],
  ])('that %s', async (_, user, name, sentence) => refused(as(user, name), sentence));

  test('whose user may make no tables', async () => {
    await expect(testApp({ url: as('guest'), folder: '' })).rejects.toMatchObject({ code: '42501' });
  });
});

describe.each(DATABASES)('$name that becomes full', ({ open }) => {
  test('refuses what is new, keeps what was accepted, and goes on when there is room', async () => {
    const opened = await open();
    const service = await testApp(opened.place);
    const { database } = service;
    const picture = await service.upload('ann', 1);
    const id = await service.order('ann', [picture, picture]);
    await database.run(`
      create function giverny.full() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
      create trigger full_blobs before insert on giverny.blobs for each row execute function giverny.full();
      create trigger full_paintings before insert on giverny.paintings for each row execute function giverny.full();`);
    const send = async (path: string, body: RequestInit['body'], type: string) => {
      const response = await service.ask('ann', path, {
        method: 'POST',
        body: body ?? null,
        headers: { 'content-type': type },
      });
      return [response.status, await response.json()];
    };
    const order = JSON.stringify({ content: picture, styles: [{ picture }], network: 'pocket', options: { size: 48 } });
    const problem = { code: 'DATABASE_FAILED', detail: 'Expected room in the database but its disk is full.' };
    for (const answer of [
      await send('/v1/pictures', await pngOf(2), 'image/png'),
      await send('/v1/paintings', order, 'application/json'),
    ]) {
      expect(answer).toEqual([503, expect.objectContaining(problem)]);
    }
    // A worker that has painted meanwhile has nowhere to put it: it holds on to it, and the painting is not lost.
    const lease = await service.queue.claim({ freeBytes: 9e9, totalBytes: 9e9, device: 'cpu' });
    if (lease?.painting !== id) throw new Error('Another painting was taken.');
    const finished = { bytes: new Uint8Array([1]), mediaType: 'image/png', steps: 3, costs: null, seconds: 1 };
    await expect(service.queue.finish(lease, finished)).rejects.toMatchObject({ code: '53100' });
    await database.run('drop trigger full_blobs on giverny.blobs; drop trigger full_paintings on giverny.paintings');
    expect(await service.queue.finish(lease, finished)).toBe(true);
    expect(await (await service.ask('ann', `/v1/paintings/${id}`)).json()).toMatchObject({ status: 'done' });
    await service.close();
    await opened.close();
  });
});

describe.skipIf(!postgresFolder())('a Postgres whose connections are all in use', () => {
  test('is answered with 503, as one that is away', async () => {
    const postgres = await startPostgres(postgresFolder() as string);
    const service = await testApp({ url: postgres.url, folder: '' });
    const held = Array.from({ length: 10 }, () => service.database.query('select pg_sleep(7)'));
    const response = await service.ask('ann', '/v1/paintings');
    expect([response.status, await response.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'DATABASE_FAILED' }),
    ]);
    await Promise.all(held);
    await service.close();
    await postgres.stop();
  });
});
