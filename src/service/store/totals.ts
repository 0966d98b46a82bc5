/** What happened since the first day, as counts and sums: paintings expire, their totals stay. */
import type { Queries } from './database.js';

/** `started`: seconds that paintings waited. `done`: seconds of their last attempt. */
export type Total = 'started' | 'done' | 'failed';

/** Rows of one total: as many transactions may add to it at a time. */
const SHARDS = 16;

export async function addToTotal(queries: Queries, name: Total, amount = 0): Promise<void> {
  await queries.query(
    `insert into giverny.totals as totals (name, shard, count, sum) values ($1, $2, 1, $3)
     on conflict (name, shard) do update set count = totals.count + 1, sum = totals.sum + excluded.sum`,
    [name, Math.floor(Math.random() * SHARDS), amount],
  );
}

export async function totals(
  queries: Queries,
): Promise<Record<Total, { readonly count: number; readonly sum: number }>> {
  const rows = await queries.query<{ name: Total; count: number; sum: number }>(
    'select name, sum(count) as count, sum(sum) as sum from giverny.totals group by name',
  );
  const found = new Map(rows.map(({ name, ...total }) => [name, total]));
  const of = (name: Total) => found.get(name) ?? { count: 0, sum: 0 };
  return { started: of('started'), done: of('done'), failed: of('failed') };
}
