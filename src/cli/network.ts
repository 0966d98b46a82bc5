/** `giverny network`: list, pull, import, info and remove. Each imports what it needs, so that help comes at once. */
import process from 'node:process';
import { Command } from 'commander';
import { printable, printableJson } from '../core/errors.js';
import { REGISTRY, registryEntry } from '../core/networks/registry.js';
import type { DownloadProgress } from '../node/networks/download.js';
import type { ListedNetwork } from '../node/networks/open.js';
import { fileArgument } from './places.js';

/** The command with its subcommands, to be mounted in the program. */
export function networkCommand(): Command {
  const command = new Command('network').description('see, get and remove networks');
  command
    .command('list')
    .description('networks that are here, and those that can be pulled')
    .option('--json', 'print JSON')
    .action(list);
  command
    .command('pull')
    .description(`download a network: ${REGISTRY.map((entry) => entry.name).join(', ')}`)
    .argument('<name>')
    .action(pull);
  command
    .command('import')
    .description('take a network from a file: safetensors, Keras .h5, MatConvNet .mat, TensorFlow.js model.json')
    .argument('<file>', '', fileArgument)
    .option('--name <name>', 'what to call it')
    .action(importFile);
  command
    .command('info')
    .description('layers, hash and provenance of a network')
    .argument('<name or file>', '', fileArgument)
    .option('--json', 'print JSON')
    .action(info);
  command.command('remove').description('remove a network from the cache').argument('<name>').action(remove);
  return command;
}

const opening = () => import('../node/networks/open.js');

async function list({ json }: { json?: boolean }): Promise<void> {
  const { listNetworks } = await opening();
  const networks = await listNetworks();
  if (json) return printJson(networks);
  const width = Math.max(...networks.map(({ name }) => name.length));
  for (const { name, state, sizeBytes, title, licence } of networks) {
    print(
      `${name.padEnd(width)}  ${STATES[state].padEnd(15)} ${megabytes(sizeBytes).padStart(7)}  ${title}, ${printable(licence, 100)}`,
    );
  }
}

const STATES: Record<ListedNetwork['state'], string> = {
  package: 'in the package',
  cache: 'in the cache',
  pull: 'can be pulled',
};

async function pull(name: string): Promise<void> {
  const entry = registryEntry(name);
  if (!entry) {
    const { unknownNetwork } = await opening();
    throw unknownNetwork(
      name,
      REGISTRY.map((known) => known.name),
    );
  }
  const { pullNetwork } = await import('../node/networks/pull.js');
  const progress = progressLine();
  const onWait = () => process.stderr.write(`Another process is downloading ${name}; waiting for it ...\n`);
  try {
    const file = await untilSignal((signal) => pullNetwork(entry, { onProgress: progress.show, onWait, signal }));
    progress.clear();
    print(`${name} is in the cache: ${file}`);
    print(`${entry.licence}, ${entry.attribution}`);
  } finally {
    progress.clear();
  }
}

/**
 * Runs something long until it is done or a signal comes. Then it gets the chance to clean up (a lock left behind
 * would hold up the next pull) before the signal ends the process.
 */
async function untilSignal<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let received: NodeJS.Signals | undefined;
  const listener = (signal: NodeJS.Signals) => {
    received ??= signal;
    // The next one meets no listener, and ends the process at once.
    for (const name of signals) process.removeListener(name, listener);
    stop.abort();
  };
  for (const name of signals) process.on(name, listener);
  try {
    return await run(stop.signal);
  } finally {
    for (const name of signals) process.removeListener(name, listener);
    if (received) process.kill(process.pid, received);
  }
}

/** One line on a terminal, rewritten at most ten times a second; nothing where standard error is no terminal. */
function progressLine() {
  let shown = 0;
  const write = (text: string) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);
  return {
    show({ url, receivedBytes, totalBytes }: DownloadProgress): void {
      if (Date.now() - shown < 100 && receivedBytes < totalBytes) return;
      shown = Date.now();
      const done = Math.floor((20 * receivedBytes) / totalBytes);
      const bar = '█'.repeat(done) + '░'.repeat(20 - done);
      write(`${bar} ${megabytes(receivedBytes)} of ${megabytes(totalBytes)} from ${new URL(url).host}`);
    },
    clear(): void {
      if (shown > 0) write('');
      shown = 0;
    },
  };
}

async function importFile(file: string, { name }: { name?: string }): Promise<void> {
  const { importNetwork } = await opening();
  const imported = await importNetwork(file, name);
  print(`${imported.name} is in the cache: ${imported.path}`);
}

async function info(nameOrFile: string, { json }: { json?: boolean }): Promise<void> {
  const { openNetwork } = await opening();
  const { tensors, convolutions, ...about } = await openNetwork(nameOrFile);
  const layers = convolutions.map(({ name, outputChannels }) => ({
    name,
    channels: outputChannels,
    ...(tensors[`${name}.tap`] && { tap: tensors[`${name}.tap`]?.shape[0] }),
  }));
  const parameters = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
  if (json) return printJson({ ...about, parameters, layers });
  const lines = {
    name: about.name,
    file: about.path,
    layers: layers.map(({ name, channels }) => `${name} ${channels}`).join(', '),
    parameters: parameters.toLocaleString('en'),
    mean: about.mean.join(', '),
    ...about.metadata,
    hash: about.hash,
  };
  for (const [label, value] of Object.entries(lines)) print(`${printable(label, 60).padEnd(12)} ${value}`);
}

async function remove(name: string): Promise<void> {
  const { removeNetwork } = await opening();
  print((await removeNetwork(name)) ? `${name} is removed from the cache.` : `${name} was not in the cache.`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value, 2)}\n`);
}
