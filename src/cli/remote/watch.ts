/** `giverny watch` and `giverny fetch`: paintings that a server paints. */
import process from 'node:process';
import { Command } from 'commander';
import type { Client } from '../../client.js';
import { printEvent } from '../events.js';
import { fileArgument } from '../places.js';
import { idArgument, type ServerFlags, withClient, withServer } from './connect.js';
import { type FollowFlags, follow } from './follow.js';
import { type Output, type OutputFlags, outputOf } from './output.js';

const ID_HELP = 'what giverny submit printed';

export function watchCommand(): Command {
  const command = new Command('watch')
    .description(
      'Shows how a painting goes that a server paints, until it is done. A lost connection is made again. Ctrl-C ends the watching, and the painting goes on.',
    )
    .argument('<id>', ID_HELP, idArgument)
    .option('--json', 'print one JSON object per line: see docs/service.md')
    .option('-q, --quiet', 'print nothing but errors')
    .action((id: string, flags: ServerFlags & FollowFlags) =>
      withClient(flags, async (client) => {
        const painting = await follow(client, id, flags);
        if (!painting) return;
        if (flags.json) printEvent({ type: 'done', exitCode: 0, id });
        else if (!flags.quiet) process.stdout.write(`It is painted: giverny fetch ${id}\n`);
      }),
    );
  return withServer(command);
}

interface FetchFlags extends ServerFlags, OutputFlags {
  readonly preview?: boolean;
  readonly quiet?: boolean;
}

export function fetchCommand(): Command {
  const command = new Command('fetch')
    .description('Gets a picture that a server has painted.')
    .argument('<id>', ID_HELP, idArgument)
    .option(
      '-o, --output <file>',
      'where it goes; - is standard output (default: painting-<id>.png, or the next free name)',
      fileArgument,
    )
    .option('--no-clobber', 'refuse to overwrite what -o names')
    .option('--preview', 'the picture so far, a JPEG')
    .option('--json', 'print one JSON object: see docs/service.md')
    .option('-q, --quiet', 'print nothing but errors')
    .action(async (id: string, flags: FetchFlags) => {
      const output = await outputOf(flags, `painting-${id.slice(0, 8)}`);
      await withClient(flags, (client) => save(client, id, output, flags));
    });
  return withServer(command);
}

/** Writes a painting's result, and says where. */
export async function save(
  client: Client,
  id: string,
  output: Output,
  { preview, json, quiet }: Pick<FetchFlags, 'preview' | 'json' | 'quiet'>,
): Promise<void> {
  const written = await output.write(await (preview ? client.preview(id) : client.result(id)));
  if (json) printEvent({ type: 'done', exitCode: 0, id, output: written });
  else if (!quiet && written !== undefined) process.stdout.write(`Saved ${written}.\n`);
}
