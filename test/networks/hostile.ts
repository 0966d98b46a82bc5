/** A server on 127.0.0.1 that misbehaves by path, and keeps a log of what it was asked. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Behaviour = (request: IncomingMessage, response: ServerResponse, visit: number) => void;

/** Answers with a file as a good server does: ranges, If-Range, ETag. */
export function good(file: Uint8Array): Behaviour {
  return breaking(file, Number.POSITIVE_INFINITY);
}

/** Answers well, but breaks the connection after `bytes` of the body, the first `times`. */
export function breaking(file: Uint8Array, bytes: number, times = Number.POSITIVE_INFINITY): Behaviour {
  return (request, response, visit) => {
    const etag = `"${createHash('md5').update(file).digest('hex')}"`;
    const ifRange = request.headers['if-range'];
    const range =
      ifRange === undefined || ifRange === etag ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
    const first = Number(range?.[1] ?? 0);
    const end = Math.min(Number(range?.[2] || file.length - 1) + 1, file.length);
    if (first >= end) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
      return;
    }
    response.writeHead(range ? 206 : 200, {
      etag,
      'content-length': end - first,
      ...(range && { 'content-range': `bytes ${first}-${end - 1}/${file.length}` }),
    });
    if (visit > times || first + bytes >= end) response.end(file.subarray(first, end));
    else response.write(file.subarray(first, first + bytes), () => setTimeout(() => response.destroy(), 20));
  };
}

export interface HostileServer {
  readonly url: string;
  /** Such as "/file" or "/file bytes=100-". */
  readonly log: string[];
  close(): Promise<void>;
}

/** Serves each path by its behaviour; others are answered with 404. */
export async function serve(paths: Readonly<Record<string, Behaviour>>): Promise<HostileServer> {
  const log: string[] = [];
  const visits = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    visits.set(path, (visits.get(path) ?? 0) + 1);
    log.push([path, request.headers.range].filter(Boolean).join(' '));
    const behaviour = paths[path];
    if (behaviour) behaviour(request, response, visits.get(path) ?? 1);
    else response.writeHead(404).end('not here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
