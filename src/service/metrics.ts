/** Figures for Prometheus, of all workers together: they come from the database. */
import type { Database } from './store/database.js';
import { workersSeen } from './store/workers.js';

export async function metrics(database: Database): Promise<string> {
  const statuses = await database.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from giverny.paintings group by status',
  );
  const [sums] = await database.query<Record<'reserved' | 'wait' | 'seconds' | 'timed' | 'started', number>>(
    `select coalesce(sum(forecast_bytes) filter (where status = 'painting'), 0) as reserved,
       coalesce(sum(extract(epoch from started_at - created_at)), 0)::float8 as wait,
       count(started_at)::int as started, coalesce(sum(seconds), 0) as seconds, count(seconds)::int as timed
     from giverny.paintings`,
  );
  const workers = await workersSeen(database);
  const lines = (name: string, help: string, type: string, values: readonly string[]) => [
    `# HELP giverny_${name} ${help}`,
    `# TYPE giverny_${name} ${type}`,
    ...values.map((value) => `giverny_${name}${value}`),
  ];
  const summary = (sum = 0, count = 0) => [`_sum ${sum}`, `_count ${count}`];
  return [
    ...lines(
      'paintings',
      'Paintings that are kept, by status.',
      'gauge',
      statuses.map(({ status, count }) => `{status="${status}"} ${count}`),
    ),
    ...lines('wait_seconds', 'From creation to the first step.', 'summary', summary(sums?.wait, sums?.started)),
    ...lines('painting_seconds', 'Of paintings that are done.', 'summary', summary(sums?.seconds, sums?.timed)),
    ...lines('reserved_bytes', 'Memory reserved by paintings in progress.', 'gauge', [` ${sums?.reserved ?? 0}`]),
    ...lines('workers', 'Workers seen lately.', 'gauge', [` ${workers.count}`]),
    ...lines('worker_bytes', 'Memory of all workers.', 'gauge', [` ${workers.memory}`]),
    '',
  ].join('\n');
}
