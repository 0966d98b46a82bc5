/** Where the server is that a command speaks to, and with which token. */
import process from 'node:process';
import type { Command } from 'commander';
import { type Client, createClient, ServiceError } from '../../client.js';
import { GivernyError } from '../../core/errors.js';
import { readRegularFile } from '../../node/files/read.js';
import { fileArgument } from '../places.js';

export interface ServerFlags {
  readonly server?: string;
  readonly tokenFile?: string;
}

/** Where `giverny serve` serves if nobody says otherwise. */
const LOCAL = 'http://127.0.0.1:4631';
/** A server that is there answers within this time. */
const HELLO_MS = 5000;
/** Nobody would follow a painting by hand through a longer absence. */
const PATIENCE_MS = 600_000;
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])$/;

export const withServer = (command: Command) =>
  command
    .optionsGroup('Server:')
    .option('--server <url>', `where it is (default: the variable GIVERNY_SERVER, else ${LOCAL})`)
    .option(
      '--token-file <file>',
      'a file that holds the token, if it asks for one (default: the variable GIVERNY_TOKEN)',
      fileArgument,
    );

/**
 * Does some work with a server that is there and speaks our version of the API.
 *
 * @throws ServiceError
 */
export async function withClient<T>(flags: ServerFlags, work: (client: Client) => Promise<T>): Promise<T> {
  const server = flags.server ?? (process.env.GIVERNY_SERVER || LOCAL);
  const { token, from } = await tokenOf(flags);
  const { needsToken } = await createClient({ server, patienceMs: HELLO_MS }).server();
  const client = createClient({ server, token, patienceMs: PATIENCE_MS });
  const { protocol, hostname } = new URL(client.address);
  if (token !== undefined && protocol === 'http:' && !LOOPBACK.test(hostname)) {
    process.stderr.write(`The token goes to ${client.address} without encryption: https would keep it secret.\n`);
  }
  try {
    return await work(client);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'UNAUTHORIZED' || !needsToken) throw error;
    const received = token === undefined ? 'there is none: put it into GIVERNY_TOKEN' : `it refuses that of ${from}`;
    throw new ServiceError('UNAUTHORIZED', `Expected a token for ${client.address} but ${received}.`, { status: 401 });
  }
}

async function tokenOf({ tokenFile }: ServerFlags): Promise<{ token?: string; from: string }> {
  const variable = process.env.GIVERNY_TOKEN;
  if (tokenFile === undefined) return variable ? { token: variable.trim(), from: 'GIVERNY_TOKEN' } : { from: '' };
  const bytes = await readRegularFile(tokenFile, 'a token', 10_000, 'FILE_NOT_FOUND');
  const token = new TextDecoder().decode(bytes).trim();
  if (token !== '') return { token, from: tokenFile };
  throw new GivernyError('OPTION_INVALID', `Expected a token in "${tokenFile}" but it is empty.`);
}

/** The id of a painting. @throws GivernyError OPTION_INVALID */
export function idArgument(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new GivernyError(
    'OPTION_INVALID',
    `Expected the id of a painting, as giverny submit prints it, but received "${text}".`,
  );
}
