/** What goes wrong between a client and a service. */
import { type ErrorKind, printable } from '../core/errors.js';

/** Failures that no answer of a service tells of. */
const OWN = {
  /** Nothing answers at the address, or the connection is lost again and again. */
  SERVER_UNREACHABLE: 'failure',
  /** What answers is no service of Giverny. */
  SERVER_UNKNOWN: 'usage',
  /** The service speaks another version of the API. */
  SERVER_VERSION: 'usage',
  /** No text that could be a token. */
  TOKEN_INVALID: 'usage',
  /** A painting that was waited for ended without a result. */
  PAINTING_CANCELLED: 'failure',
} as const satisfies Record<string, ErrorKind>;

/**
 * A refusal of the service, or a service that cannot be reached. The message is one sentence that says what was
 * expected and what came.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** Stable: a code of the service's problem details, such as `NOT_FOUND`, or one of the client's own. */
  readonly code: string;
  /** HTTP's status; undefined where nothing answered. */
  readonly status: number | undefined;

  /** @param message escaped and shortened here: a server may say anything. */
  constructor(
    code: keyof typeof OWN | (string & {}),
    message: string,
    options: { status?: number; cause?: unknown } = {},
  ) {
    super(printable(message), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = printable(code, 60);
    this.status = options.status;
  }

  /** usage: the caller asked for something impossible. failure: the world got in the way. */
  get kind(): ErrorKind {
    if (this.status !== undefined) return this.status < 500 && this.status !== 429 ? 'usage' : 'failure';
    return (OWN as Readonly<Record<string, ErrorKind>>)[this.code] ?? 'failure';
  }
}
