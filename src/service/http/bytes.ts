/** Bytes of a picture as HTTP gives them: with an ETag, and in ranges. */
import type { Context } from 'hono';
import { hasTag, rangeOf } from '../../node/http-parts.js';
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
  if (hasTag(context.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  const bytes = await parts.blobs.bytes(parts.database, blob.id);
  if (!bytes) throw new Refusal('NOT_FOUND', 'Expected a picture but it is gone.');
  const whole = context.req.header('if-range');
  const range = whole === undefined || whole === etag ? rangeOf(context.req.header('range'), bytes.length) : undefined;
  if (!range) return new Response(Buffer.from(bytes), { headers: { ...headers, 'content-length': `${bytes.length}` } });
  if (range === 'beyond') {
    throw new Refusal('RANGE_INVALID', `Expected a range within ${bytes.length} bytes.`, {
      'content-range': `bytes */${bytes.length}`,
    });
  }
  const { start, end } = range;
  return new Response(Buffer.from(bytes.subarray(start, end + 1)), {
    status: 206,
    headers: {
      ...headers,
      'content-range': `bytes ${start}-${end}/${bytes.length}`,
      'content-length': `${end + 1 - start}`,
    },
  });
}
