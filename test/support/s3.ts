/** A bucket in memory that checks signatures as S3 does (Signature Version 4), written from Amazon's description. */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Bucket {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** Status codes of the answers that come next, in place of what would be done. */
  readonly failures: number[];
  close(): Promise<void>;
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** The signature that a request should bear. */
function signatureOf(
  { method, url = '/', headers }: IncomingMessage,
  signed: string[],
  scope: string[],
  secret: string,
) {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  searchParams.sort();
  const canonical = [
    method,
    pathname,
    searchParams.toString(),
    ...signed.map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function isSigned(request: IncomingMessage, body: Buffer, keys: { readonly id: string; readonly secret: string }) {
  const { authorization = '' } = request.headers;
  const [, credential = '', signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(authorization) ??
    [];
  const [id, ...scope] = credential.split('/');
  const names = signed.split(';');
  return (
    id === keys.id &&
    ['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => names.includes(name)) &&
    request.headers['x-amz-content-sha256'] === sha256(body) &&
    signature === signatureOf(request, names, scope, keys.secret)
  );
}

export async function openBucket(
  name: string,
  keys: { readonly id: string; readonly secret: string },
): Promise<Bucket> {
  const objects = new Map<string, Buffer>();
  const failures: number[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const answer = (status: number, data?: Buffer) => response.writeHead(status).end(data);
    const failure = failures.shift();
    if (failure !== undefined) return answer(failure);
    if (!isSigned(request, body, keys)) return answer(403);
    const { url = '' } = request;
    if (!url.startsWith(`/${name}/`)) return answer(404);
    if (request.method === 'PUT') return objects.set(url, body) && answer(200);
    if (request.method === 'DELETE') return answer(objects.delete(url) ? 204 : 404);
    const found = objects.get(url);
    return found ? answer(200, found) : answer(404);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    failures,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
