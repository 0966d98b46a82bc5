/** A Postgres, servers and workers as processes of their own, that a bench can kill, and a client of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type Database, openDatabase } from '#dist/service/store/database.js';
import { postgresFolder, startPostgres, type TestPostgres } from '../../test/support/databases.js';

const MAIN = fileURLToPath(import.meta.resolve('#dist/cli/main.js'));

export const say = (line: string) => process.stdout.write(`${line}\n`);

export interface Process {
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Asks it to end; its exit code. */
  stop(): Promise<number | null>;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** The core to stay on. */
  readonly core?: number;
  /** Runs behind all else. */
  readonly isNice?: boolean;
  /** The command's own file. */
  readonly main?: string;
  /** More arguments. */
  readonly args?: readonly string[];
}

const running = new Set<ChildProcess>();

function start(
  args: readonly string[],
  databaseUrl: string,
  { core, isNice, main = MAIN, args: more = [] }: ProcessOptions = {},
): { child: ChildProcess; process: Process } {
  const line = [process.execPath, main, ...args, ...more];
  if (core !== undefined) line.unshift('taskset', '-c', String(core));
  if (isNice) line.unshift('nice', '-n', '19');
  const child = spawn(line[0] as string, line.slice(1), {
    env: { ...process.env, DATABASE_URL: databaseUrl, GIVERNY_STATE_SECONDS: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000);
  });
  child.stdout?.resume();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.once('close', () => running.delete(child));
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    child,
    process: {
      kill: async () => void (await end('SIGKILL')),
      stop: () => end('SIGTERM'),
      get stderr() {
        return stderr;
      },
    },
  };
}

export function startWorker(databaseUrl: string, options?: ProcessOptions): Process {
  return start(['worker', '--threads', '1', '--max-memory', '2GB'], databaseUrl, options).process;
}

/** A server that only serves, and answers already. */
export async function startServer(databaseUrl: string, port: number, options?: ProcessOptions): Promise<Process> {
  const server = start(['serve', '--jobs', '0', '--port', String(port)], databaseUrl, options);
  while (!(await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))) {
    if (server.child.exitCode !== null) throw new Error(`The server ended: ${server.process.stderr}`);
    await sleep(50);
  }
  return server.process;
}

/** Runs `work` with a fresh Postgres, and ends all that it started. */
export async function withFleet(work: (postgres: TestPostgres, database: Database) => Promise<void>): Promise<void> {
  const bin = postgresFolder();
  if (!bin) throw new Error('Expected Debian’s postgresql to be installed but it is not.');
  const postgres = await startPostgres(bin);
  const database = await openDatabase({ url: postgres.url, folder: '' });
  try {
    await work(postgres, database);
  } finally {
    for (const child of running) child.kill('SIGKILL');
    await database.close();
    await postgres.stop();
  }
}

/** Soft waves as PNG. */
export function waves(width: number, height: number, wave: number): Promise<Buffer> {
  const bytes = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    return 128 + 60 * Math.sin((x * (c + 1)) / wave + y / 9) + 50 * Math.cos((y * wave) / 40);
  });
  return sharp(bytes, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Keeps asking until there is an answer, as a client does that is told to come again. */
export async function patiently(ask: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await ask().catch(() => undefined);
    if (response && response.status < 500 && response.status !== 429) return response;
    await response?.arrayBuffer().catch(() => {});
    await sleep(200);
  }
}

export interface Order {
  readonly content: string;
  readonly style: string;
  readonly options: Record<string, unknown>;
  readonly token?: string;
}

/** Uploads two pictures, and gives what an order of them is. */
export async function uploaded(url: string, options: Record<string, unknown>, token?: string): Promise<Order> {
  const ids: string[] = [];
  for (const wave of [9, 3]) {
    const body = new Uint8Array(await waves(80, 64, wave));
    const response = await patiently(() =>
      fetch(`${url}/v1/pictures`, { method: 'POST', body, headers: authorized(token) }),
    );
    if (response.status !== 201) throw new Error(await response.text());
    ids.push(((await response.json()) as { id: string }).id);
  }
  return { content: ids[0] as string, style: ids[1] as string, options, ...(token === undefined ? {} : { token }) };
}

export const authorized = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

export function create(url: string, { content, style, options, token }: Order, key?: string): Promise<Response> {
  return fetch(`${url}/v1/paintings`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...authorized(token),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ content, styles: [{ picture: style }], network: 'pocket', options }),
  });
}

/** A whole painting's id; the request is repeated with its key until it is accepted. */
export async function accepted(url: string, order: Order, key: string): Promise<string> {
  const response = await patiently(() => create(url, order, key));
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { id: string }).id;
}

/** The pixels of a result. */
export async function pixelsOf(url: string, id: string): Promise<Buffer> {
  const response = await patiently(() => fetch(`${url}/v1/paintings/${id}/result`));
  if (!response.ok) throw new Error(`${id}: ${await response.text()}`);
  return sharp(Buffer.from(await response.arrayBuffer()))
    .raw()
    .toBuffer();
}

/** Paintings that have not ended; Infinity while the database is away. */
export async function waiting(database: Database): Promise<number> {
  const [row] = await database
    .query<{ open: number }>(
      "select count(*)::int as open from giverny.paintings where status in ('queued', 'painting', 'paused')",
    )
    .catch(() => [undefined]);
  return row?.open ?? Number.POSITIVE_INFINITY;
}

/** Waits until no painting waits or is painted; the database may be away meanwhile. */
export async function untilIdle(database: Database): Promise<void> {
  while ((await waiting(database)) > 0) await sleep(500);
}

/** The picture of an unbroken run, to compare others with. */
export async function unbroken(database: Database, url: string, order: Order): Promise<Buffer> {
  const id = await accepted(url, order, 'unbroken');
  await untilIdle(database);
  return pixelsOf(url, id);
}

/** What is wrong with paintings that ought to have ended once, with the same picture. */
export async function faultsOf(
  database: Database,
  url: string,
  ids: readonly string[],
  wanted: Buffer,
): Promise<string[]> {
  const faults: string[] = [];
  for (const id of ids) {
    const [row] = await database.query<{ status: string; ends: number; attempt: number; error: unknown }>(
      `select status, attempt, error, (select count(*)::int from giverny.events where painting = id and type = 'status'
         and data->>'status' in ('done', 'failed', 'cancelled')) as ends from giverny.paintings where id = $1`,
      [id],
    );
    if (row?.status !== 'done')
      faults.push(`${id} is ${row?.status ?? 'gone'} after ${row?.attempt} attempts: ${JSON.stringify(row?.error)}`);
    else if (row.ends !== 1) faults.push(`${id} ended ${row.ends} times`);
    else if (!(await pixelsOf(url, id)).equals(wanted)) faults.push(`${id} is another picture`);
  }
  return faults;
}
