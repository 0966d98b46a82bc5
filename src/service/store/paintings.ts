/** Paintings as their owners see them: created, listed, stopped, retried, deleted. */
import { randomUUID } from 'node:crypto';
import type { OrderBody, PaintingView, Status } from '../contract.js';
import { Refusal } from '../problems.js';
import type { PaintingPlan } from '../queue/plan.js';
import type { Blobs } from './blobs.js';
import type { Database, Queries, Row } from './database.js';
import { addEvent } from './events.js';

/** What a worker needs to paint: pictures by id, networks by name. */
export type Work = Omit<OrderBody, 'priority' | 'deadlineSeconds'> & {
  readonly network: string;
  readonly coarseNetwork: string;
};

const VIEW = `id, status, priority, width, height, step, steps, costs, forecast_bytes as "forecastBytes",
  work->>'network' as network, device, created_at as "createdAt", started_at as "startedAt", ended_at as "endedAt", deadline,
  expires_at as "expiresAt", preview_blob is not null as "hasPreview", result_blob is not null as "hasResult", error`;

/** Accepts a painting in one statement: nothing where its key was used before, or a picture is gone. */
const CREATE = `
  with pictures as (
    select id from giverny.blobs where id = any($13) and owner = $2 and kind = 'picture' for share
  ), painting as (
    insert into giverny.paintings (id, owner, status, work, priority, idempotency_key, request_hash, forecast_bytes,
      max_bytes, steps, width, height, deadline, device)
    select $1, $2, 'queued', $3::jsonb, $4::int, $5, $6, $7::float8, $8::float8, $9::int, $10::int, $11::int,
      now() + $12::float8 * interval '1 second', $14::text
    where (select count(*) from pictures) = cardinality($13::text[])
    on conflict (owner, idempotency_key) do nothing
    returning *
  ), used as (
    insert into giverny.painting_pictures (painting, blob) select painting.id, pictures.id from painting, pictures
  ), told as (
    insert into giverny.events (painting, type, data) select id, 'status', '{"status":"queued"}'::jsonb from painting
  )
  select ${VIEW} from painting`;

const TIMES = ['createdAt', 'startedAt', 'endedAt', 'deadline', 'expiresAt'];

function viewOf(row: Row): PaintingView {
  const times = TIMES.map((name) => [name, row[name] instanceof Date ? (row[name] as Date).toISOString() : null]);
  return { ...row, ...Object.fromEntries(times) } as PaintingView;
}

export interface NewPainting {
  readonly owner: string;
  readonly order: OrderBody;
  readonly plan: PaintingPlan;
  /** The limit that the plan was made for: the painter chooses its tiles by it. */
  readonly maxBytes: number;
  readonly idempotency?: { readonly key: string; readonly requestHash: string } | undefined;
}

/** Paintings that one owner may have waiting. */
const MOST_WAITING = 200_000;
/** Counted again after so long for each that there is room for: an owner does not order a thousand a second. */
const ROOM_MS = 1;
/** How long ended paintings stay. */
const KEPT_DAYS = 7;
/** A painting ends now. */
export const ENDS_NOW = `ended_at = now(), expires_at = now() + interval '${KEPT_DAYS} days'`;

export class Paintings {
  readonly #database: Database;
  readonly #blobs: Blobs;
  readonly #roomUntil = new Map<string, number>();

  constructor(database: Database, blobs: Blobs) {
    this.#database = database;
    this.#blobs = blobs;
  }

  /**
   * Accepts a painting. With the key of an earlier request it is that request's painting.
   *
   * @throws Refusal CONFLICT where the key was used for another request; NOT_FOUND where a picture is not there.
   */
  async create({
    owner,
    order,
    plan,
    maxBytes,
    idempotency,
  }: NewPainting): Promise<{ view: PaintingView; created: boolean }> {
    const { priority, deadlineSeconds, ...rest } = order;
    const work: Work = { ...rest, network: plan.network, coarseNetwork: plan.coarseNetwork };
    const pictures = new Set(
      [work.content, ...work.styles.map(({ picture }) => picture), work.mask?.picture, work.start].filter(
        (picture) => picture !== undefined,
      ),
    );
    const [row] = await this.#database.query(CREATE, [
      randomUUID(),
      owner,
      JSON.stringify(work),
      priority,
      idempotency?.key ?? null,
      idempotency?.requestHash ?? null,
      plan.forecastBytes,
      maxBytes,
      plan.steps,
      plan.size.width,
      plan.size.height,
      deadlineSeconds ?? null,
      [...pictures],
      work.device,
    ]);
    if (row) return { view: viewOf(row), created: true };
    const earlier = idempotency && (await this.findByKey(owner, idempotency));
    if (earlier) return { view: earlier, created: false };
    throw new Refusal('NOT_FOUND', 'Expected the ids of pictures of yours but one is none.');
  }

  /**
   * The painting of an earlier request with this key.
   *
   * @throws Refusal CONFLICT where that was another request.
   */
  async findByKey(
    owner: string,
    { key, requestHash }: NonNullable<NewPainting['idempotency']>,
    queries: Queries = this.#database,
  ): Promise<PaintingView | undefined> {
    const [row] = await queries.query(
      `select ${VIEW}, request_hash from giverny.paintings where owner = $1 and idempotency_key = $2`,
      [owner, key],
    );
    if (!row) return undefined;
    const { request_hash: earlierHash, ...view } = row;
    if (earlierHash !== requestHash) throw takenKey();
    return viewOf(view);
  }

  /** Counts rarely, as it reads all that wait: the limit guards the database, and some more do no harm. */
  async assertRoom(owner: string): Promise<void> {
    const now = performance.now();
    if (now < (this.#roomUntil.get(owner) ?? 0)) return;
    const [row] = await this.#database.query<{ waiting: number }>(
      `select count(*)::int as waiting from
         (select 1 from giverny.paintings where owner = $1 and status = 'queued' limit ${MOST_WAITING}) as waiting`,
      [owner],
    );
    const room = MOST_WAITING - (row?.waiting ?? 0);
    if (room <= 0) {
      throw new Refusal('TOO_MANY', `Expected fewer than ${MOST_WAITING} paintings that wait but there are as many.`, {
        'retry-after': '60',
      });
    }
    if (this.#roomUntil.size > 10_000) this.#roomUntil.clear();
    this.#roomUntil.set(owner, now + room * ROOM_MS);
  }

  /** @throws Refusal NOT_FOUND also where the painting is somebody else's. */
  async get(id: string, owner: string, queries: Queries = this.#database): Promise<PaintingView> {
    const [row] = await queries.query(`select ${VIEW} from giverny.paintings where id = $1 and owner = $2`, [
      id,
      owner,
    ]);
    if (!row) throw missing();
    return viewOf(row);
  }

  /** The id of its preview or result. */
  async blobOf(id: string, owner: string, which: 'preview' | 'result'): Promise<string | undefined> {
    const [row] = await this.#database.query<{ blob: string | null }>(
      `select ${which}_blob as blob from giverny.paintings where id = $1 and owner = $2`,
      [id, owner],
    );
    if (!row) throw missing();
    return row.blob ?? undefined;
  }

  /** Newest first. */
  async list(
    owner: string,
    { status, limit, after }: { status?: Status | undefined; limit: number; after?: string | undefined },
  ): Promise<{ paintings: PaintingView[]; next: string | null }> {
    const rows = await this.#database.query(
      `select ${VIEW} from giverny.paintings
       where owner = $1 and ($2::text is null or status = $2) and ($3::text is null or (created_at, id) <
         (select created_at, id from giverny.paintings where id = $3 and owner = $1))
       order by created_at desc, id desc limit $4`,
      [owner, status ?? null, after ?? null, limit + 1],
    );
    const paintings = rows.slice(0, limit).map(viewOf);
    return { paintings, next: rows.length > limit ? (paintings.at(-1)?.id ?? null) : null };
  }

  /** At once: a worker that paints it finds its lease gone, and what it would write is refused. */
  cancel(id: string, owner: string): Promise<PaintingView> {
    return this.#change(id, owner, ['queued', 'painting', 'paused'], 'cancelled', `${ENDS_NOW}, lease = null,`);
  }

  /** A worker that paints it writes the state and lets go. */
  pause(id: string, owner: string): Promise<PaintingView> {
    return this.#change(id, owner, ['queued', 'painting'], 'paused');
  }

  resume(id: string, owner: string): Promise<PaintingView> {
    return this.#change(id, owner, ['paused'], 'queued', 'lease = null,');
  }

  /** Goes on from the state where there is one. */
  retry(id: string, owner: string): Promise<PaintingView> {
    return this.#change(
      id,
      owner,
      ['failed', 'cancelled'],
      'queued',
      'lease = null, failures = 0, error = null, ended_at = null, expires_at = null, deadline = null,',
    );
  }

  async delete(id: string, owner: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      const [row] = await queries.query<BlobIds>(
        `select state_blob, preview_blob, result_blob from giverny.paintings where id = $1 and owner = $2 for update`,
        [id, owner],
      );
      if (!row) throw missing();
      await queries.query('delete from giverny.paintings where id = $1', [id]);
      await this.#blobs.remove(queries, blobsOf(row));
    });
  }

  async #change(id: string, owner: string, from: readonly Status[], to: Status, set = ''): Promise<PaintingView> {
    return this.#database.transaction(async (queries) => {
      const [row] = await queries.query(
        `update giverny.paintings set ${set} status = $3 where id = $1 and owner = $2 and status = any($4) returning ${VIEW}`,
        [id, owner, to, [...from]],
      );
      if (row) {
        await addEvent(queries, id, 'status', { status: to });
        return viewOf(row);
      }
      const now = await this.get(id, owner, queries);
      if (now.status === to) return now;
      throw new Refusal('CONFLICT', `Expected a painting that is ${from.join(' or ')} but it is ${now.status}.`);
    });
  }
}

interface BlobIds extends Row {
  readonly state_blob: string | null;
  readonly preview_blob: string | null;
  readonly result_blob: string | null;
}

export const blobsOf = ({ state_blob, preview_blob, result_blob }: BlobIds): string[] =>
  [state_blob, preview_blob, result_blob].filter((blob) => blob !== null);

const missing = () => new Refusal('NOT_FOUND', 'Expected the id of a painting of yours but there is none of this id.');

const takenKey = () =>
  new Refusal('CONFLICT', 'Expected a new idempotency key but this one came with another request before.');
