/**
 * Kills workers, the server and Postgres (kill -9) at random moments while clients order paintings, and looks that every
 * accepted one ended once, with the picture of an unbroken run:
 * `node dist/bench/service-kills.js [--kills 30] [--seed 1]`.
 */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seeded } from './kills.js';
import {
  accepted,
  faultsOf,
  type Process,
  say,
  startServer,
  startWorker,
  unbroken,
  untilIdle,
  uploaded,
  waiting,
  withFleet,
} from './service/fleet.js';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(values.kills);
const random = seeded(Number(values.seed));
const PORT = 4792;
const url = `http://127.0.0.1:${PORT}`;
const OPTIONS = { size: 64, steps: 24, firstSize: 0, tolerance: 0 };

await withFleet(async (postgres, database) => {
  let server = await startServer(postgres.url, PORT);
  const workers: Process[] = [startWorker(postgres.url), startWorker(postgres.url)];
  const order = await uploaded(url, OPTIONS);
  const wanted = await unbroken(database, url, order);
  const began = performance.now();

  let isOver = false;
  const ids: string[] = [];
  const ordering = (async () => {
    while (!isOver) {
      ids.push(await accepted(url, order, `painting ${ids.length}`.replace(' ', '-')));
      await sleep(500 + 1500 * random());
      // No more wait than the workers soon paint.
      while (!isOver && (await waiting(database)) > 4) await sleep(500);
    }
  })();

  const told = { worker: 0, server: 0, Postgres: 0 };
  for (let kill = 0; kill < kills; kill++) {
    await sleep(500 + 6500 * random());
    const which = (['worker', 'worker', 'server', 'Postgres'] as const)[Math.floor(4 * random())] ?? 'worker';
    told[which]++;
    if (which === 'worker') {
      const i = Math.floor(workers.length * random());
      await workers[i]?.kill();
      workers[i] = startWorker(postgres.url);
    } else if (which === 'server') {
      await server.kill();
      server = await startServer(postgres.url, PORT);
    } else {
      await postgres.kill();
      await postgres.start();
    }
    say(`kill ${kill + 1}: ${which}, ${ids.length} paintings accepted`);
  }
  isOver = true;
  await ordering;
  await untilIdle(database);
  const faults = await faultsOf(database, url, ids, wanted);
  const [rows] = await database.query<{ paintings: number; attempts: number; blobs: number }>(
    `select count(*)::int as paintings, sum(attempt)::int as attempts,
       (select count(*)::int from giverny.blobs where kind = 'result') as blobs from giverny.paintings`,
  );
  say(
    `${kills} kills (${told.worker} of workers, ${told.server} of the server, ${told.Postgres} of Postgres) in ${Math.round((performance.now() - began) / 1000)} s, seed ${values.seed}`,
  );
  say(
    `${ids.length} paintings accepted; ${rows?.paintings} in the database, with ${rows?.blobs} results, after ${rows?.attempts} attempts (one of each is the unbroken run)`,
  );
  if (rows?.paintings !== ids.length + 1 || rows.blobs !== rows.paintings)
    faults.push('paintings or results are too many or too few');
  say(faults.length === 0 ? 'every one ended once, with the picture of the unbroken run' : faults.join('\n'));
  process.exitCode = faults.length === 0 ? 0 : 1;
});
