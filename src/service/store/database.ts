/** The database behind one small interface: PGlite in a folder, or a Postgres that many machines share. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GivernyError } from '../../core/errors.js';
import { withLock } from '../../node/files/lock.js';

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
}

/** The oldest Postgres whose SQL is used here. */
const OLDEST_POSTGRES = 130000;

/**
 * Opens the database.
 *
 * @throws GivernyError DATABASE_FAILED where it is missing, too old or read-only; PACKAGE_MISSING.
 */
export async function openDatabase({ url, folder }: DatabasePlace): Promise<Database> {
  let database: Database | undefined;
  try {
    database = url === undefined ? await openPglite(folder) : await openPostgres(url);
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

async function openPostgres(connectionString: string): Promise<Database> {
  const { default: pg } = await loaded('pg', () => import('pg'));
  const pool = new pg.Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 5000,
    // A machine that is cut off must not keep a worker waiting for ever.
    query_timeout: 30_000,
    keepAlive: true,
    onConnect: async (client) => void (await client.query(SESSION)),
  });
  // A connection that is lost while idle is replaced by the next query; one that is lost in use fails its query as well.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const queriesOf = (client: Pick<typeof pool, 'query'>): Queries => ({
    query: async <T extends Row>(sql: string, values: readonly unknown[] = []) =>
      (await client.query(sql, values.map(asBuffer))).rows as T[],
    run: async (sql) => void (await client.query(sql)),
  });
  const whole = queriesOf(pool);
  return {
    kind: 'postgres',
    query: (sql, values) => undisturbed(() => whole.query(sql, values)),
    run: whole.run,
    transaction: (work) => undisturbed(() => once(work)),
    close: () => pool.end(),
  };

  async function once<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(queriesOf(client as unknown as typeof pool));
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((cause: Error) => {
        broken = cause;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

/**
 * Of each connection. A machine that is cut off in the middle of a transaction must not keep its locks: its server ends
 * what is silent for so long.
 */
const SESSION = [
  "set idle_in_transaction_session_timeout = '15s'",
  'set tcp_keepalives_idle = 10',
  'set tcp_keepalives_interval = 5',
  'set tcp_keepalives_count = 3',
].join('; ');

const MOST_TRIES = 4;

/** Tries again what Postgres undid because two transactions waited for each other. */
async function undisturbed<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== '40P01' || tries === MOST_TRIES) throw error;
    }
  }
}

/** The driver writes Buffers as bytes, and other arrays as lists. */
const asBuffer = (value: unknown) =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;

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

const failed = (sentence: string, cause?: unknown) => new GivernyError('DATABASE_FAILED', `${sentence}.`, { cause });

/** By the driver's code (https://www.postgresql.org/docs/current/errcodes-appendix.html), or the system's. */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'Expected room in the database but its disk is full',
  '53100': 'Expected room in the database but its disk is full',
  '53300': 'Expected a free connection to the database but it has none left',
  '25006': 'Expected a database that can be written but it is read-only',
  '28000': 'Expected a user that the database lets in but it refuses this one',
  '28P01': 'Expected the password of the database but it refuses this one',
  '3D000': 'Expected a database of the name in DATABASE_URL but there is none',
  '42501': 'Expected a user who may make and change tables but the database does not allow it',
  ERR_INVALID_URL: 'Expected DATABASE_URL as postgres://user:password@host/database but it is not an address',
  EEXIST: 'Expected a folder for --data but there is a file of this name',
  ENOTDIR: 'Expected a folder for --data but there is a file of this name',
  EACCES: 'Expected a folder for --data that can be written but it cannot',
  EROFS: 'Expected a folder for --data that can be written but it cannot',
};

/** What the driver of Postgres says without a code: nothing came in time, or the connection is gone. */
const SILENT =
  /^(Query read timeout|timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;

/** Whether it is the database's driver that failed: its errors have a code, but for those of a database that is silent. */
export const isOfDriver = (error: Error): boolean => 'code' in error || SILENT.test(error.message);

/** The sentence for what a database refuses. Its own words may hold values, so that only its code is told. */
export function databaseError(error: unknown): unknown {
  if (error instanceof GivernyError || !(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  const sentence = SENTENCES[String(code)];
  if (sentence) return failed(sentence, error);
  // What Postgres cannot hold, such as a character 0 in text.
  if (typeof code === 'string' && /^22...$/.test(code)) {
    return new GivernyError('OPTION_INVALID', 'Expected values that a database can hold but one is none.', {
      cause: error,
    });
  }
  const known = typeof code === 'string' ? ` (${code})` : '';
  return failed(`Expected a database that answers but it does not${known}`, error);
}
