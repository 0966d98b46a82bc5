/** HTTP downloads with proxy support, a stall timeout and descriptive errors. */
import http from 'node:http';
import https from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { show } from '../../core/errors.js';

export interface HttpOptions {
  readonly signal?: AbortSignal;
  /** A server that sends nothing for this long is given up. Default 30 s. */
  readonly stallMs?: number;
}

/** A request failed. The message continues a sentence that begins with the server's name: "broke the connection". */
export class RequestFailed extends Error {
  /** Whether the connection broke, so that the same request may succeed next time. */
  readonly broke: boolean;

  constructor(message: string, broke = false) {
    super(message);
    this.broke = broke;
  }
}

/** An answer whose body is still to come. Read the body to its end, or cancel. */
export interface Answer {
  /** Whether the body is the part that was asked for; otherwise it is the whole file. */
  readonly isPart: boolean;
  /** Length of the whole file, where the server tells it. */
  readonly fileBytes: number | undefined;
  readonly etag: string | undefined;
  /** @throws RequestFailed, or the signal's reason. */
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

const MAX_REDIRECTS = 10;

/**
 * Requests a file from byte `first` on. Follows redirects, and obeys HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 *
 * @param last the last byte wanted. Default: the file's last.
 * @param version the ETag of the file that the part belongs to; if the file has changed, all of it is sent.
 * @throws RequestFailed where the server does not answer with a file; the signal's reason.
 */
export async function getBytes(
  url: string,
  first: number,
  { signal, stallMs = 30_000 }: HttpOptions,
  last?: number,
  version?: string,
): Promise<Answer> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'giverny' };
  if (first > 0 || last !== undefined) headers.range = `bytes=${first}-${last ?? ''}`;
  // A weak tag must not stand in If-Range (RFC 9110, 13.1.5).
  if (version && !version.startsWith('W/')) headers['if-range'] = version;

  // One clock runs from the proxy's answer to the last byte. Whatever arrives sets it back.
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(new RequestFailed(`fell silent for ${stallMs / 1000} s`)), stallMs);
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const fail = (error: unknown) => {
    clearTimeout(clock);
    return stopped.aborted ? stopped.reason : reasonOf(error);
  };
  try {
    const response = await follow(url, headers, stopped);
    clock.refresh();
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '');
    const isPart = response.statusCode === 206;
    if (isPart && Number(range?.[1]) !== first) {
      response.destroy();
      throw new RequestFailed('sends another part than was asked for');
    }
    const length = isPart ? range?.[2] : response.headers['content-length'];
    return {
      isPart,
      fileBytes: length === undefined || length === '*' ? undefined : Number(length),
      etag: response.headers.etag,
      body: (async function* () {
        try {
          for await (const piece of response) {
            clock.refresh();
            yield piece;
          }
        } catch (error) {
          throw fail(error);
        } finally {
          clearTimeout(clock);
        }
      })(),
      cancel: () => {
        clearTimeout(clock);
        response.destroy();
      },
    };
  } catch (error) {
    throw fail(error);
  }
}

/** The first answer that is no redirect. */
async function follow(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  let target = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await request(target, headers, signal);
    const { statusCode = 0 } = response;
    if (statusCode === 200 || statusCode === 206) return response;
    response.destroy();
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(statusCode) || !location) {
      throw new RequestFailed(`answers with status ${statusCode}`);
    }
    const next = URL.canParse(location, target.href) ? new URL(location, target) : undefined;
    if (!next || !/^https?:$/.test(next.protocol)) throw new RequestFailed('redirects to no address');
    if (target.protocol === 'https:' && next.protocol === 'http:') {
      throw new RequestFailed('redirects to an address without encryption');
    }
    target = next;
  }
  throw new RequestFailed('redirects without end');
}

function request(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<http.IncomingMessage> {
  const proxy = getProxyForUrl(url.href);
  // Without an agent no connection is kept open for another request, which would delay the end of the program.
  // The signal ends the connection to the proxy as well: a proxy may be silent too.
  const agent = proxy ? new HttpsProxyAgent(proxy, { signal }) : false;
  const { get } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    get(url.href, { headers, agent, signal }, resolve).on('error', reject);
  });
}

function reasonOf(error: unknown): unknown {
  if (error instanceof RequestFailed) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new RequestFailed('could not be found (no network?)');
  if (code === 'ECONNREFUSED') return new RequestFailed('refuses connections');
  if (code === 'ECONNRESET') return new RequestFailed('broke the connection', true);
  if (code === 'ETIMEDOUT') return new RequestFailed('did not answer');
  // A message may quote what a proxy sent.
  return new RequestFailed(`failed (${code || show(message)})`);
}
