/** Servers of other origins in the place of those that publish networks, and the built studio that asks them. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STUDIO_FOLDER } from '../../../src/node/studio-files.js';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Publisher {
  /** Such as http://127.0.0.1:4630. */
  readonly origin: string;
  /** What it does when it is asked, and how often it was. */
  answer: Answer;
  asked: number;
  close(): void;
}

export async function publisher(): Promise<Publisher> {
  const server = createServer((request, response) => {
    if (request.method !== 'OPTIONS') self.asked++;
    self.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: Publisher = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: refuse,
    asked: 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return self;
}

/** Lets pages of other sites read what it answers. */
const OPEN = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'range' };

/** The file, all of it or the part that is asked for. */
export const serve =
  (file: Uint8Array): Answer =>
  ({ headers }, response) => {
    const [, begin, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const part = begin === undefined ? file : file.subarray(Number(begin), Number(end) + 1);
    response.writeHead(begin === undefined ? 200 : 206, { ...OPEN, 'content-length': part.length }).end(part);
  };

/** Half of the file; then what `next` does. */
export const serveHalf =
  (file: Uint8Array, next: (response: ServerResponse) => void): Answer =>
  (_, response) => {
    const half = file.length / 2;
    response.writeHead(200, { ...OPEN, 'content-length': file.length }).write(file.subarray(0, half), () => {
      next(response);
    });
  };

export const refuse: Answer = (_, response) => response.writeHead(403, OPEN).end('No.');

/** Answers, but does not let pages of other sites read it. */
export const serveOwnSite =
  (file: Uint8Array): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-length': file.length }).end(file);

/**
 * A copy of the build in which texts are replaced: the publishers' origins, in its scripts and its policy alike, and
 * what its registry says of their files.
 */
export function studioAsking(changes: Readonly<Record<string, string>>): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-publishers-'));
  cpSync(STUDIO_FOLDER, folder, { recursive: true });
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(html|js)$/.test(name)) continue;
    let text = readFileSync(join(folder, name), 'utf8');
    for (const [from, to] of Object.entries(changes)) {
      if (!text.includes(from)) continue;
      found.add(from);
      text = text.replaceAll(from, to);
    }
    writeFileSync(join(folder, name), text);
  }
  const missing = Object.keys(changes).filter((from) => !found.has(from));
  if (missing.length > 0) throw new Error(`The build has nothing of ${missing.join(', ')}.`);
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
