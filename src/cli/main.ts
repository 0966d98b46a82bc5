#!/usr/bin/env node
/** The command `giverny`. */
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { GivernyError, printable, printableJson } from '../core/errors.js';
import { VERSION } from '../node/version.js';
import { networkCommand } from './network.js';
import { paintCommand } from './paint.js';
import { recipeCommand } from './recipe.js';
import { studioCommand } from './studio.js';

const WELCOME = `Giverny paints a photo in the style of a painting.

  giverny photo.jpg painting.jpg               writes photo-painting.png
  giverny photo.jpg painting.jpg -o out.jpg    writes out.jpg
  giverny --help                               all there is
`;

const json = process.argv.includes('--json');

function program(): Command {
  const giverny = new Command('giverny')
    .description('Paints a photo in the style of a painting: neural style transfer by optimisation.')
    .usage('<photo> <painting> [options]\n       giverny <command> ...')
    .version(VERSION, '-V, --version', 'print the version')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addCommand(paintCommand(), { isDefault: true })
    .addCommand(recipeCommand())
    .addCommand(networkCommand())
    .addCommand(studioCommand())
    .addHelpText(
      'after',
      `
Examples:
  giverny photo.jpg painting.jpg                     writes photo-painting.png
  giverny photo.jpg painting.jpg -o out.jpg --size 800
  giverny photo.jpg painting.jpg --preset notebook   the teaching notebook to the letter

All painting options: giverny paint --help`,
    );
  const prepare = (command: Command) => {
    command.helpOption('-h, --help', 'print this help');
    if (command.commands.length > 0) command.helpCommand('help [command]', 'print the help of a command');
    // Errors are thrown to the one place that reports them; in JSON mode commander's own text would break the lines.
    command.exitOverride().configureOutput({ outputError: (text, write) => json || write(sentence(text)) });
    command.commands.forEach(prepare);
  };
  prepare(giverny);
  return giverny;
}

/** Commander's message in our form: a sentence, without its "error: ". */
function sentence(text: string): string {
  const message = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}\n`;
}

/** Says what went wrong, once, and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version end this way as well.
    if (error.exitCode !== 0 && json) printJson('USAGE', sentence(error.message).trim());
    return error.exitCode === 0 ? 0 : 2;
  }
  const known = error instanceof GivernyError;
  const message = printable(error instanceof Error ? error.message : String(error));
  const debug = process.env.GIVERNY_DEBUG === '1';
  if (json) printJson(known ? error.code : 'UNEXPECTED', message);
  else if (known) console.error(message);
  else
    console.error(`Something went wrong inside Giverny: ${message}${debug ? '' : ' (GIVERNY_DEBUG=1 shows where).'}`);
  if (debug) console.error(error);
  return known && error.kind === 'usage' ? 2 : 1;
}

function printJson(code: string, message: string): void {
  process.stdout.write(`${printableJson({ error: { code, message } })}\n`);
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (| head), or a terminal closed, is no reason to leave a painting unfinished.
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    console.error(`Expected to print but could not (${error.code}).`);
    process.exit(1);
  });
}

if (process.argv.length <= 2) {
  process.stdout.write(WELCOME);
} else {
  try {
    await program().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}
