/** `giverny studio`: the web page that paints, served to this computer. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { Command } from 'commander';
import { GivernyError } from '../core/errors.js';
import { type StudioServer, serveStudio } from '../node/studio-server.js';
import { printEvent } from './events.js';
import { portNumber, untilStopped } from './serving.js';

/** Browsers keep what belongs to the page, such as its paintings, by its address: it should be the same every time. */
const PORT = 4630;

export function studioCommand(): Command {
  return new Command('studio')
    .description(
      'Serves the studio to this computer alone (127.0.0.1). The page paints in the browser itself: nothing is uploaded. Ctrl-C ends it.',
    )
    .option('--port <n>', `port to serve at (default: ${PORT}, or a free one where that is taken)`, portNumber)
    .option('--open', 'open the page in the browser')
    .option('--json', 'print one JSON object per line: the address, then the end')
    .action(studio);
}

async function studio({ port, open, json }: { port?: number; open?: boolean; json?: boolean }): Promise<void> {
  const server = await (port === undefined ? serveAnywhere() : serveStudio({ port }));
  if (json) printEvent({ type: 'start', url: server.url });
  else process.stdout.write(`The studio is at ${server.url} (Ctrl-C ends it).\n`);
  if (open) openInBrowser(server.url);
  await untilStopped(server, json);
}

function serveAnywhere(): Promise<StudioServer> {
  return serveStudio({ port: PORT }).catch((error: unknown) => {
    if (error instanceof GivernyError && error.code === 'OPTION_INVALID') return serveStudio();
    throw error;
  });
}

/** Where no browser can be opened, the address printed is enough. */
function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  spawn(command as string, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
