/** Refusals as RFC 9457 problem details, with the codes that every surface has. */
import type { ErrorCode } from '../core/errors.js';
import { GivernyError, printable } from '../core/errors.js';
import type { Problem } from './contract.js';

/** What only HTTP refuses. */
const STATUS_OF = {
  HTTP_INVALID: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  TOO_SLOW: 408,
  CONFLICT: 409,
  TOO_LARGE: 413,
  TYPE_UNSUPPORTED: 415,
  RANGE_INVALID: 416,
  MISDIRECTED: 421,
  TOO_MANY: 429,
  HEADERS_TOO_LARGE: 431,
  NOT_READY: 503,
} as const;
export type RefusalCode = keyof typeof STATUS_OF;

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  408: 'Request timeout',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  416: 'Range not satisfiable',
  421: 'Misdirected request',
  422: 'Unprocessable content',
  429: 'Too many requests',
  431: 'Request header fields too large',
  500: 'Internal error',
  503: 'Not ready',
};

/** A request that is refused for what HTTP knows of it. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(printable(message));
    this.code = code;
    this.headers = headers;
  }
}

const OWN: Partial<Record<ErrorCode, number>> = {
  DATABASE_FAILED: 503,
  OUT_OF_MEMORY: 422,
  IMAGE_SIZE: 422,
  IMAGE_UNREADABLE: 422,
  NETWORK_UNKNOWN: 422,
  DEVICE_MISSING: 422,
  FORMAT_UNSUPPORTED: 415,
};

/** The problem to answer with. What is no refusal of ours is told in general words, as it may hold anything. */
export function problemOf(error: unknown): Problem {
  const [status, code, detail] =
    error instanceof Refusal
      ? [STATUS_OF[error.code], error.code, error.message]
      : error instanceof GivernyError
        ? [OWN[error.code] ?? (error.kind === 'usage' ? 400 : 500), error.code, error.message]
        : [500, 'UNEXPECTED', 'Something went wrong inside Giverny.'];
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, code };
}
