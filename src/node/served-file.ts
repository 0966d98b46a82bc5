/** One file as HTTP serves it: compressed where it lies there so, validated by its content, in parts where asked for. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasTag, rangeOf } from './http-parts.js';

export const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof ENCODINGS;

export interface ServedFile {
  readonly path: string;
  /** Beside it, the same compressed; the build writes them. */
  readonly encodings: readonly Encoding[];
}

/** What a client asks of a file. */
export interface FileRequest {
  readonly method: string;
  /** A header by its name in small letters. */
  header(name: string): string | undefined;
}

export interface FileAnswer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes to send, both ends included; none where the answer has no body. */
  readonly body?: { readonly path: string; readonly start: number; readonly end: number } | undefined;
}

/**
 * The answer to GET and HEAD: 200, 206 for one range, 304 where the client has it, 416 for a range beyond its end.
 *
 * @param headers what the answer says besides: its type, how long it may be kept.
 */
export async function answerWith(
  file: ServedFile,
  { method, header }: FileRequest,
  headers: Readonly<Record<string, string>>,
): Promise<FileAnswer> {
  const wanted = header('range');
  // A range counts bytes of the file, not of what it is compressed to.
  const encoding = wanted === undefined ? encodingOf(header('accept-encoding'), file) : undefined;
  const path = encoding === undefined ? file.path : file.path + ENCODINGS[encoding];
  const { size, tag } = await known(path);
  const common = {
    ...headers,
    etag: tag,
    'accept-ranges': 'bytes',
    ...(file.encodings.length > 0 ? { vary: 'accept-encoding' } : {}),
  };
  if (hasTag(header('if-none-match'), tag)) return { status: 304, headers: common };
  const isSame = [undefined, tag].includes(header('if-range'));
  const range = isSame && method === 'GET' ? rangeOf(wanted, size) : undefined;
  if (range === 'beyond') return { status: 416, headers: { ...common, 'content-range': `bytes */${size}` } };
  const { start, end } = range ?? { start: 0, end: size - 1 };
  return {
    status: range ? 206 : 200,
    headers: {
      ...common,
      'content-length': String(end - start + 1),
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
    },
    body: method === 'HEAD' || size === 0 ? undefined : { path, start, end },
  };
}

/** Answers a request of Node's own server with a file. */
export async function sendFile(
  { method = 'GET', headers: asked }: IncomingMessage,
  response: ServerResponse,
  file: ServedFile,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const header = (name: string) => asked[name] as string | undefined;
  const answer = await answerWith(file, { method, header }, headers);
  response.writeHead(answer.status, answer.headers);
  if (!answer.body) response.end();
  else
    createReadStream(answer.body.path, answer.body)
      .on('error', () => response.destroy())
      .pipe(response);
}

/** The best of a file's encodings that the client takes. */
function encodingOf(acceptEncoding = '', { encodings }: ServedFile): Encoding | undefined {
  const accepted = acceptEncoding
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
