/** Bytes of a picture as HTTP gives them: with an ETag, and in ranges. */
import type { Context } from 'hono';
import { Refusal } from '../problems.js';
import type { BlobInfo } from '../store/blobs.js';
import type { Env, ServiceParts } from './context.js';

/** Answers with a blob; what the client has already it is not sent again. */
export async function bytesResponse(context: Context<Env>, parts: ServiceParts, blob: BlobInfo): Promise<Response> {
  const etag = `"${blob.sha256}"`;
  const headers: Record<string, string> = {
    etag,
    'content-type': blob.mediaType,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-disposition': 'inline',
  };
  const known = context.req.header('if-none-match');
  if (
    known !== undefined &&
    (known === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag))
  ) {
    return new Response(null, { status: 304, headers });
  }
  const bytes = await parts.blobs.bytes(parts.database, blob.id);
  if (!bytes) throw new Refusal('NOT_FOUND', 'Expected a picture but it is gone.');
  const whole = context.req.header('if-range');
  const range = whole === undefined || whole === etag ? rangeOf(context.req.header('range'), bytes.length) : undefined;
  if (!range) return new Response(Buffer.from(bytes), { headers: { ...headers, 'content-length': `${bytes.length}` } });
  const [from, to] = range;
  return new Response(Buffer.from(bytes.subarray(from, to + 1)), {
    status: 206,
    headers: {
      ...headers,
      'content-range': `bytes ${from}-${to}/${bytes.length}`,
      'content-length': `${to + 1 - from}`,
    },
  });
}

/** First and last byte asked for; undefined for all of them, also where several ranges are asked for at once. */
function rangeOf(header: string | undefined, length: number): [number, number] | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, length - Number(last)) : Number(first);
  const to = first === '' || last === '' ? length - 1 : Math.min(length - 1, Number(last));
  if (from <= to) return [from, to];
  throw new Refusal('RANGE_INVALID', `Expected a range within ${length} bytes.`, {
    'content-range': `bytes */${length}`,
  });
}
