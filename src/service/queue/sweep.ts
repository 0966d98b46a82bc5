/** What time brings about: leases and deadlines that pass, paintings and pictures that expire. Any process may do it. */

import type { Blobs } from '../store/blobs.js';
import type { Database } from '../store/database.js';
import { addEvent } from '../store/events.js';
import { blobsOf } from '../store/paintings.js';
import { failed, KEPT_DAYS } from './leases.js';

/** Rows that are looked at in one transaction. */
const AT_ONCE = 50;

export async function sweep(database: Database, blobs: Blobs): Promise<void> {
  await takeBack(database);
  await endLate(database);
  await expire(database, blobs);
}

/** Paintings of workers that died wait again, and go on from their state. */
async function takeBack(database: Database): Promise<void> {
  await database.transaction(async (queries) => {
    const rows = await queries.query<{ id: string; status: string; failures: number }>(
      `select id, status, failures from giverny.paintings where lease is not null and lease_until < now()
       and status in ('painting', 'paused') order by id limit ${AT_ONCE} for update skip locked`,
    );
    for (const { id, status, failures } of rows) {
      if (status === 'paused') {
        await queries.query('update giverny.paintings set lease = null, lease_until = null where id = $1', [id]);
      } else {
        const message = 'The worker that painted it was lost.';
        await failed(queries, id, failures, { code: 'PAINTER_DIED', message }, true);
      }
    }
  });
}

async function endLate(database: Database): Promise<void> {
  await database.transaction(async (queries) => {
    const error = {
      code: 'DEADLINE_PASSED',
      message: 'Expected the painting to be done by its deadline but it was not.',
    };
    const rows = await queries.query<{ id: string }>(
      `update giverny.paintings set status = 'failed', error = $1::jsonb, lease = null, ended_at = now(),
         expires_at = now() + interval '${KEPT_DAYS} days'
       where id in (select id from giverny.paintings where deadline < now() and status in ('queued', 'painting', 'paused')
         order by id limit ${AT_ONCE} for update skip locked)
       returning id`,
      [JSON.stringify(error)],
    );
    for (const { id } of rows) await addEvent(queries, id, 'status', { status: 'failed', error });
  });
}

async function expire(database: Database, blobs: Blobs): Promise<void> {
  await database.transaction(async (queries) => {
    const rows = await queries.query<Parameters<typeof blobsOf>[0]>(
      `delete from giverny.paintings where id in
         (select id from giverny.paintings where expires_at < now() order by id limit ${AT_ONCE} for update skip locked)
       returning state_blob, preview_blob, result_blob`,
    );
    await blobs.remove(queries, rows.flatMap(blobsOf));
    const unused = await queries.query<{ id: string }>(
      `select id from giverny.blobs where kind = 'picture' and created_at < now() - interval '1 day'
       and not exists (select 1 from giverny.painting_pictures where blob = blobs.id)
       order by id limit ${AT_ONCE} for update skip locked`,
    );
    await blobs.remove(
      queries,
      unused.map(({ id }) => id),
    );
    await queries.query("delete from giverny.workers where seen_at < now() - interval '1 hour'");
  });
}
