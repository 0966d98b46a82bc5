/**
 * How much more two workers paint than one, with a core each, round by round in turn:
 * `node dist/bench/service-workers.js [--rounds 3] [--paintings 8]`.
 */
import { parseArgs } from 'node:util';
import { accepted, say, startServer, startWorker, untilIdle, uploaded, withFleet } from './service/fleet.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, paintings: { type: 'string', default: '8' } },
});
const [rounds, paintings] = [Number(values.rounds), Number(values.paintings)];
const PORT = 4794;
const url = `http://127.0.0.1:${PORT}`;
const OPTIONS = { size: 128, steps: 60, firstSize: 0, tolerance: 0 };

await withFleet(async (postgres, database) => {
  await startServer(postgres.url, PORT);
  const order = await uploaded(url, OPTIONS);
  let keys = 0;
  /** Seconds that so many workers take, each on its core, from the first attempt to the last end. */
  const paint = async (workers: number) => {
    const ready = Array.from({ length: workers }, (_, core) => startWorker(postgres.url, { core }));
    const ids: string[] = [];
    // The first paintings only warm up.
    for (let i = 0; i < workers; i++) await accepted(url, order, `key-${keys++}`);
    await untilIdle(database);
    for (let i = 0; i < paintings; i++) ids.push(await accepted(url, order, `key-${keys++}`));
    await untilIdle(database);
    const [row] = await database.query<{ seconds: number }>(
      'select extract(epoch from max(ended_at) - min(started_at))::float8 as seconds from giverny.paintings where id = any($1)',
      [ids],
    );
    for (const worker of ready) await worker.stop();
    return row?.seconds ?? Number.NaN;
  };
  let [one, two] = [0, 0];
  for (let round = 1; round <= rounds; round++) {
    const [alone, together] = [await paint(1), await paint(2)];
    one += alone;
    two += together;
    say(
      `round ${round}: ${paintings} paintings take one worker ${alone.toFixed(1)} s, two ${together.toFixed(1)} s: ${(alone / together).toFixed(2)} times the work`,
    );
  }
  say(`all rounds: ${(one / two).toFixed(2)} times the work`);
});
