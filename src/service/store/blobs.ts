/** Where pictures, previews, results and states lie: in the database, or in a place that all machines share. */
import { createHash, randomUUID } from 'node:crypto';
import { GivernyError } from '../../core/errors.js';
import type { Database, Queries, Row } from './database.js';

export type BlobKind = 'picture' | 'state' | 'preview' | 'result';

/** All of a blob but its bytes. */
export interface BlobInfo {
  readonly id: string;
  readonly owner: string;
  readonly kind: BlobKind;
  readonly mediaType: string;
  /** What its owner called it: for sentences and recipes, never a path. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** In pixels, upright; absent of what is no picture. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Bytes that lie where they belong, and that nobody knows yet. */
export interface StoredBytes {
  readonly id: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** What the database is to keep itself. */
  readonly bytes: Uint8Array | null;
}

export type NewBlob = Omit<BlobInfo, keyof StoredBytes> & { readonly stored: StoredBytes };

/** Where bytes lie outside the database. Names are ids that we made. */
export interface BlobPlace {
  put(id: string, bytes: Uint8Array): Promise<void>;
  get(id: string): Promise<Uint8Array>;
  /** Succeeds also where there is nothing of this id. */
  remove(id: string): Promise<void>;
}

/** Bytes that no row knows after so long were left by a process that died. */
const STRAY = "interval '1 hour'";
/** Uploaded pictures are looked at so often, and removed where no painting uses them. */
const CHECKED = "interval '1 day'";
/** Rows that are looked at in one transaction. */
const AT_ONCE = 50;

const INFO = 'id, owner, kind, media_type as "mediaType", name, size_bytes as "sizeBytes", sha256, width, height';

/**
 * Outside of the database, bytes come before the row that makes them known and go after it. Until then the table of
 * strays names them, so that nothing stays behind where a process dies in between.
 */
export class Blobs {
  readonly #place: BlobPlace | undefined;

  /** @param place one that all processes share; left out, the database keeps the bytes. */
  constructor(place?: BlobPlace) {
    this.#place = place;
  }

  /** Puts bytes where they will lie; before the transaction with `add`, as that may take a while. */
  async store(queries: Queries, bytes: Uint8Array): Promise<StoredBytes> {
    const id = randomUUID();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const stored = { id, sizeBytes: bytes.length, sha256 };
    if (!this.#place) return { ...stored, bytes };
    await queries.query(`insert into giverny.strays (id, removable_at) values ($1, now() + ${STRAY})`, [id]);
    await this.#place.put(id, bytes);
    return { ...stored, bytes: null };
  }

  /** Makes stored bytes known. */
  async add(queries: Queries, { stored, ...blob }: NewBlob): Promise<BlobInfo> {
    const { id, sizeBytes, sha256, bytes } = stored;
    const [row] = await queries.query(
      `with stray as (delete from giverny.strays where id = $1 returning id)
       insert into giverny.blobs (id, owner, kind, media_type, name, size_bytes, sha256, width, height, bytes, check_at)
       select $1, $2, $3, $4, $5, $6::float8, $7, $8::int, $9::int, $10::bytea, case when $3 = 'picture' then now() + ${CHECKED} end
       where $10::bytea is not null or exists (select 1 from stray)
       returning id`,
      [
        id,
        blob.owner,
        blob.kind,
        blob.mediaType,
        blob.name,
        sizeBytes,
        sha256,
        blob.width ?? null,
        blob.height ?? null,
        bytes,
      ],
    );
    if (!row) throw new GivernyError('DATABASE_FAILED', 'Expected bytes within an hour but they took longer.');
    return { ...blob, id, sizeBytes, sha256 };
  }

  /** What is known of a blob; undefined where the owner has none of this id. */
  async info(queries: Queries, id: string, owner: string): Promise<BlobInfo | undefined> {
    return (await this.infos(queries, [id], owner))[0];
  }

  /** What is known of those that the owner has, in no order. */
  async infos(queries: Queries, ids: readonly string[], owner: string): Promise<BlobInfo[]> {
    const rows = await queries.query(`select ${INFO} from giverny.blobs where id = any($1) and owner = $2`, [
      [...ids],
      owner,
    ]);
    return rows as unknown as BlobInfo[];
  }

  async bytes(queries: Queries, id: string): Promise<Uint8Array | undefined> {
    const [row] = await queries.query<{ bytes: Uint8Array | null } & Row>(
      'select bytes from giverny.blobs where id = $1',
      [id],
    );
    if (!row) return undefined;
    if (row.bytes) return row.bytes;
    if (this.#place) return this.#place.get(id);
    throw new GivernyError(
      'DATABASE_FAILED',
      'Expected --blobs as the process has it that kept the picture but there is none.',
    );
  }

  /** Removes the rows; bytes that lie elsewhere are removed when that is certain. */
  async remove(queries: Queries, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await queries.query(
      `with gone as (delete from giverny.blobs where id = any($1) returning id, bytes is null as elsewhere)
       insert into giverny.strays (id, removable_at) select id, now() from gone where elsewhere`,
      [[...ids]],
    );
  }

  /** Removes uploaded pictures that no painting uses; how many were looked at. */
  removeUnused(database: Database): Promise<number> {
    return database.transaction(async (queries) => {
      const rows = await queries.query<{ id: string; unused: boolean }>(
        `select id, kind = 'picture' and not exists (select 1 from giverny.painting_pictures where blob = blobs.id) as unused
         from giverny.blobs where check_at < now() order by check_at limit ${AT_ONCE} for update skip locked`,
      );
      const idsOf = (unused: boolean) => rows.filter((row) => row.unused === unused).map(({ id }) => id);
      await this.remove(queries, idsOf(true));
      await queries.query(
        `update giverny.blobs set check_at = case when kind = 'picture' then now() + ${CHECKED} end where id = any($1)`,
        [idsOf(false)],
      );
      return rows.length;
    });
  }

  /** Removes bytes that no row knows any longer; how many. */
  async removeStrays(database: Database): Promise<number> {
    const place = this.#place;
    if (!place) return 0;
    return database.transaction(async (queries) => {
      const rows = await queries.query<{ id: string }>(
        `delete from giverny.strays where id in (select id from giverny.strays where removable_at < now()
           order by removable_at limit ${AT_ONCE} for update skip locked) returning id`,
      );
      await Promise.all(rows.map(({ id }) => place.remove(id)));
      return rows.length;
    });
  }
}
