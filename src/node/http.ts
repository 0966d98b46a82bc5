/** HTTP requests that obey the proxy environment, do not wait for ever, and fail with a reason. */
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';

export interface HttpOptions {
  readonly signal?: AbortSignal;
  /** Give up on a server that sends nothing for so long; 30 s by default. */
  readonly stallMs?: number;
}

/** A request did not bring what it should; the message goes on after the server's name. */
export class RequestFailed extends Error {}

/**
 * Asks for a file from byte `first` on, following redirects, through HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 *
 * @param last the last byte wanted; by default that of the file.
 * @param version ETag that the file must still have; another file comes whole, with status 200.
 * @throws RequestFailed where no answer comes, or one other than 200 or 206.
 */
export async function getBytes(
  url: string,
  first: number,
  options: HttpOptions,
  last?: number,
  version?: string,
): Promise<Response> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'giverny' };
  if (first > 0 || last !== undefined) headers.range = `bytes=${first}-${last ?? ''}`;
  // A weak tag must not stand in If-Range (RFC 9110, 13.1.5).
  if (version && !version.startsWith('W/')) headers['if-range'] = version;
  const timeout = options.stallMs ?? 30_000;
  const dispatcher = new EnvHttpProxyAgent({
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: { timeout },
    // No connection is kept for another request, so that none holds up the end of the program.
    pipelining: 0,
  });
  let response: Response;
  try {
    response = await fetch(url, { headers, dispatcher, ...(options.signal && { signal: options.signal }) });
  } catch (error) {
    throw requestError(error, options, timeout);
  }
  const problem =
    url.startsWith('https:') && !response.url.startsWith('https:')
      ? 'redirects to an address without encryption'
      : response.status !== 200 && response.status !== 206
        ? `answers with status ${response.status}`
        : response.status === 206 && rangeOf(response)?.first !== first
          ? 'sends another part than was asked for'
          : undefined;
  if (problem) {
    await response.body?.cancel().catch(() => {});
    throw new RequestFailed(problem);
  }
  return response;
}

/** The pieces of an answer as they come. */
export async function* bodyOf(response: Response, options: HttpOptions): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of response.body ?? []) yield piece as Uint8Array;
  } catch (error) {
    throw requestError(error, options, options.stallMs ?? 30_000);
  }
}

/** The first byte of a part, and the length of the whole file where it is told. */
export function rangeOf(response: Response): { first: number; fileBytes: number | undefined } | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (!match) return undefined;
  return { first: Number(match[1]), fileBytes: match[2] === '*' ? undefined : Number(match[2]) };
}

function requestError(error: unknown, { signal }: HttpOptions, timeoutMs: number): unknown {
  if (signal?.aborted) return signal.reason;
  // fetch wraps the reason, sometimes twice.
  let reason = error as NodeJS.ErrnoException;
  while (reason.cause instanceof Error) reason = reason.cause;
  const code = reason.code ?? '';
  if (/TIMEOUT|TIMEDOUT/.test(code)) return new RequestFailed(`fell silent for ${timeoutMs / 1000} s`);
  if (reason.message === 'redirect count exceeded') return new RequestFailed('redirects without end');
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new RequestFailed('could not be found (no network?)');
  if (code === 'ECONNREFUSED') return new RequestFailed('refuses connections');
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return new RequestFailed('broke the connection');
  return new RequestFailed(`failed (${code || reason.message})`);
}
