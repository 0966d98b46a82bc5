/** The database behind one small interface: PGlite in a folder, or a Postgres that many machines share. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GivernyError } from '../../core/errors.js';
import { withLock } from '../../node/files/lock.js';
import { databaseError, failed } from './failures.js';
import { openPostgres } from './postgres.js';

export type Row = Record<string, unknown>;

/** Runs SQL with `$1`, `$2` ... for its values; JSON goes in as text, bytes as Uint8Array. */
export interface Queries {
  query<T extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Runs several statements without values. */
  run(sql: string): Promise<void>;
}

export interface Database extends Queries {
  readonly kind: 'pglite' | 'postgres';
  /** Runs `work` in one transaction, which is undone where it throws. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabasePlace {
  /** Of a Postgres; else PGlite keeps everything in `folder`. */
  readonly url?: string | undefined;
  readonly folder: string;
  /** How long a Postgres may be silent before its connection counts as lost. Default: 30 seconds. */
  readonly silentMs?: number | undefined;
}

/** The oldest Postgres whose SQL is used here. */
const OLDEST_POSTGRES = 130000;

/**
 * Opens the database.
 *
 * @throws GivernyError DATABASE_FAILED where it is missing, too old or read-only; PACKAGE_MISSING.
 */
export async function openDatabase({ url, folder, silentMs }: DatabasePlace): Promise<Database> {
  let database: Database | undefined;
  try {
    database =
      url === undefined
        ? await openPglite(folder)
        : await openPostgres(await loaded('pg', () => import('pg')), url, silentMs);
    const [row] = await database.query<{ version: number; readonly: string }>(
      "select current_setting('server_version_num')::int as version, current_setting('transaction_read_only') as readonly",
    );
    if (row && row.version < OLDEST_POSTGRES) {
      throw failed(`Expected Postgres 13 or later but the database is ${Math.floor(row.version / 10000)}`);
    }
    if (row?.readonly === 'on') throw failed('Expected a database that can be written but it is read-only');
    return database;
  } catch (error) {
    await database?.close().catch(() => {});
    throw databaseError(error);
  }
}

async function openPglite(folder: string): Promise<Database> {
  const { PGlite } = await loaded('@electric-sql/pglite', () => import('@electric-sql/pglite'));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(folder);
  const pglite = await PGlite.create(join(folder, 'database')).catch(async (error: unknown) => {
    await unlock();
    throw databaseError(error);
  });
  const queriesOf = (client: Pick<typeof pglite, 'query' | 'exec'>): Queries => ({
    query: async <T extends Row>(sql: string, values: readonly unknown[] = []) =>
      (await client.query<T>(sql, [...values])).rows,
    run: async (sql) => void (await client.exec(sql)),
  });
  return {
    kind: 'pglite',
    ...queriesOf(pglite),
    transaction: (work) => pglite.transaction((client) => work(queriesOf(client as unknown as typeof pglite))),
    async close() {
      await pglite.close();
      await unlock();
    },
  };
}

/** PGlite is one process's: a second one in the same folder would damage what the first writes. */
function lockFolder(folder: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const refused = new AbortController();
    const held = withLock(
      join(folder, 'server'),
      () =>
        new Promise<void>((release) =>
          resolve(async () => {
            release();
            await held;
          }),
        ),
      {
        signal: refused.signal,
        beatMs: 500,
        staleMs: 5000,
        pollMs: 500,
        onWait: () => {
          // A process that was killed leaves a lock that goes stale.
          setTimeout(() => refused.abort(), 7000).unref();
        },
      },
    );
    held.catch((error: unknown) => {
      reject(
        refused.signal.aborted
          ? failed('Expected a data folder that no other server uses but one does; DATABASE_URL lets several share one')
          : error,
      );
    });
  });
}

async function loaded<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new GivernyError(
      'PACKAGE_MISSING',
      `Expected the package ${name}, which the service needs, but it is not installed; get it with npm install ${name}.`,
      { cause },
    );
  }
}
