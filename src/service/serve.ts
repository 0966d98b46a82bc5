/** A server and a worker in this process, as the commands start them. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Device } from '../core/devices.js';
import { GivernyError } from '../core/errors.js';
import { chooseDevice } from '../node/devices/choose.js';
import { studioFiles } from '../node/studio-files.js';
import type { Place } from './api.js';
import { serviceApp } from './http/app.js';
import type { ServiceParts } from './http/context.js';
import { problemOf, Refusal } from './problems.js';
import { Networks } from './queue/plan.js';
import { Blobs } from './store/blobs.js';
import { type Database, type DatabasePlace, openDatabase } from './store/database.js';
import { assertKnown, migrate } from './store/migrations.js';
import { Paintings } from './store/paintings.js';
import { placeOf } from './store/places/place.js';
import { hasTokens } from './trust/tokens.js';
import { startWorker, type Worker, type WorkerOptions } from './worker/worker.js';

export interface ServiceOptions extends DatabasePlace {
  /** A folder that all machines share, or s3://bucket/folder, for pictures; else the database keeps them. */
  readonly blobs?: string | undefined;
  readonly worker: Omit<WorkerOptions, 'database' | 'blobs' | 'offers' | 'onError' | 'onOutcome'>;
}

export interface ServeOptions extends ServiceOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the studio's page paints unless the painter says otherwise; no page where left out. */
  readonly studio?: Place | undefined;
  /** How long a client may take to send headers, and a whole request. */
  readonly patience?: { readonly headersMs: number; readonly requestMs: number } | undefined;
}

export interface Running {
  /** Rejected where a newer version has changed the tables, so that this process must be closed. */
  readonly outdated: Promise<never>;
  /** Takes nothing more, keeps the states of what is painted, and closes the database. */
  close(): Promise<void>;
}

export interface Service extends Running {
  readonly url: string;
}

async function opened({ url, folder, blobs }: ServiceOptions) {
  const place = await placeOf(blobs);
  const database = await openDatabase({ url, folder });
  await migrate(database).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  return { database, blobs: new Blobs(place) };
}

/** Opens the database for one piece of work. */
export async function withDatabase<T>(options: ServiceOptions, work: (database: Database) => Promise<T>): Promise<T> {
  const { database } = await opened(options);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function loggerOf() {
  const { default: pino } = await import('pino');
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: false }));
}

/** The device of this machine's workers. @throws GivernyError DEVICE_MISSING. */
function offeredBy({ worker: { device = 'auto' } }: ServiceOptions, logger: Logger): Promise<Device> {
  return chooseDevice(device, { tell: (sentence) => logger.info(sentence) });
}

function workerOf(
  database: Database,
  blobs: Blobs,
  { worker }: ServiceOptions,
  logger: Logger,
  offers: Device,
): Worker {
  return startWorker({
    ...worker,
    device: worker.device ?? 'auto',
    offers,
    database,
    blobs,
    onOutcome: ({ painting, attempt }, outcome, seconds) => {
      if (outcome === 'left') logger.warn({ painting, attempt, outcome, seconds }, LEFT);
      else logger.info({ painting, attempt, outcome, seconds });
    },
    onError: (error) => logger.error({ error: error instanceof GivernyError ? error.message : (error as Error).name }),
  });
}

const LEFT =
  'The database is away, so that the painting could not be given back: its lease passes, and another worker goes on from the state that was kept last.';

/** A promise whose rejection may go unheard. */
function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

const VERSION_LOOK_MS = 2000;

/** Looks now and then whether the tables are still of this version; `ended` stops that. */
async function outdated(database: Database, ended: AbortSignal): Promise<never> {
  for (;;) {
    await sleep(VERSION_LOOK_MS, undefined, { signal: ended, ref: false });
    await assertKnown(database).catch((error: unknown) => {
      if (error instanceof GivernyError) throw error;
      // A database that is away says nothing of its version.
    });
  }
}

/**
 * A worker alone, on a Postgres that others share.
 *
 * @throws GivernyError DEVICE_MISSING.
 */
export async function work(options: ServiceOptions): Promise<Running> {
  const logger = await loggerOf();
  const offers = await offeredBy(options, logger);
  const { database, blobs } = await opened(options);
  const worker = workerOf(database, blobs, options, logger, offers);
  const ended = new AbortController();
  return {
    outdated: unheard(outdated(database, ended.signal)),
    async close() {
      ended.abort();
      await worker.drain();
      await database.close();
    },
  };
}

/** The studio's page; undefined in a clone where it is not built. */
async function studioOf(place: Place): Promise<ServiceParts['studio']> {
  try {
    return { files: await studioFiles(), place };
  } catch (error) {
    if (error instanceof GivernyError && error.code === 'FILE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * An idle connection is kept for longer than proxies keep theirs, mostly a minute: a request that is sent while the
 * server closes is lost.
 */
const KEPT_OPEN_MS = 65_000;

/**
 * Serves HTTP, and paints where `worker.jobs` is above 0.
 *
 * @throws GivernyError OPTION_INVALID where the port is taken, or where others could reach a server without tokens;
 *   DEVICE_MISSING.
 */
export async function serve(options: ServeOptions): Promise<Service> {
  const { host, port, patience = { headersMs: 10_000, requestMs: 120_000 } } = options;
  const { database, blobs } = await opened(options);
  try {
    const needsToken = await hasTokens(database);
    const isLoopback = ['127.0.0.1', '::1', 'localhost'].includes(host);
    if (!isLoopback && !needsToken) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected a token before other machines may reach ${host} but there is none; make one with giverny token <owner>.`,
      );
    }
    const [{ serve: listen }, logger] = await Promise.all([import('@hono/node-server'), loggerOf()]);
    const paints = options.worker.jobs !== 0;
    const offers = paints ? await offeredBy(options, logger) : 'cpu';
    const app = serviceApp({
      database,
      blobs,
      paintings: new Paintings(database, blobs),
      networks: new Networks(),
      logger,
      isLocal: isLoopback && !needsToken,
      studio: options.studio && (await studioOf(options.studio)),
    });
    const server = await new Promise<Server>((resolve, reject) => {
      // Who sends a request byte by byte does not keep a connection for ever.
      const serverOptions = {
        headersTimeout: patience.headersMs,
        requestTimeout: patience.requestMs,
        connectionsCheckingInterval: Math.min(patience.headersMs, 5000),
        keepAliveTimeout: KEPT_OPEN_MS,
      };
      const listening = listen({ fetch: app.fetch, hostname: host, port, serverOptions }, () =>
        resolve(listening as Server),
      );
      listening.once('error', (cause: NodeJS.ErrnoException) => {
        const isTaken = cause.code === 'EADDRINUSE' || cause.code === 'EACCES';
        const sentence = `Expected a free port for --port but received ${port}.`;
        reject(isTaken ? new GivernyError('OPTION_INVALID', sentence, { cause }) : cause);
      });
    });
    server.maxConnections = 2000;
    server.on('clientError', refuseBroken);
    const worker = paints ? workerOf(database, blobs, options, logger, offers) : undefined;
    const { port: given } = server.address() as AddressInfo;
    const ended = new AbortController();
    return {
      outdated: unheard(outdated(database, ended.signal)),
      url: `http://${host.includes(':') ? `[${host}]` : host}:${given}/`,
      async close() {
        ended.abort();
        server.close();
        await worker?.drain();
        server.closeAllConnections();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What is no HTTP never becomes a request: it is answered here, in the same form. */
function refuseBroken({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const refusal = BROKEN[code ?? ''] ?? new Refusal('HTTP_INVALID', 'Expected a request of HTTP but it is malformed.');
  const { status, title, ...problem } = problemOf(refusal);
  const body = JSON.stringify({ ...problem, title, status });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const BROKEN: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: new Refusal('HEADERS_TOO_LARGE', 'Expected at most 16 KB of headers but there are more.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Refusal('TOO_SLOW', 'Expected a whole request within two minutes but it took longer.'),
};
