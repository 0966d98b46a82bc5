/** Serves the built studio to this computer alone. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GivernyError } from '../core/errors.js';
import { sendFile } from './served-file.js';
import { headersOf, ISOLATION, type PageFiles, pathOf, STUDIO_FOLDER, studioFiles } from './studio-files.js';

export interface StudioServer {
  /** Such as http://127.0.0.1:4630/. */
  readonly url: string;
  close(): Promise<void>;
}

export interface StudioServerOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The static build. */
  readonly folder?: string;
  /** Left out to see how the page fares on a host that does not send them. */
  readonly isolated?: boolean;
}

/**
 * @throws GivernyError FILE_NOT_FOUND where the studio is not built, OPTION_INVALID where the port is taken.
 */
export async function serveStudio(options: StudioServerOptions = {}): Promise<StudioServer> {
  const { port = 0, folder = STUDIO_FOLDER, isolated = true } = options;
  const files = await studioFiles(folder);
  const server = createServer((request, response) => {
    answer(request, response, files, isolated).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new GivernyError('OPTION_INVALID', `Expected a free port for port but received ${port}.`, { cause: error })
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: PageFiles,
  isolated: boolean,
): Promise<void> {
  const path = pathOf(request.url ?? '/');
  const file = files.get(path);
  const refusal =
    // Another site's name that leads to this address is no way in.
    !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')
      ? 421
      : request.method !== 'GET' && request.method !== 'HEAD'
        ? 405
        : file === undefined && 404;
  if (refusal || file === undefined) {
    const allow = refusal === 405 ? { allow: 'GET, HEAD' } : {};
    const text = { 'content-type': 'text/plain; charset=utf-8', ...allow };
    response.writeHead(refusal || 404, text).end('Nothing here.\n');
    return;
  }
  await sendFile(request, response, file, {
    ...(isolated ? ISOLATION : {}),
    ...headersOf(path, file),
  });
}
