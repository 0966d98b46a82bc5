/** Figures for Prometheus, of all workers together: they come from the database, whatever it has kept. */
import type { Database } from './store/database.js';
import { totals } from './store/totals.js';
import { workersSeen } from './store/workers.js';

/** Paintings that have not ended; those that have are counted as they end. */
const OPEN = ['queued', 'painting', 'paused'] as const;

export async function metrics(database: Database): Promise<string> {
  const open = await database.query<{ status: string; count: number; bytes: number }>(
    `select status, count(*)::int as count, sum(forecast_bytes) as bytes from giverny.paintings
     where status in ('queued', 'painting', 'paused') group by status`,
  );
  const of = (status: string) => open.find((row) => row.status === status) ?? { count: 0, bytes: 0 };
  const { started, done, failed } = await totals(database);
  const workers = await workersSeen(database);
  const lines = (name: string, help: string, type: string, values: readonly string[]) => [
    `# HELP giverny_${name} ${help}`,
    `# TYPE giverny_${name} ${type}`,
    ...values.map((value) => `giverny_${name}${value}`),
  ];
  const summary = ({ sum, count }: { sum: number; count: number }) => [`_sum ${sum}`, `_count ${count}`];
  return [
    ...lines(
      'paintings',
      'Paintings that have not ended, by status.',
      'gauge',
      OPEN.map((status) => `{status="${status}"} ${of(status).count}`),
    ),
    ...lines('wait_seconds', 'From creation to the first attempt.', 'summary', summary(started)),
    ...lines('painting_seconds', 'Of the last attempt at paintings that are done.', 'summary', summary(done)),
    ...lines('failed_total', 'Paintings that failed for good.', 'counter', [` ${failed.count}`]),
    ...lines('reserved_bytes', 'Memory reserved by paintings in progress.', 'gauge', [` ${of('painting').bytes}`]),
    ...lines('workers', 'Workers seen lately.', 'gauge', [` ${workers.count}`]),
    ...lines('worker_bytes', 'Memory of all workers.', 'gauge', [` ${workers.memory}`]),
    '',
  ].join('\n');
}
