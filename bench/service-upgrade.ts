/**
 * An upgrade while paintings are painted: an older build's server and worker beside this one's, on one database. Each
 * takes over from the other where it was killed: every painting ends once, with the picture of an unbroken run.
 * `node dist/bench/service-upgrade.js --old <the older build's dist/cli/main.js> [--paintings 6]`.
 */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
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

const { values } = parseArgs({ options: { old: { type: 'string' }, paintings: { type: 'string', default: '6' } } });
if (values.old === undefined) throw new Error('Expected --old with the file of an older build’s command.');
const older = { main: values.old };
const PORTS = { older: 4796, newer: 4797 };
const urls = { older: `http://127.0.0.1:${PORTS.older}`, newer: `http://127.0.0.1:${PORTS.newer}` };

await withFleet(async (postgres, database) => {
  await startServer(postgres.url, PORTS.older, older);
  let old = startWorker(postgres.url, older);
  // With its own first steps, as a default that has changed makes a state another painting's.
  const order = await uploaded(urls.older, { size: 96, steps: 60, firstSize: 0, firstSteps: 25, tolerance: 0 });
  const wanted = await unbroken(database, urls.older, order);
  say('an older worker has painted the picture to compare with');

  const ids: string[] = [];
  const orderOf = async (which: keyof typeof urls) => ids.push(await accepted(urls[which], order, `key-${ids.length}`));
  for (let i = 0; i < Number(values.paintings); i++) await orderOf('older');
  await startServer(postgres.url, PORTS.newer);
  say('the newer server has brought the tables up to date');
  for (let i = 0; i < Number(values.paintings); i++) await orderOf(i % 2 ? 'older' : 'newer');

  /** Waits until a painting with a state is painted, then kills its worker; the other version goes on with it. */
  const handOver = async (worker: { kill(): Promise<void> }, start: () => typeof old, what: string) => {
    let id: string | undefined;
    while (id === undefined) {
      const [row] = await database.query<{ id: string }>(
        "select id from giverny.paintings where status = 'painting' and step > 10 and state_blob is not null",
      );
      id = row?.id;
      await sleep(100);
    }
    await worker.kill();
    const next = start();
    while (
      (await database.query("select 1 from giverny.paintings where id = $1 and status = 'done'", [id])).length === 0
    )
      await sleep(200);
    const [row] = await database.query<{ attempt: number }>('select attempt from giverny.paintings where id = $1', [
      id,
    ]);
    say(`${what}: done after ${row?.attempt} attempts`);
    return next;
  };
  let newer = await handOver(old, () => startWorker(postgres.url), 'an older worker killed, a newer one goes on');
  old = await handOver(newer, () => startWorker(postgres.url, older), 'a newer worker killed, an older one goes on');
  newer = startWorker(postgres.url);
  await untilIdle(database);
  const faults = await faultsOf(database, urls.older, ids.slice(0, 4), wanted);
  faults.push(...(await faultsOf(database, urls.newer, ids.slice(4), wanted)));
  for (const fault of faults) say(fault);
  say(`${ids.length} paintings, ${faults.length} faults; SIGTERM ends the older worker with ${await old.stop()}`);
  await newer.stop();
  process.exitCode = faults.length > 0 ? 1 : 0;
});
