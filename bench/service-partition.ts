/**
 * A worker that cannot reach the database for a minute or more, though its connections stay open, while another can: the
 * painting ends once, with the picture of an unbroken run: `node dist/bench/service-partition.js [--seconds 60]`.
 */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Database } from '#dist/service/store/database.js';
import { cuttable } from '../test/support/cuttable.js';
import {
  accepted,
  faultsOf,
  say,
  startServer,
  startWorker,
  unbroken,
  untilIdle,
  uploaded,
  withFleet,
} from './service/fleet.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const PORT = 4795;
const url = `http://127.0.0.1:${PORT}`;

/** Waits until it holds of a painting; a connection that is lost meanwhile is made again. */
async function until(database: Database, id: string, condition: string): Promise<void> {
  const sql = `select 1 from giverny.paintings where id = $1 and ${condition}`;
  for (;;) {
    if ((await database.query(sql, [id]).catch(() => [])).length > 0) return;
    await sleep(100);
  }
}

await withFleet(async (postgres, database) => {
  await startServer(postgres.url, PORT);
  const proxy = await cuttable(Number(new URL(postgres.url).port));
  const order = await uploaded(url, { size: 96, steps: 60, firstSize: 0, tolerance: 0 });
  const cutOff = startWorker(postgres.url.replace(/:\d+\//, `:${proxy.port}/`));
  const wanted = await unbroken(database, url, order);

  const id = await accepted(url, order, 'cut-off');
  await until(database, id, 'step > 20');
  proxy.cut(true);
  const began = performance.now();
  const other = startWorker(postgres.url);
  await until(database, id, 'attempt >= 2');
  say(`the other worker took over after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await until(database, id, "status = 'done'");
  say(`and was done after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await sleep(Math.max(0, Number(values.seconds) * 1000 - (performance.now() - began)));
  proxy.cut(false);
  const cutSeconds = Math.round((performance.now() - began) / 1000);
  // The one that was cut off finds out, and paints on with the next.
  await other.stop();
  const next = await accepted(url, order, 'after');
  await untilIdle(database);
  const faults = await faultsOf(database, url, [id, next], wanted);
  const code = await cutOff.stop();
  proxy.close();
  say(
    faults.length === 0
      ? `cut off for ${cutSeconds} s: it ended once, with the picture of the unbroken run; the worker painted the next one and ended with ${code}`
      : faults.join('\n'),
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
});
