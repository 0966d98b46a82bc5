/** What happens to a painting, in order, for those who watch it. */
import type { Queries } from './database.js';

export interface PaintingEvent {
  /** Grows from event to event of one painting. */
  readonly seq: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/**
 * Adds an event. The painting's row must have been changed before in the same transaction: its lock makes events
 * become visible in the order of their numbers, so that who asks for those after one misses none.
 */
export async function addEvent(
  queries: Queries,
  painting: string,
  type: string,
  data: Record<string, unknown> = {},
): Promise<void> {
  await queries.query('insert into giverny.events (painting, type, data) values ($1, $2, $3::jsonb)', [
    painting,
    type,
    JSON.stringify(data),
  ]);
}

export async function eventsAfter(queries: Queries, painting: string, seq: number): Promise<PaintingEvent[]> {
  const rows = await queries.query<{ seq: number; type: string; data: Record<string, unknown> }>(
    'select seq::float8 as seq, type, data from giverny.events where painting = $1 and seq > $2 order by seq limit 200',
    [painting, seq],
  );
  return rows;
}
