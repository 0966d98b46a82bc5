/** A network that swallows everything between a worker and its Postgres: nobody waits for ever, and nothing is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Queue } from '#dist/service/queue/leases.js';
import { sweepNow } from '#dist/service/queue/sweep.js';
import { Blobs } from '#dist/service/store/blobs.js';
import { openDatabase } from '#dist/service/store/database.js';
import { startWorker, type WorkerOptions } from '#dist/service/worker/worker.js';
import { cuttable } from '../support/cuttable.js';
import { postgresFolder, startPostgres, type TestPostgres } from '../support/databases.js';
import { type TestApp, testApp } from '../support/service.js';

const SILENT_MS = 600;

describe.skipIf(!postgresFolder())('a Postgres behind a network that is cut', () => {
  let postgres: TestPostgres;
  let service: TestApp;
  let network: Awaited<ReturnType<typeof cuttable>>;
  let url: string;

  beforeAll(async () => {
    postgres = await startPostgres(postgresFolder() as string);
    service = await testApp({ url: postgres.url, folder: '' });
    network = await cuttable(Number(new URL(postgres.url).port));
    url = postgres.url.replace(/:\d+\//, `:${network.port}/`);
  });

  afterAll(async () => {
    network.cut(false);
    network.close();
    await service.close();
    await postgres.stop();
  });

  const seconds = async (work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    return (performance.now() - began) / 1000;
  };

  test('whoever asks is told in time, whatever was under way, and is answered when it is back', async () => {
    const database = await openDatabase({ url, folder: '', silentMs: SILENT_MS });
    const asked = (i: number) =>
      i % 2 === 0
        ? database.query('select $1::int as i', [i])
        : database.transaction((queries) => queries.query('select $1::int as i', [i]));
    for (let round = 0; round < 12; round++) {
      let isOver = false;
      // Connections old and new are cut at any moment of their work.
      const asking = Array.from({ length: 8 }, async (_, i) => {
        while (!isOver) {
          const took = await seconds(async () => {
            const rows = await asked(i).catch(() => undefined);
            // An answer is never that to another question.
            if (rows !== undefined) expect(rows).toEqual([{ i }]);
          });
          // A connection may have to be made first.
          expect(took).toBeLessThan(5 + 2 * (SILENT_MS / 1000) + 2);
          await sleep(20 * Math.random());
        }
      });
      await sleep(30 + 40 * Math.random());
      network.cut(true);
      await sleep(1000 * Math.random());
      network.cut(false);
      isOver = true;
      await Promise.all(asking);
      expect(await asked(round)).toEqual([{ i: round }]);
    }
    network.cut(true);
    const held = database.query('select 1').catch((error: Error) => error.message);
    expect(await seconds(() => database.close())).toBeLessThan(4);
    expect(await held).toMatch(/terminated|timeout/);
    network.cut(false);
  });

  const until = async (id: string, condition: string) => {
    const sql = `select 1 from giverny.paintings where id = $1 and ${condition}`;
    while ((await service.database.query(sql, [id])).length === 0) await sleep(50);
  };

  test('a state of which half has come holds no lock: another takes the painting over', async () => {
    const picture = await service.upload('ann', 1);
    const id = await service.order('ann', [picture, picture]);
    const database = await openDatabase({ url, folder: '' });
    const queue = new Queue(database, new Blobs());
    const held = await queue.claim({ freeBytes: 9e9, totalBytes: 9e9, device: 'cpu' });
    if (held?.painting !== id) throw new Error('Another painting was taken.');
    const bytes = new Uint8Array(30_000_000);
    const finished = { bytes, mediaType: 'image/png', steps: 1, costs: null, seconds: 1 };
    const isFree = async () => {
      const sql = 'select id from giverny.paintings where id = $1 for update skip locked';
      return (await service.database.query(sql, [id])).length === 1;
    };
    /** Cuts the network when the first of the bytes are through; whether others may change the painting then. */
    const cutWithin = async (send: () => Promise<boolean>) => {
      const before = network.passedBytes;
      const sent = send();
      while (network.passedBytes < before + 1_000_000) await sleep(1);
      network.cut(true);
      await sleep(100);
      return { sent, free: await isFree() };
    };
    for (const send of [() => queue.keepState(held, bytes), () => queue.keepPreview(held, bytes)]) {
      const { sent, free } = await cutWithin(send);
      network.cut(false);
      expect([free, await sent]).toEqual([true, true]);
    }
    const { sent, free } = await cutWithin(() => queue.finish(held, finished));
    expect(free).toBe(true);
    await service.database.query('update giverny.paintings set lease_until = now() where id = $1', [id]);
    await sweepNow(service.database, service.blobs);
    expect(await service.queue.claim({ freeBytes: 9e9, totalBytes: 9e9, device: 'cpu' })).toMatchObject({
      painting: id,
      attempt: 2,
    });
    // The network is back: what the first one painted counts for nothing, and nothing of it is kept.
    network.cut(false);
    expect(await sent).toBe(false);
    expect(await service.database.query("select 1 from giverny.blobs where kind = 'result'")).toEqual([]);
    await database.close();
    await service.ask('ann', `/v1/paintings/${id}/cancel`, { method: 'POST' });
  });

  test('a worker that is to end meanwhile leaves its painting to another', async () => {
    const picture = await service.upload('ann', 1);
    const options = { size: 64, steps: 60, firstSize: 0, tolerance: 0 };
    const id = await service.order('ann', [picture, picture], { options });
    const database = await openDatabase({ url, folder: '', silentMs: SILENT_MS });
    const outcomes: string[] = [];
    const common: Omit<WorkerOptions, 'database'> = {
      ...{ blobs: new Blobs(), maxMemory: 2e9, threads: 1, pollMs: 50, beatMs: 100, stateEverySeconds: 0 },
      onOutcome: (_, outcome) => outcomes.push(outcome),
    };
    const worker = startWorker({ ...common, database, farewellMs: 1500 });
    await until(id, 'step > 5');
    network.cut(true);
    // One step, and the farewell.
    const took = await seconds(async () => {
      await worker.drain();
      await database.close();
    });
    expect(took).toBeLessThan(10);
    expect(outcomes).toEqual(['left']);
    expect(await service.database.query('select status from giverny.paintings where id = $1', [id])).toEqual([
      { status: 'painting' },
    ]);
    const next = startWorker({ ...common, database: service.database });
    await until(id, "status = 'done'");
    await next.drain();
    network.cut(false);
    expect(outcomes).toEqual(['left', 'done']);
    const told = await service.database.query<{ status: string; step: number }>(
      `select data->>'status' as status from giverny.events where painting = $1 and type = 'status' order by seq`,
      [id],
    );
    expect(told.map(({ status }) => status)).toEqual(['queued', 'painting', 'queued', 'painting', 'done']);
    // It went on from the state that was kept last, a few steps before.
    const [first] = await service.database.query<{ step: number }>(
      `select (data->>'step')::int as step from giverny.events where painting = $1 and type = 'step' and seq >
         (select max(seq) from giverny.events where painting = $1 and data->>'status' = 'painting') order by seq limit 1`,
      [id],
    );
    expect(first?.step).toBeGreaterThan(2);
  });
});
