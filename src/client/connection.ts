/** Requests to a service: with the token, repeated while that may help, and errors as the service tells them. */
import { printable } from '../core/errors.js';
import type { Problem } from '../service/contract.js';
import { ServiceError } from './errors.js';

/** Where a service is, and how patient a client is with it. */
export interface ConnectionOptions {
  /** Such as `https://paint.example.org/` or, in a page that the service handed out, `location.origin`. */
  readonly server: string | URL;
  /** Where the service asks for one. A function is asked before each request. */
  readonly token?: string | (() => string | undefined) | undefined;
  /** How long a call goes on trying while the service is away or busy, in milliseconds. Default 30 000. */
  readonly patienceMs?: number | undefined;
  /** In place of the environment's `fetch`, such as that of an application without a port. */
  readonly fetch?: ((request: Request) => Response | Promise<Response>) | undefined;
}

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The first pause before a request is repeated, and the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Statuses that say to come again: too many requests, or a proxy or service that is not ready. */
const AGAIN: readonly number[] = [429, 502, 503, 504];

export class Connection {
  readonly #base: URL;
  readonly #token: ConnectionOptions['token'];
  readonly #fetch: NonNullable<ConnectionOptions['fetch']>;
  readonly patienceMs: number;

  /** @throws ServiceError SERVER_UNKNOWN for an address that is none of HTTP. */
  constructor({ server, token, patienceMs = 30_000, fetch }: ConnectionOptions) {
    const base = URL.canParse(server) ? new URL(server) : undefined;
    if (!base || !/^https?:$/.test(base.protocol) || base.username !== '' || base.password !== '') {
      throw new ServiceError(
        'SERVER_UNKNOWN',
        `Expected the address of a server such as http://127.0.0.1:4631 but received "${printable(String(server), 60)}".`,
      );
    }
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    this.#base = base;
    this.#token = token;
    this.patienceMs = patienceMs;
    // A page's own fetch must be called as the window's.
    this.#fetch = fetch ?? ((request) => globalThis.fetch(request));
  }

  /** The address, without what may be secret in it. */
  get address(): string {
    return `${this.#base.origin}${this.#base.pathname}`;
  }

  /**
   * Asks, again and again while the service is away or busy and there is patience left.
   *
   * @param path below the service's address, without a slash before it.
   * @returns an answer that is no refusal.
   * @throws ServiceError with the service's own code and sentence; SERVER_UNREACHABLE; SERVER_UNKNOWN. DOMException
   *   AbortError where the signal says so.
   */
  async ask(path: string, asked: Asked = {}): Promise<Response> {
    const until = Date.now() + this.patienceMs;
    for (let tries = 0; ; tries++) {
      const outcome = await this.#once(path, asked);
      if (outcome instanceof Response) return outcome;
      const { error, afterMs } = outcome;
      if (afterMs === undefined) throw error;
      const pauseMs = Math.max(afterMs, pauseOf(tries));
      if (Date.now() + pauseMs > until) throw error;
      await pause(pauseMs, asked.signal);
    }
  }

  async #once(path: string, asked: Asked): Promise<Response | Failure> {
    const { method = 'GET', headers, body, signal } = asked;
    const token = typeof this.#token === 'function' ? this.#token() : this.#token;
    if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
      throw new ServiceError('TOKEN_INVALID', 'Expected a token of plain letters without spaces but it has others.');
    }
    const request = new Request(new URL(path, this.#base), {
      method,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: body ?? null,
      signal: signal ?? null,
      // Who hands a token elsewhere gives it away.
      redirect: 'manual',
    });
    try {
      const response = await this.#fetch(request);
      return response.ok || response.status === 304 ? response : await this.#refusal(response);
    } catch (cause) {
      signal?.throwIfAborted();
      const error = new ServiceError(
        'SERVER_UNREACHABLE',
        `Expected a server at ${this.address} but it cannot be reached${reasonOf(cause)}.`,
        { cause },
      );
      return { error, afterMs: 0 };
    }
  }

  async #refusal(response: Response): Promise<Failure> {
    const { status, headers } = response;
    const isProblem = headers.get('content-type')?.startsWith('application/problem+json') ?? false;
    const problem = isProblem
      ? ((await response.json().catch(() => undefined)) as Partial<Problem> | undefined)
      : undefined;
    if (!isProblem) await response.body?.cancel();
    const error =
      typeof problem?.code === 'string' && typeof problem.detail === 'string'
        ? new ServiceError(problem.code, problem.detail, { status })
        : new ServiceError(
            AGAIN.includes(status) ? 'SERVER_UNREACHABLE' : 'SERVER_UNKNOWN',
            `Expected a server of Giverny at ${this.address} but what answers is another (status ${status}).`,
            { status },
          );
    return { error, afterMs: AGAIN.includes(status) ? secondsOf(headers.get('retry-after')) * 1000 : undefined };
  }
}

interface Failure {
  readonly error: ServiceError;
  /** When to come again; undefined where that is of no use. */
  readonly afterMs: number | undefined;
}

/** `Retry-After` in seconds; 0 where it says none. */
function secondsOf(header: string | null): number {
  const seconds = Number(header ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}

/** Twice as long from try to try, and never the same for all clients of a server that comes back. */
export function pauseOf(tries: number): number {
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
  return most * (0.5 + Math.random() / 2);
}

/** @throws what the signal was aborted with. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** What Node says of a connection, such as ECONNREFUSED; browsers say nothing. */
function reasonOf(error: unknown): string {
  const code = ((error as Error).cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? ` (${code})` : '';
}
