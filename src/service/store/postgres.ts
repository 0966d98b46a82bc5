/** A Postgres that many machines share. A network that drops everything must not keep anybody waiting for ever. */
import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Queries, Row } from './database.js';
import { isSilence } from './failures.js';

/** For the largest picture on a slow network. */
const SILENT_MS = 30_000;
const CONNECTING_MS = 5000;
/** A connection that is not used is tried after so long, so that it is known to be lost before it is needed. */
const IDLE_PROBE_MS = 10_000;
/** How long the end waits for connections to say goodbye. */
const GOODBYE_MS = 2000;

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

/** @param silentMs how long an answer may take before the connection counts as lost. */
export async function openPostgres(
  { default: pg }: typeof import('pg'),
  connectionString: string,
  silentMs = SILENT_MS,
): Promise<Database> {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: CONNECTING_MS,
    query_timeout: silentMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: IDLE_PROBE_MS,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
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
    transaction: (work) => undisturbed(() => inTransaction(work)),
    async close() {
      const gone = Promise.all([pool.end(), ...[...sockets].map((socket) => once(socket, 'close'))]).catch(() => {});
      await Promise.race([gone, sleep(GOODBYE_MS, undefined, { ref: false })]);
      // A Postgres that cannot be reached says nothing: its connections would keep the process alive.
      for (const socket of sockets) socket.destroy();
    },
  };

  async function inTransaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(queriesOf(client as unknown as typeof pool));
      await client.query('commit');
      return result;
    } catch (error) {
      // Who waited for an answer in vain does not wait for another: the connection is closed, which undoes it as well.
      if (isSilence(error)) broken = error as Error;
      else {
        await client.query('rollback').catch((cause: Error) => {
          broken = cause;
        });
      }
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

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
