/** Serves the built studio to this computer alone, with the headers that its threads and its safety ask for. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GivernyError } from '../core/errors.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** Where `npm run studio:build` puts the page. */
export const STUDIO_FOLDER = join(PACKAGE, 'dist/studio');
/** Parts of the page that the published package holds once, outside the page's folder. */
const SHARED = { models: '.safetensors', 'examples/styles': '.jpg' };

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** Threads need the first two; the page itself states the same policy of content for other hosts. */
const HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

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
  const files = await filesOf(folder);
  const server = createServer((request, response) => answer(request, response, files, isolated));
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

/** What may be asked for: the files there are, by their path in the URL, and nothing else. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${path.slice(folder.length + 1).replaceAll(sep, '/')}`, path);
  }
  const home = files.get('/index.html');
  if (home === undefined) {
    throw new GivernyError(
      'FILE_NOT_FOUND',
      `Expected the built studio in "${folder}" but there is none; in a clone, npm run studio:build makes it.`,
    );
  }
  if (folder === STUDIO_FOLDER) {
    for (const [part, ending] of Object.entries(SHARED)) {
      const names = await readdir(join(PACKAGE, part));
      for (const name of names.filter((each) => each.endsWith(ending))) {
        files.set(`/${part}/${name}`, join(PACKAGE, part, name));
      }
    }
  }
  return files.set('/', home);
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: ReadonlyMap<string, string>,
  isolated: boolean,
): void {
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
    response.writeHead(refusal || 404, { 'content-type': 'text/plain; charset=utf-8' }).end('Nothing here.\n');
    return;
  }
  response.writeHead(200, {
    ...(isolated ? HEADERS : {}),
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    // Names in assets/ carry a hash of what is inside.
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
}

/** The path of a request's URL; empty where it is none. */
function pathOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return '';
  }
}
