/** What time brings about: leases and deadlines that pass, paintings and pictures that expire. Any process may do it. */

import type { Blobs } from '../store/blobs.js';
import type { Database } from '../store/database.js';
import { addEvent } from '../store/events.js';
import { blobsOf, ENDS_NOW } from '../store/paintings.js';
import { addToTotal } from '../store/totals.js';
import { failed, MOST_LOST } from './leases.js';

/** Rows that are looked at in one transaction, and transactions of one kind in one sweep. */
const AT_ONCE = 50;
const MOST_ROUNDS = 20;
/** However many workers there are, one of them sweeps so often. */
const EVERY = "interval '1500 milliseconds'";

/**
 * Does nothing where another process swept just now.
 *
 * @param held leases of the worker that sweeps: it lives, however late a busy machine let it renew them. On PGlite, whose
 *   only process this is, no lease is lost while its painting goes on.
 */
export async function sweep(database: Database, blobs: Blobs, held: readonly string[] = []): Promise<void> {
  const due = await database.query(
    `update giverny.chores set done_at = now() where name = 'sweep' and done_at < now() - ${EVERY} returning name`,
  );
  if (due.length > 0) await sweepNow(database, blobs, held);
}

export async function sweepNow(database: Database, blobs: Blobs, held: readonly string[] = []): Promise<void> {
  const chores = [
    () => takeBack(database, held),
    () => endLate(database),
    () => expire(database, blobs),
    () => blobs.removeUnused(database),
    () => blobs.removeStrays(database),
  ];
  for (const chore of chores) {
    for (let round = 0; round < MOST_ROUNDS && (await chore()) === AT_ONCE; round++);
  }
  await database.query("delete from giverny.workers where seen_at < now() - interval '1 hour'");
}

/** Paintings of workers that died wait again, and go on from their state. */
function takeBack(database: Database, held: readonly string[]): Promise<number> {
  return database.transaction(async (queries) => {
    const rows = await queries.query<{ id: string; status: string; failures: number }>(
      `select id, status, failures from giverny.paintings where lease is not null and lease_until < now()
       and status in ('painting', 'paused') and lease <> all($1) order by id limit ${AT_ONCE} for update skip locked`,
      [[...held]],
    );
    for (const { id, status, failures } of rows) {
      if (status === 'paused') {
        await queries.query('update giverny.paintings set lease = null, lease_until = null where id = $1', [id]);
      } else {
        const message = 'The worker that painted it was lost.';
        await failed(queries, id, failures, { code: 'PAINTER_DIED', message }, MOST_LOST);
      }
    }
    return rows.length;
  });
}

function endLate(database: Database): Promise<number> {
  return database.transaction(async (queries) => {
    const error = {
      code: 'DEADLINE_PASSED',
      message: 'Expected the painting to be done by its deadline but it was not.',
    };
    const rows = await queries.query<{ id: string }>(
      `update giverny.paintings set status = 'failed', error = $1::jsonb, lease = null, ${ENDS_NOW}
       where id in (select id from giverny.paintings where deadline < now() and status in ('queued', 'painting', 'paused')
         order by id limit ${AT_ONCE} for update skip locked)
       returning id`,
      [JSON.stringify(error)],
    );
    for (const { id } of rows) {
      await addEvent(queries, id, 'status', { status: 'failed', error });
      await addToTotal(queries, 'failed');
    }
    return rows.length;
  });
}

function expire(database: Database, blobs: Blobs): Promise<number> {
  return database.transaction(async (queries) => {
    const rows = await queries.query<Parameters<typeof blobsOf>[0]>(
      `delete from giverny.paintings where id in
         (select id from giverny.paintings where expires_at < now() order by expires_at limit ${AT_ONCE} for update skip locked)
       returning state_blob, preview_blob, result_blob`,
    );
    await blobs.remove(queries, rows.flatMap(blobsOf));
    return rows.length;
  });
}
