/** The workers there are, by when they were seen last. */
import type { Device, DeviceChoice } from '../../core/devices.js';
import type { Queries } from './database.js';

/** Workers that were seen within this time count. */
const SEEN_SECONDS = 30;
const COUNTED = `seen_at > now() - interval '${SEEN_SECONDS} seconds'`;

export interface SeenWorker {
  readonly id: string;
  readonly host: string;
  readonly version: string;
  readonly memoryBytes: number;
  /** Its graphics device, or cpu. */
  readonly device: Device;
}

/** A worker is there, still. */
export async function seen(queries: Queries, { id, host, version, memoryBytes, device }: SeenWorker): Promise<void> {
  await queries.query(
    `insert into giverny.workers (id, host, version, memory_bytes, device) values ($1, $2, $3, $4, $5)
     on conflict (id) do update set seen_at = now()`,
    [id, host, version, memoryBytes, device],
  );
}

export async function gone(queries: Queries, id: string): Promise<void> {
  await queries.query('delete from giverny.workers where id = $1', [id]);
}

/** What paintings may be ordered for that a worker takes: every worker has a CPU. */
export const devicesOf = (device: Device): DeviceChoice[] => ['auto', 'cpu', device];

/**
 * The most that a worker can give a painting, in bytes; undefined where no worker was seen lately.
 *
 * @param device that the worker must have.
 */
export async function mostBytes(queries: Queries, device: DeviceChoice = 'auto'): Promise<number | undefined> {
  const [row] = await queries.query<{ most: number | null }>(
    `select max(memory_bytes) as most from giverny.workers where ${COUNTED} and ($1 in ('auto', 'cpu') or device = $1)`,
    [device],
  );
  return row?.most ?? undefined;
}

/** How many there are, and their memory together. */
export async function workersSeen(queries: Queries): Promise<{ readonly count: number; readonly memory: number }> {
  const [row] = await queries.query<{ count: number; memory: number }>(
    `select count(*)::int as count, coalesce(sum(memory_bytes), 0) as memory from giverny.workers where ${COUNTED}`,
  );
  return row ?? { count: 0, memory: 0 };
}
