/** `giverny serve`, `giverny worker`, `giverny token`: paintings over HTTP, on one machine or on many. */
import { join } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import type { DeviceChoice } from '../core/devices.js';
import { expected, GivernyError, show } from '../core/errors.js';
import { PLACES, type Place, type Scope } from '../service/api.js';
import type { ServiceOptions } from '../service/serve.js';
import { printEvent } from './events.js';
import { deviceFlag, memory, stateEverySeconds } from './flags.js';
import { portNumber, untilStopped, wholeNumber } from './serving.js';

interface Flags {
  readonly data: string;
  readonly blobs?: string;
  readonly jobs?: number;
  readonly device?: DeviceChoice;
  readonly threads?: number;
  readonly maxMemory?: number;
  readonly json?: boolean;
}

interface ServeFlags extends Flags {
  readonly host: string;
  readonly port: number;
  readonly studio: Place | 'off';
}

function place(text: string): Place | 'off' {
  const known = [...PLACES, 'off'] as const;
  if (known.includes(text as Place)) return text as Place;
  throw expected(`one of ${known.join(', ')}`, '--studio', text);
}

const withData = (command: Command) =>
  command.option('--data <folder>', 'where everything is kept, unless DATABASE_URL names a Postgres', 'giverny-data');

const withWorker = (command: Command, leastJobs: number) =>
  command
    .option(
      '--blobs <place>',
      'keep pictures in a folder that all machines share, or in s3://bucket/folder, not in the database',
    )
    .option('--jobs <n>', 'paintings at a time (default: 1)', wholeNumber('--jobs', leastJobs, 1000))
    .addOption(deviceFlag())
    .option('--threads <n>', 'threads of each painting (default: all cores)', wholeNumber('--threads', 1, 1024))
    .option(
      '--max-memory <bytes>',
      'of all paintings together, such as 4GB (default: three quarters of what there is)',
      memory,
    )
    .option('--json', 'print one JSON object per line: the address of a server, then the end');

export function serveCommand(): Command {
  const command = new Command('serve').description(
    'Serves paintings over HTTP, with a queue that outlives the process. Jobs and pictures are kept in a folder, or in the Postgres that the variable DATABASE_URL names. Beyond 127.0.0.1 a token is demanded: see giverny token. Ctrl-C keeps what is painted, and ends it.',
  );
  return withWorker(withData(command), 0)
    .option('--port <n>', 'port to serve at', portNumber, 4631)
    .option('--host <address>', 'address to serve at', '127.0.0.1')
    .option(
      '--studio <where>',
      'where its web page paints at first: device, server, or off for no page',
      place,
      'device',
    )
    .action(async ({ host, port, studio, ...flags }: ServeFlags) => {
      const { serve } = await loaded();
      const service = await serve({ ...optionsOf(flags), host, port, studio: studio === 'off' ? undefined : studio });
      if (flags.json) printEvent({ type: 'start', url: service.url });
      else process.stdout.write(`Giverny serves at ${service.url} (Ctrl-C ends it).\n`);
      await untilStopped(service, flags.json);
    });
}

export function workerCommand(): Command {
  const command = new Command('worker').description(
    'Paints for the servers that share the Postgres that DATABASE_URL names. Ctrl-C keeps what is painted for another worker, and ends it.',
  );
  return withWorker(command, 1).action(async (flags: Flags) => {
    const options = optionsOf({ ...flags, data: '' });
    if (options.url === undefined) {
      throw new GivernyError(
        'OPTION_INVALID',
        'Expected a Postgres in the variable DATABASE_URL but there is none; giverny serve paints by itself.',
      );
    }
    const { work } = await loaded();
    const service = await work(options);
    if (!flags.json) process.stdout.write('The worker waits for paintings (Ctrl-C ends it).\n');
    await untilStopped(service, flags.json);
  });
}

export function tokenCommand(): Command {
  const command = new Command('token')
    .description('Makes a token for a user of the service and prints it, once: the database keeps its hash alone.')
    .argument('<owner>', 'whose paintings it opens')
    .option('--scopes <list>', 'what it allows, of read, paint, admin', 'read,paint');
  return withData(command).action(async (owner: string, { scopes, data }: { scopes: string; data: string }) => {
    const [{ withDatabase }, { createToken }, { OWNER, SCOPES }] = await Promise.all([
      loaded(),
      import('../service/trust/tokens.js'),
      import('../service/contract.js'),
    ]);
    const wanted = scopes.split(',').map((scope) => scope.trim()) as Scope[];
    if (!wanted.every((scope) => SCOPES.includes(scope)))
      throw expected('some of read,paint,admin', '--scopes', scopes);
    if (!OWNER.test(owner)) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected letters, digits, . _ @ or - for owner but received ${show(owner)}.`,
      );
    }
    const token = await withDatabase(optionsOf({ data }), (database) =>
      createToken(database, { owner, scopes: wanted }),
    );
    process.stdout.write(`${token}\n`);
  });
}

/** @throws GivernyError PACKAGE_MISSING where the service's optional packages are not installed. */
async function loaded() {
  try {
    return await import('../service/serve.js');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new GivernyError(
      'PACKAGE_MISSING',
      'Expected the packages that the service needs but some are not installed; get them with npm install hono @hono/node-server pino pg @electric-sql/pglite.',
      { cause },
    );
  }
}

function optionsOf({ data, blobs, jobs, device, threads, maxMemory }: Flags): ServiceOptions {
  return {
    url: process.env.DATABASE_URL || undefined,
    folder: join(data),
    blobs,
    worker: { jobs, device, threads, maxMemory, stateEverySeconds: stateEverySeconds() },
  };
}
