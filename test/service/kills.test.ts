/** Workers that die, and ones that are asked to go: every painting ends once, with the picture of an unbroken run. */
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Networks, planOf } from '#dist/service/queue/plan.js';
import { Blobs } from '#dist/service/store/blobs.js';
import { type Database, openDatabase } from '#dist/service/store/database.js';
import { migrate } from '#dist/service/store/migrations.js';
import { Paintings } from '#dist/service/store/paintings.js';
import { orderSchema } from '../../src/service/contract.js';
import { postgresFolder, startPostgres, type TestPostgres } from '../support/databases.js';
import { waves } from '../support/pictures.js';
import { endWorkerProcesses, startWorkerProcess } from '../support/service-worker.js';

const bin = postgresFolder();
const OWNER = 'ann';

describe.skipIf(!bin)('workers on one Postgres', () => {
  let postgres: TestPostgres;
  let database: Database;
  let paintings: Paintings;
  const blobs = new Blobs();
  let pictures: string[];

  beforeAll(async () => {
    postgres = await startPostgres(bin as string);
    database = await openDatabase({ url: postgres.url, folder: '' });
    await migrate(database);
    paintings = new Paintings(database, blobs);
    pictures = await Promise.all([1, 2].map(addPicture));
  });

  afterAll(async () => {
    endWorkerProcesses();
    await database.close();
    await postgres.stop();
  });

  async function addPicture(seed: number): Promise<string> {
    const { width, height, data } = waves(64, 64, seed);
    const plane = width * height;
    const rgb = Uint8Array.from({ length: 3 * plane }, (_, i) => data[(i % 3) * plane + Math.floor(i / 3)] as number);
    const bytes = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const blob = { owner: OWNER, kind: 'picture', mediaType: 'image/png', name: `${seed}.png`, width, height } as const;
    return (await blobs.add(database, { ...blob, stored: await blobs.store(database, bytes) })).id;
  }

  async function create(): Promise<string> {
    const [content, picture] = pictures;
    const order = orderSchema.parse({
      content,
      styles: [{ picture }],
      network: 'pocket',
      options: { size: 64, steps: 60, firstSize: 0, tolerance: 0 },
    });
    const maxBytes = 2e9;
    const plan = await planOf(order, { width: 64, height: 64 }, new Networks(), maxBytes);
    return (await paintings.create({ owner: OWNER, order, plan, maxBytes })).view.id;
  }

  /** Waits until the painting is as far as that. */
  async function until(id: string, done: (view: Awaited<ReturnType<Paintings['get']>>) => boolean) {
    for (let tries = 0; tries < 600; tries++) {
      const view = await paintings.get(id, OWNER);
      if (done(view)) return view;
      await sleep(50);
    }
    throw new Error(`The painting did not get there: ${JSON.stringify(await paintings.get(id, OWNER))}`);
  }

  async function pixelsOf(id: string): Promise<Buffer> {
    const blob = (await paintings.blobOf(id, OWNER, 'result')) as string;
    return sharp(Buffer.from((await blobs.bytes(database, blob)) as Uint8Array))
      .raw()
      .toBuffer();
  }

  const statusesOf = async (id: string) =>
    (
      await database.query<{ status: string }>(
        "select data->>'status' as status from giverny.events where painting = $1 and type = 'status' order by seq",
        [id],
      )
    ).map(({ status }) => status);

  test('one that is killed and one that is asked to go leave the picture of an unbroken run', async () => {
    const worker = startWorkerProcess(postgres.url);
    const unbroken = await create();
    await until(unbroken, ({ status }) => status === 'done');

    const drained = await create();
    await until(drained, ({ step }) => step > 5);
    expect(await worker.drain()).toBe(0);
    expect(await paintings.get(drained, OWNER)).toMatchObject({ status: 'queued' });

    const doomed = startWorkerProcess(postgres.url);
    await until(drained, ({ status }) => status === 'done');
    const killed = await create();
    await until(killed, ({ step }) => step > 5);
    await doomed.kill();
    const successor = startWorkerProcess(postgres.url);
    const { step } = await paintings.get(killed, OWNER);
    const resumed = await until(killed, (view) => view.status === 'painting' && view.step > step);
    expect(resumed.step).toBeGreaterThan(step);
    await until(killed, ({ status }) => status === 'done');
    await successor.drain();

    expect(await statusesOf(unbroken)).toEqual(['queued', 'painting', 'done']);
    for (const id of [drained, killed]) {
      expect(await statusesOf(id)).toEqual(['queued', 'painting', 'queued', 'painting', 'done']);
      expect((await pixelsOf(id)).equals(await pixelsOf(unbroken))).toBe(true);
    }
  });

  test('a database that dies and comes back finds everything again', async () => {
    const worker = startWorkerProcess(postgres.url);
    const id = await create();
    await until(id, ({ step }) => step > 5);
    await postgres.kill();
    await postgres.start();
    await until(id, ({ status }) => status === 'done');
    await worker.drain();
    expect((await statusesOf(id)).filter((status) => status === 'done')).toHaveLength(1);
  });
});
