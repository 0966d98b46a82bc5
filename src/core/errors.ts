/**
 * The one error class. Every refusal is one sentence that says what was expected and what came,
 * with a stable code for programs and a kind that decides the exit code (CLI) or status (HTTP).
 */

/** usage: the caller asked for something impossible (exit 2). failure: the world got in the way (exit 1). */
export type ErrorKind = 'usage' | 'failure';

/** Stable codes, each with its kind. */
const KINDS = {
  OPTION_INVALID: 'usage',
  LAYER_UNKNOWN: 'usage',
  NETWORK_UNKNOWN: 'usage',
  FILE_NOT_FOUND: 'usage',
  IMAGE_UNREADABLE: 'usage',
  IMAGE_SIZE: 'usage',
  RECIPE_INVALID: 'usage',
  STATE_INVALID: 'usage',
  FORMAT_UNSUPPORTED: 'usage',
  FILE_EXISTS: 'usage',
  NETWORK_FORMAT: 'usage',
  NETWORK_TENSOR: 'usage',
  COST_NOT_FINITE: 'failure',
  WRITE_FAILED: 'failure',
  DISK_FULL: 'failure',
  OUT_OF_MEMORY: 'failure',
  ENGINE_FAILED: 'failure',
  DEVICE_LOST: 'failure',
  PAINTER_DIED: 'failure',
  DOWNLOAD_FAILED: 'failure',
  DOWNLOAD_CORRUPT: 'failure',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof KINDS;

export class GivernyError extends Error {
  override readonly name = 'GivernyError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get kind(): ErrorKind {
    return KINDS[this.code];
  }
}

/** A value as it reads in a sentence: short, quoted if text. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `"${value.length > 60 ? `${value.slice(0, 57)}...` : value}"`;
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The sentence for a bad argument: `Expected <what> for <name> but received <value>.` */
export function expected(what: string, name: string, received: unknown): GivernyError {
  return new GivernyError('OPTION_INVALID', `Expected ${what} for ${name} but received ${show(received)}.`);
}
