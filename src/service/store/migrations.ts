/** The tables, and how they come to be: each migration runs once, also where several processes start at a time. */
import { GivernyError } from '../../core/errors.js';
import type { Database, Queries } from './database.js';

/**
 * In order. One that was released is never changed. A migration only adds, so that workers of the version before it
 * go on beside it: what is to be removed is removed by a later version.
 */
const MIGRATIONS: readonly string[] = [
  `
  create table giverny.tokens (
    id text primary key,
    hash bytea not null,
    owner text not null,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
  );
  create table giverny.blobs (
    id text primary key,
    owner text not null,
    kind text not null,
    media_type text not null,
    name text not null default '',
    size_bytes float8 not null,
    sha256 text not null,
    width int,
    height int,
    bytes bytea,
    created_at timestamptz not null default now()
  );
  create index on giverny.blobs (owner, kind);
  create table giverny.paintings (
    id text primary key,
    owner text not null,
    status text not null,
    work jsonb not null,
    priority int not null default 0,
    idempotency_key text,
    request_hash text,
    device text not null default 'cpu',
    forecast_bytes float8 not null,
    max_bytes float8 not null,
    steps int not null,
    step int not null default 0,
    width int not null,
    height int not null,
    costs jsonb,
    attempt int not null default 0,
    failures int not null default 0,
    lease text,
    lease_until timestamptz,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    ended_at timestamptz,
    seconds float8,
    deadline timestamptz,
    expires_at timestamptz,
    state_blob text references giverny.blobs (id),
    preview_blob text references giverny.blobs (id),
    result_blob text references giverny.blobs (id),
    error jsonb,
    unique (owner, idempotency_key)
  );
  create index paintings_queue on giverny.paintings (owner, priority desc, created_at, id) where status = 'queued';
  create index paintings_active on giverny.paintings (owner) where status = 'painting';
  create index paintings_list on giverny.paintings (owner, created_at desc, id desc);
  create index paintings_expiry on giverny.paintings (expires_at) where expires_at is not null;
  create index paintings_deadline on giverny.paintings (deadline) where deadline is not null;
  create table giverny.painting_pictures (
    painting text not null references giverny.paintings (id) on delete cascade,
    blob text not null references giverny.blobs (id),
    primary key (painting, blob)
  );
  create index on giverny.painting_pictures (blob);
  create table giverny.events (
    painting text not null references giverny.paintings (id) on delete cascade,
    seq bigint generated always as identity,
    type text not null,
    data jsonb not null,
    at timestamptz not null default now(),
    primary key (painting, seq)
  );
  create table giverny.workers (
    id text primary key,
    host text not null,
    version text not null,
    memory_bytes float8 not null,
    device text not null,
    seen_at timestamptz not null default now()
  );
  `,
  // What is looked at every second stays small, however many paintings are kept.
  `
  alter table giverny.migrations add column needs int not null default 0;
  create table giverny.chores (name text primary key, done_at timestamptz not null default '-infinity');
  insert into giverny.chores (name) values ('sweep');
  create table giverny.totals (
    name text not null,
    shard int not null,
    count float8 not null default 0,
    sum float8 not null default 0,
    primary key (name, shard)
  );
  drop index giverny.paintings_deadline;
  create index paintings_deadline on giverny.paintings (deadline)
    where deadline is not null and status in ('queued', 'painting', 'paused');
  create index paintings_leased on giverny.paintings (id) where lease is not null;
  create index paintings_open on giverny.paintings (status) include (forecast_bytes)
    where status in ('queued', 'painting', 'paused');
  update giverny.paintings set expires_at = now() + interval '7 days' where status = 'cancelled';
  alter table giverny.blobs add column check_at timestamptz default now() + interval '1 day';
  create index blobs_check on giverny.blobs (check_at) where check_at is not null;
  create table giverny.strays (id text primary key, removable_at timestamptz not null);
  create index on giverny.strays (removable_at);
  `,
  // Whenever a blob is removed, Postgres looks whether a painting still refers to it: without these, in all paintings.
  `
  create index paintings_state on giverny.paintings (state_blob) where state_blob is not null;
  create index paintings_preview on giverny.paintings (preview_blob) where preview_blob is not null;
  create index paintings_result on giverny.paintings (result_blob) where result_blob is not null;
  `,
];

/** Migrations beside which processes that do not know them must not go on; there are none yet. */
const BREAKING: ReadonlySet<number> = new Set();

/** Holds where a process that does not know some migration must stop. */
export const IS_TOO_NEW = `exists (select 1 from giverny.migrations where needs > ${MIGRATIONS.length})`;

/** @throws GivernyError DATABASE_FAILED where a newer version has changed the tables so that this one must stop. */
export async function assertKnown(queries: Queries): Promise<void> {
  const [row] = await queries.query<{ tooNew: boolean }>(`select ${IS_TOO_NEW} as "tooNew"`);
  if (!row?.tooNew) return;
  throw new GivernyError(
    'DATABASE_FAILED',
    'Expected tables of this version of Giverny but a newer one has changed them; upgrade this process.',
  );
}

/** Any number; all Givernys on one database use this one. */
const LOCK = 4630_1874;

/**
 * Brings the tables to this version. A database of a newer version is left as it is, and used.
 *
 * @param upTo how many migrations to know, for tests of earlier versions.
 * @throws GivernyError DATABASE_FAILED as assertKnown.
 */
export async function migrate(database: Database, upTo = MIGRATIONS.length): Promise<void> {
  await database.transaction(async (queries) => {
    await queries.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await queries.run(
      'create schema if not exists giverny; create table if not exists giverny.migrations (number int primary key, at timestamptz not null default now())',
    );
    const done = await queries.query<{ number: number }>('select number from giverny.migrations');
    const numbers = new Set(done.map(({ number }) => number));
    for (const [number, sql] of MIGRATIONS.slice(0, upTo).entries()) {
      if (numbers.has(number)) continue;
      await queries.run(sql);
      await queries.query('insert into giverny.migrations (number) values ($1)', [number]);
      if (BREAKING.has(number)) {
        await queries.query('update giverny.migrations set needs = $1 + 1 where number = $1', [number]);
      }
    }
    if (upTo === MIGRATIONS.length) await assertKnown(queries);
  });
}
