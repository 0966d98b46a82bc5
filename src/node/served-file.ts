/** One file as HTTP serves it: compressed where it lies there so, validated by its content, in parts where asked for. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { hasTag, rangeOf } from './http-parts.js';

export const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof ENCODINGS;

export interface ServedFile {
  readonly path: string;
  /** Beside it, the same compressed; the build writes them. */
  readonly encodings: readonly Encoding[];
}

/**
 * Answers GET and HEAD: 200, 206 for one range, 304 where the client has it, 416 for a range beyond its end.
 *
 * @param headers what the answer says besides: its type, how long it may be kept.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: ServedFile,
  headers: OutgoingHttpHeaders,
): Promise<void> {
  const wanted = request.headers.range;
  // A range counts bytes of the file, not of what it is compressed to.
  const encoding = wanted === undefined ? encodingOf(request, file) : undefined;
  const path = encoding === undefined ? file.path : file.path + ENCODINGS[encoding];
  const { size, tag } = await known(path);
  const common = {
    ...headers,
    etag: tag,
    'accept-ranges': 'bytes',
    ...(file.encodings.length > 0 ? { vary: 'accept-encoding' } : {}),
  };
  if (hasTag(request.headers['if-none-match'], tag)) {
    response.writeHead(304, common).end();
    return;
  }
  const isSame = [undefined, tag].includes(request.headers['if-range'] as string | undefined);
  const range = isSame && request.method === 'GET' ? rangeOf(wanted, size) : undefined;
  if (range === 'beyond') {
    response.writeHead(416, { ...common, 'content-range': `bytes */${size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...common,
    'content-length': end - start + 1,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
  });
  if (request.method === 'HEAD' || size === 0) response.end();
  else
    createReadStream(path, { start, end })
      .on('error', () => response.destroy())
      .pipe(response);
}

/** The best of a file's encodings that the client takes. */
function encodingOf({ headers }: IncomingMessage, { encodings }: ServedFile): Encoding | undefined {
  const accepted = String(headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.replace(/;.*/, '').trim());
  return encodings.find((encoding) => accepted.includes(encoding));
}

interface Known {
  readonly size: number;
  /** By content: installed packages have all the same date. */
  readonly tag: string;
  readonly mtimeMs: number;
}

const tags = new Map<string, Known>();

async function known(path: string): Promise<Known> {
  const { size, mtimeMs } = await stat(path);
  const before = tags.get(path);
  if (before && before.size === size && before.mtimeMs === mtimeMs) return before;
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part);
  const now = { size, mtimeMs, tag: `"${hash.digest('base64url').slice(0, 22)}"` };
  tags.set(path, now);
  return now;
}
