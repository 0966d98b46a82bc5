/** `giverny submit`: orders a painting from a server. */
import process from 'node:process';
import { Command } from 'commander';
import { expected, GivernyError } from '../../core/errors.js';
import { FORMATS, type PictureFormat } from '../../node/files/formats.js';
import { printEvent } from '../events.js';
import { formatName, optionFlags, presetFlag, printFlags, recipeFlag } from '../flags.js';
import { PrivateFolder } from '../pipes.js';
import { fileArgument, paintingArgument } from '../places.js';
import { asked, namesOf, type PaintFlags, printWish } from '../prepare.js';
import { styleFlags } from '../style-flags.js';
import { stemOf } from '../targets.js';
import { type ServerFlags, withClient, withServer } from './connect.js';
import { follow } from './follow.js';
import { orderOf } from './order.js';
import { outputOf } from './output.js';
import { save } from './watch.js';

interface SubmitFlags extends PaintFlags, ServerFlags {
  readonly format?: PictureFormat;
  readonly wait?: boolean;
  readonly priority?: number;
  readonly deadline?: number;
  readonly key?: string;
}

const EXAMPLES = `
Examples:
  giverny submit photo.jpg painting.jpg --size 800       prints the id of the painting
  giverny submit photo.jpg painting.jpg --wait -o out.png
  giverny watch <id>
  giverny fetch <id> -o out.png`;

export function submitCommand(): Command {
  const command = new Command('submit')
    .description('Orders a painting from a server (giverny serve) and prints its id.')
    .usage('<photo> <painting> [options]')
    .argument('[photo]', 'the picture to paint; - reads it from standard input', fileArgument)
    .argument('[painting]', 'the picture whose style to take', paintingArgument)
    .optionsGroup('Output:')
    .option('--wait', 'wait until it is done, and get the picture')
    .option(
      '-o, --output <file>',
      'with --wait: PNG, JPEG, WebP, TIFF or AVIF; - is standard output (default: as giverny paint)',
      fileArgument,
    )
    .option('--format <name>', `${FORMATS.join(', ')} (default: as -o says, else png)`, formatName)
    .option('--no-clobber', 'refuse to overwrite what -o names')
    .option('--json', 'print one JSON object per line: see docs/service.md')
    .option('-q, --quiet', 'print nothing but the id and errors')
    .optionsGroup('Queue:')
    .option('--priority <n>', 'from -10 to 10: higher comes first (default: 0)', priority)
    .option('--deadline <seconds>', 'a painting that is not done by then fails', seconds)
    .option('--key <text>', 'a name for this order: with the same again there is still one painting')
    .optionsGroup('Method:')
    .addOption(presetFlag())
    .addOption(recipeFlag())
    .option('--network <name>', 'what looks at the pictures, of those that the server has (default: auto)')
    .option('--coarse-network <name>', 'what looks at them at all scales but the last (default: auto)')
    .addHelpText('after', EXAMPLES)
    .action(submit);
  for (const option of [...printFlags(), ...styleFlags()]) command.addOption(option);
  for (const option of optionFlags()) command.addOption(option);
  return withServer(command);
}

async function submit(photo: string | undefined, painting: string | undefined, flags: SubmitFlags): Promise<void> {
  const { wait, json, quiet, key } = flags;
  if (!wait && flags.output !== undefined) {
    throw new GivernyError('OPTION_INVALID', 'Expected --wait along with -o but received none.');
  }
  const folder = new PrivateFolder();
  const wanted = await asked(photo, painting, flags, folder);
  const output = wait ? await outputOf(flags, stemOf(namesOf(wanted), {})) : undefined;
  if (output?.format !== undefined && flags.format !== undefined && output.format !== flags.format) {
    throw expected(`${output.format}, as -o says,`, '--format', flags.format);
  }
  const format = flags.format ?? output?.format ?? 'png';
  const print = printWish(wanted.repeat, flags, format);
  const order = {
    ...(await orderOf(wanted, folder)),
    format,
    ...(print ? { print } : {}),
    ...(flags.priority === undefined ? {} : { priority: flags.priority }),
    ...(flags.deadline === undefined ? {} : { deadlineSeconds: flags.deadline }),
  };
  // Standard output may be the picture's.
  const screen = output?.isStandardOutput ? process.stderr : process.stdout;
  for (const notice of wanted.repeat?.notices ?? []) if (!quiet && !json) process.stderr.write(`${notice}\n`);
  await withClient(flags, async (client) => {
    const { id, status } = await client.create(order, { idempotencyKey: key });
    if (json) printEvent({ type: 'submitted', id, server: client.address, status });
    else screen.write(`${id}\n`);
    if (output && (await follow(client, id, flags, screen))) await save(client, id, output, flags);
  });
}

function priority(text: string): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && Math.abs(value) <= 10) return value;
  throw expected('a whole number from -10 to 10', '--priority', text);
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 31_536_000) return value;
  throw expected('seconds above 0, a year at most,', '--deadline', text);
}
