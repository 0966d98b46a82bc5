/**
 * The queue: which painting a worker takes next, and what it may write while it holds the lease.
 *
 * The database is the truth, and its clock the only one. Each write of a worker is conditional on its lease and
 * attempt, so that one which was taken for dead can paint on as long as it likes: nothing of it becomes visible.
 */
import { randomUUID } from 'node:crypto';
import type { Device } from '../../core/devices.js';
import type { EventData, Status } from '../contract.js';
import type { Blobs, NewBlob } from '../store/blobs.js';
import type { Database, Queries, Row } from '../store/database.js';
import { addEvent } from '../store/events.js';
import { IS_TOO_NEW } from '../store/migrations.js';
import { ENDS_NOW, type Work } from '../store/paintings.js';
import { addToTotal } from '../store/totals.js';
import { devicesOf } from '../store/workers.js';

/** A lease that was not renewed for so long is of a worker that died. */
export const LEASE_SECONDS = 10;
/** A painting that fails so often without getting further fails for good. */
const MOST_FAILURES = 4;
/** A worker that is lost is rarely its painting's fault, as that has a process of its own; but it may be. */
export const MOST_LOST = 12;

/** What a worker can hold. */
export interface Capacity {
  /** Bytes that no painting of its has reserved. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Its graphics device, or cpu. */
  readonly device: Device;
}

export interface Lease {
  readonly painting: string;
  readonly owner: string;
  readonly attempt: number;
  readonly lease: string;
  readonly work: Work;
  readonly forecastBytes: number;
  readonly maxBytes: number;
  readonly steps: number;
  readonly stateBlob: string | null;
}

/** Owners whose first paintings are looked at, and paintings of each: more than workers that ask at one moment. */
const CANDIDATES = 4;

/** The order of the index paintings_queue: asked in it, Postgres uses no index that ended paintings are in as well. */
const IN_QUEUE = 'order by owner, priority desc, created_at, id limit 1';

/**
 * The first waiting paintings of each owner, found owner by owner through the index, however many wait behind them.
 * First comes the higher priority, then the owner with fewest paintings in progress, then who has waited longest.
 */
const NEXT = `
  with recursive owners as (
    (select owner from giverny.paintings where status = 'queued' ${IN_QUEUE})
    union all
    select (select owner from giverny.paintings where status = 'queued' and owner > owners.owner ${IN_QUEUE})
    from owners where owners.owner is not null
  ), busy as (
    select owner, count(*) as paintings from giverny.paintings where status = 'painting' group by owner
  )
  select head.id from owners
  cross join lateral (
    select id, priority, created_at from giverny.paintings
    where status = 'queued' and owner = owners.owner and forecast_bytes <= $1 and device = any($2)
    order by priority desc, created_at, id limit ${CANDIDATES}
  ) head
  left join busy on busy.owner = owners.owner
  where owners.owner is not null
  order by head.priority desc, coalesce(busy.paintings, 0), head.created_at, head.id
  limit 64`;

export class Queue {
  readonly #database: Database;
  readonly #blobs: Blobs;

  constructor(database: Database, blobs: Blobs) {
    this.#database = database;
    this.#blobs = blobs;
  }

  /**
   * Takes the next painting. One that fits the worker but not what is free of it now is waited for: else small ones
   * would pass it for ever.
   */
  async claim({ freeBytes, totalBytes, device }: Capacity): Promise<Lease | undefined> {
    return this.#database.transaction(async (queries) => {
      const candidates = await queries.query<{ id: string }>(NEXT, [totalBytes, devicesOf(device)]);
      if (candidates.length === 0) return undefined;
      const ids = candidates.map(({ id }) => id);
      const [next] = await queries.query<{ id: string; forecast: number }>(
        `select id, forecast_bytes as forecast from giverny.paintings where id = any($1) and status = 'queued'
         order by array_position($1::text[], id) limit 1 for update skip locked`,
        [ids],
      );
      if (!next || next.forecast > freeBytes) return undefined;
      const lease = randomUUID();
      const [row] = await queries.query(
        `update giverny.paintings set status = 'painting', lease = $2, lease_until = now() + interval '${LEASE_SECONDS} seconds',
           attempt = attempt + 1, started_at = coalesce(started_at, now())
         where id = $1 and not ${IS_TOO_NEW}
         returning id as painting, owner, attempt, lease, work, forecast_bytes as "forecastBytes",
           max_bytes as "maxBytes", steps, state_blob as "stateBlob",
           extract(epoch from now() - created_at)::float8 as waited`,
        [next.id, lease],
      );
      if (!row) return undefined;
      const { waited, ...taken } = row as Row & { waited: number };
      await addEvent(queries, next.id, 'status', { status: 'painting', attempt: taken.attempt });
      if (taken.attempt === 1) await addToTotal(queries, 'started', waited);
      return taken as unknown as Lease;
    });
  }

  /** Renews a lease; the painting's status, or undefined where the lease is another's or gone. */
  async beat(held: Lease, reached?: EventData<'step'>): Promise<Status | undefined> {
    return this.#database.transaction(async (queries) => {
      const [row] = await queries.query<{ status: Status }>(
        `update giverny.paintings set lease_until = now() + interval '${LEASE_SECONDS} seconds',
           step = coalesce($3, step), costs = coalesce($4::jsonb, costs)
         where id = $1 and lease = $2 and status in ('painting', 'paused') returning status`,
        [held.painting, held.lease, reached?.step ?? null, reached ? JSON.stringify(reached.costs) : null],
      );
      if (row && reached) await addEvent(queries, held.painting, 'step', { ...reached });
      return row?.status;
    });
  }

  /** Keeps the state to go on from. False where the lease is lost. */
  keepState(held: Lease, bytes: Uint8Array): Promise<boolean> {
    const blob = { kind: 'state', mediaType: 'application/octet-stream', name: '' } as const;
    // Who gets further has not failed.
    return this.#replace(held, 'state', blob, bytes, 'failures = 0');
  }

  keepPreview(held: Lease, bytes: Uint8Array): Promise<boolean> {
    return this.#replace(held, 'preview', { kind: 'preview', mediaType: 'image/jpeg', name: '' }, bytes);
  }

  /** The result becomes visible with the painting's end, in one transaction, if the lease is held still. */
  async finish(held: Lease, { bytes, mediaType, steps, costs, seconds, reached }: Finished): Promise<boolean> {
    const stored = await this.#blobs.store(this.#database, bytes);
    const { owner, work } = held;
    const blob = { owner, kind: 'result', mediaType, name: `painting.${work.format}`, stored } as const;
    return this.#writing(held, blob, async (queries, id, row) => {
      if (row.status !== 'painting') return false;
      await queries.query(
        `update giverny.paintings set status = 'done', result_blob = $2, state_blob = null, lease = null,
           step = $3, costs = $4::jsonb, seconds = $5, ${ENDS_NOW} where id = $1`,
        [held.painting, id, steps, JSON.stringify(costs ?? null), seconds],
      );
      if (row.state_blob) await this.#blobs.remove(queries, [row.state_blob]);
      if (reached) await addEvent(queries, held.painting, 'step', { ...reached });
      await addEvent(queries, held.painting, 'status', { status: 'done', step: steps });
      await addToTotal(queries, 'done', seconds);
      return true;
    });
  }

  /** Gives a painting back with what happened: to be tried again where that may help. */
  async fail(held: Lease, error: { code: string; message: string }, again: boolean): Promise<void> {
    await this.#database.transaction(async (queries) => {
      const [row] = await this.#lock(queries, held);
      if (row?.status === 'painting')
        await failed(queries, held.painting, row.failures, error, again ? MOST_FAILURES : 0);
    });
  }

  /** Lets go of a painting that was stopped: it waits again, or stays paused. */
  async release(held: Lease): Promise<void> {
    await this.#database.transaction((queries) => released(queries, held));
  }

  /** Lets go of a painting whose state is no use, as another version wrote it: it waits again, and begins anew. */
  async startOver(held: Lease): Promise<void> {
    await this.#database.transaction(async (queries) => {
      const [row] = await this.#lock(queries, held);
      if (!row) return;
      await queries.query('update giverny.paintings set state_blob = null, step = 0 where id = $1', [held.painting]);
      if (row.state_blob) await this.#blobs.remove(queries, [row.state_blob]);
      await released(queries, held);
    });
  }

  #lock(queries: Queries, held: Lease): Promise<Held[]> {
    return queries.query<Held>(
      `select status, state_blob, preview_blob, failures from giverny.paintings
       where id = $1 and lease = $2 and attempt = $3 for update`,
      [held.painting, held.lease, held.attempt],
    );
  }

  /**
   * One transaction with a blob, if the lease is held. The bytes come first: while they are on their way the painting is
   * not locked, so that nobody waits for them where the network is cut meanwhile.
   *
   * @returns what `work` says; where that is false, or the lease is lost, the blob is removed again.
   */
  #writing(
    held: Lease,
    blob: NewBlob,
    work: (queries: Queries, id: string, row: Held) => Promise<boolean>,
  ): Promise<boolean> {
    return this.#database.transaction(async (queries) => {
      const { id } = await this.#blobs.add(queries, blob);
      const [row] = await this.#lock(queries, held);
      if (row && (await work(queries, id, row))) return true;
      await this.#blobs.remove(queries, [id]);
      return false;
    });
  }

  async #replace(
    held: Lease,
    which: 'state' | 'preview',
    blob: Omit<NewBlob, 'owner' | 'stored'>,
    bytes: Uint8Array,
    set = '',
  ): Promise<boolean> {
    const stored = await this.#blobs.store(this.#database, bytes);
    return this.#writing(held, { ...blob, owner: held.owner, stored }, async (queries, id, row) => {
      await queries.query(
        `update giverny.paintings set ${[`${which}_blob = $2`, ...(set ? [set] : [])].join(', ')} where id = $1`,
        [held.painting, id],
      );
      const old = row[`${which}_blob`];
      if (old) await this.#blobs.remove(queries, [old]);
      if (which === 'preview') await addEvent(queries, held.painting, 'preview');
      return true;
    });
  }
}

interface Held extends Row {
  readonly status: Status;
  readonly state_blob: string | null;
  readonly preview_blob: string | null;
  readonly failures: number;
}

export interface Finished {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly steps: number;
  readonly costs: unknown;
  readonly seconds: number;
  /** The last step, where no beat has told of it. */
  readonly reached?: EventData<'step'> | undefined;
}

async function released(queries: Queries, held: Lease): Promise<void> {
  const [row] = await queries.query<{ status: Status }>(
    `update giverny.paintings set lease = null, lease_until = null,
       status = case when status = 'painting' then 'queued' else status end
     where id = $1 and lease = $2 returning status`,
    [held.painting, held.lease],
  );
  if (row?.status === 'queued') await addEvent(queries, held.painting, 'status', { status: 'queued' });
}

/**
 * One more failure of a painting whose row is locked.
 *
 * @param most failures without getting further, before it fails for good.
 */
export async function failed(
  queries: Queries,
  painting: string,
  failures: number,
  error: { code: string; message: string },
  most: number,
): Promise<void> {
  const status: Status = failures + 1 < most ? 'queued' : 'failed';
  await queries.query(
    `update giverny.paintings set ${status === 'failed' ? `${ENDS_NOW},` : ''} status = $2, failures = failures + 1,
       error = $3::jsonb, lease = null, lease_until = null where id = $1`,
    [painting, status, JSON.stringify(error)],
  );
  await addEvent(queries, painting, 'status', { status, error });
  if (status === 'failed') await addToTotal(queries, 'failed');
}
