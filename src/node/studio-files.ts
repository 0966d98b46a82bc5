/** The files of the built studio, and the headers that its threads and its safety ask for. */
import { statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GivernyError } from '../core/errors.js';
import { ENCODINGS, type ServedFile } from './served-file.js';

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

/** Threads need the first two. */
export const ISOLATION: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

/** A file of the page. */
export interface PageFile extends ServedFile {
  /** The content security policy that a page states for hosts that send none. */
  readonly policy?: string | undefined;
}

export type PageFiles = ReadonlyMap<string, PageFile>;

/**
 * What may be asked for: the files there are, by their path in the URL, and nothing else.
 *
 * @throws GivernyError FILE_NOT_FOUND where the studio is not built.
 */
export async function studioFiles(folder = STUDIO_FOLDER): Promise<PageFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const compressed = new Set(paths.flatMap((path) => Object.values(ENCODINGS).map((ending) => path + ending)));
  const files = new Map<string, PageFile>();
  for (const path of paths.filter((each) => !compressed.has(each))) {
    const policy = extname(path) === '.html' ? policyOf(await readFile(path, 'utf8')) : undefined;
    files.set(`/${path.slice(folder.length + 1).replaceAll(sep, '/')}`, { ...served(path), policy });
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
        files.set(`/${part}/${name}`, served(join(PACKAGE, part, name)));
      }
    }
  }
  return files.set('/', home);
}

/** A file with what the build compressed of it, unless that is older. */
function served(path: string): ServedFile {
  const all = Object.keys(ENCODINGS) as (keyof typeof ENCODINGS)[];
  const changed = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
  return { path, encodings: all.filter((name) => changed(path + ENCODINGS[name]) >= changed(path)) };
}

const policyOf = (html: string) =>
  /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'");

/** What an answer with a file of the page says besides. */
export function headersOf(path: string, file: PageFile): Record<string, string> {
  return {
    // A page cannot state by itself who may frame it.
    ...(file.policy === undefined ? {} : { 'content-security-policy': `${file.policy}; frame-ancestors 'none'` }),
    'content-type': TYPES[extname(file.path)] ?? 'application/octet-stream',
    // Names in assets/ carry a hash of what is inside.
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}

/** The path of a request's URL; empty where it is none. */
export function pathOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return '';
  }
}
