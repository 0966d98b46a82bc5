#!/usr/bin/env node
/** The command `giverny`: finds the subcommand, and reports errors in one place. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { ServiceError } from '../client/errors.js';
import { GivernyError, printable } from '../core/errors.js';
import { startAhead } from '../node/painting/process-ahead.js';
import { VERSION } from '../node/version.js';
import { printEvent } from './events.js';
import { usageSentence } from './usage.js';

const WELCOME = `Giverny paints a photo in the style of a painting.

  giverny photo.jpg painting.jpg               writes photo-painting.png
  giverny photo.jpg painting.jpg -o out.jpg    writes out.jpg
  giverny --help                               all there is
`;

interface Subcommand {
  readonly summary: string;
  /** Imports the subcommand's module. Modules load slowly, so that only the one in use is imported. */
  load(): Promise<Command>;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  paint: {
    summary: 'paint a photo in the style of a painting (the word "paint" may be left out)',
    load: async () => (await import('./paint.js')).paintCommand(),
  },
  resume: {
    summary: 'go on with a painting that was stopped, from its state file',
    load: async () => (await import('./resume.js')).resumeCommand(),
  },
  batch: {
    summary: 'paint many photos, each in the style of each painting',
    load: async () => (await import('./batch/batch.js')).batchCommand(),
  },
  sheet: {
    summary: 'small paintings of a photo with several settings, side by side',
    load: async () => (await import('./sheet.js')).sheetCommand(),
  },
  recipe: {
    summary: 'print the recipe that a painted picture carries',
    load: async () => (await import('./recipe.js')).recipeCommand(),
  },
  network: {
    summary: 'see, get and remove networks',
    load: async () => (await import('./network.js')).networkCommand(),
  },
  devices: {
    summary: 'what can compute paintings here, and how fast',
    load: async () => (await import('./devices.js')).devicesCommand(),
  },
  studio: {
    summary: 'the web page that paints, on this computer',
    load: async () => (await import('./studio.js')).studioCommand(),
  },
  serve: {
    summary: 'paintings over HTTP, with a queue',
    load: async () => (await import('./service.js')).serveCommand(),
  },
  worker: {
    summary: 'paint for servers that share a Postgres',
    load: async () => (await import('./service.js')).workerCommand(),
  },
  token: {
    summary: 'make a token for a user of the service',
    load: async () => (await import('./service.js')).tokenCommand(),
  },
  submit: {
    summary: 'order a painting from a server',
    load: async () => (await import('./remote/submit.js')).submitCommand(),
  },
  watch: {
    summary: 'see how a painting on a server goes',
    load: async () => (await import('./remote/watch.js')).watchCommand(),
  },
  fetch: {
    summary: 'get a picture that a server has painted',
    load: async () => (await import('./remote/watch.js')).fetchCommand(),
  },
  workbook: {
    summary: "the notebook's assignment: a folder to write in, and grades",
    load: async () => (await import('./workbook.js')).workbookCommand(),
  },
};

const args = process.argv.slice(2);
const json = args.includes('--json');

/** The subcommand that the arguments run; undefined where they ask for the program's own help or version. */
function wantedSubcommand(): string | undefined {
  const [first = '', second = ''] = args;
  if (['-h', '--help', '-V', '--version'].includes(first)) return undefined;
  const name = first === 'help' ? second : first;
  if (Object.hasOwn(SUBCOMMANDS, name)) return name;
  return first === 'help' ? undefined : 'paint';
}

/** Whether the arguments ask for a painting, as far as can be told before they are read. */
function willPaint(): boolean {
  const wanted = wantedSubcommand();
  if ((wanted !== 'paint' && wanted !== 'resume') || args.includes('--help') || args.includes('-h')) return false;
  const [first = '', second = ''] = args;
  return existsSync(first === wanted ? second : first);
}

async function program(): Promise<Command> {
  const giverny = new Command('giverny')
    .description('Paints a photo in the style of a painting: neural style transfer by optimisation.')
    .usage('<photo> <painting> [options]\n       giverny <command> ...')
    .version(VERSION, '-V, --version', 'print the version')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      `
Examples:
  giverny photo.jpg painting.jpg                     writes photo-painting.png
  giverny photo.jpg painting.jpg -o out.jpg --size 800
  giverny photo.jpg painting.jpg --preset notebook   the teaching notebook to the letter

All painting options: giverny paint --help`,
    );
  const wanted = wantedSubcommand();
  const isDefault = (name: string) => name === 'paint' && !isMistyped(args[0] ?? '');
  for (const [name, { summary, load }] of Object.entries(SUBCOMMANDS)) {
    const command = name === wanted ? await load() : new Command(name);
    giverny.addCommand(command.summary(summary), { isDefault: isDefault(name) });
  }
  const prepare = (command: Command) => {
    command.helpOption('-h, --help', 'print this help');
    if (command.commands.length > 0) command.helpCommand('help [command]', 'print the help of a command');
    // `report` prints all errors.
    command.exitOverride().configureOutput({ outputError: () => {} });
    command.commands.forEach(prepare);
  };
  prepare(giverny);
  return giverny;
}

/** Whether the first argument is a bare word that is neither a subcommand nor a file, such as "netwrok". */
function isMistyped(first: string): boolean {
  return /^[a-z]+$/i.test(first) && first !== 'help' && !Object.hasOwn(SUBCOMMANDS, first) && !existsSync(first);
}

/** Prints the one sentence that says what went wrong, and returns the exit code. */
function report(error: unknown): number {
  // Commander also throws after it has printed the help or the version.
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const debug = process.env.GIVERNY_DEBUG === '1';
  const { code, message, exitCode } = described(error);
  if (json) printEvent({ type: 'error', code, message, exitCode });
  else if (code !== 'UNEXPECTED') console.error(message);
  else
    console.error(`Something went wrong inside Giverny: ${message}${debug ? '' : ' (GIVERNY_DEBUG=1 shows where).'}`);
  if (debug) console.error(error);
  return exitCode;
}

function described(error: unknown): { code: string; message: string; exitCode: number } {
  if (error instanceof CommanderError) return { code: 'USAGE', message: usageSentence(error, args[0]), exitCode: 2 };
  if (error instanceof GivernyError || error instanceof ServiceError) {
    return { code: error.code, message: error.message, exitCode: error.kind === 'usage' ? 2 : 1 };
  }
  return {
    code: 'UNEXPECTED',
    message: printable(error instanceof Error ? error.message : String(error)),
    exitCode: 1,
  };
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A painting is finished even where nobody reads its progress any more (`| head`, a closed terminal).
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    console.error(`Expected to print but could not (${error.code}).`);
    process.exit(1);
  });
}

if (args.length === 0) {
  process.stdout.write(WELCOME);
} else {
  if (willPaint()) startAhead();
  try {
    await (await program()).parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}
