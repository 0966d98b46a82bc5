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
  DEVICE_MISSING: 'usage',
  DEVICE_LOST: 'failure',
  PAINTER_DIED: 'failure',
  DOWNLOAD_FAILED: 'failure',
  DOWNLOAD_CORRUPT: 'failure',
  DATABASE_FAILED: 'failure',
  PACKAGE_MISSING: 'failure',
  DEADLINE_PASSED: 'failure',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof KINDS;

export class GivernyError extends Error {
  override readonly name = 'GivernyError';
  readonly code: ErrorCode;

  /** @param message escaped and shortened here, whatever it repeats of a file or a request. */
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(printable(message), options);
    this.code = code;
  }

  get kind(): ErrorKind {
    return KINDS[this.code];
  }
}

/** Longer messages are shortened. */
const MAX_MESSAGE = 1000;
/** Longer values are shortened inside a message. */
const MAX_SHOWN = 60;
/** Items of a list, and levels of nesting, that a message shows. */
const MAX_ITEMS = 20;
const MAX_DEPTH = 3;

/** Unpaired surrogates, and characters that move the cursor, colour the text, reverse it or cannot be seen. */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** The same, but for what JSON escapes by itself and the line breaks between its values. */
const UNPRINTABLE_IN_JSON = new RegExp(UNPRINTABLE.source.replace('\\p{Cc}', '\\x7f-\\x9f'), 'gu');

/**
 * Text on one line that a terminal prints as it stands: unprintable characters become escapes such as `\x1b` and
 * `\u202e`, and of a text that is too long the middle is left out.
 *
 * @param maxLength in UTF-16 units, before the escapes.
 */
export function printable(text: string, maxLength = MAX_MESSAGE): string {
  const tail = Math.floor(maxLength / 3);
  const short = text.length > maxLength ? `${text.slice(0, maxLength - tail - 3)}...${text.slice(-tail)}` : text;
  return short.replace(UNPRINTABLE, escaped);
}

/** JSON of a value, in which unprintable characters are escaped as JSON escapes them. */
export function printableJson(value: unknown, indent = 0): string {
  const units = (text: string) => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return JSON.stringify(value, null, indent).replace(UNPRINTABLE_IN_JSON, (text) =>
    units(text)
      .map((unit) => `\\u${hex(unit, 4)}`)
      .join(''),
  );
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const short = { 9: '\\t', 10: '\\n', 13: '\\r' }[code];
  return (
    short ?? (code < 0x100 ? `\\x${hex(code, 2)}` : code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`)
  );
}

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');

/** A value as it reads in a sentence: printable, short, quoted if text. */
export function show(value: unknown, maxLength = MAX_SHOWN): string {
  if (typeof value === 'string') return `"${printable(value, maxLength)}"`;
  return printable(json(value, 0), maxLength);
}

/** As JSON.stringify, but of a large or deep value only the start, so that it costs no more than what is shown. */
function json(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 2 * MAX_SHOWN));
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth === MAX_DEPTH) return '...';
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => json(item, depth + 1));
    return `[${[...items, ...(value.length > MAX_ITEMS ? ['...'] : [])].join(',')}]`;
  }
  const entries: string[] = [];
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    if (entries.length === MAX_ITEMS) {
      entries.push('...');
      break;
    }
    entries.push(`${json(key, depth)}:${json((value as Record<string, unknown>)[key], depth + 1)}`);
  }
  return `{${entries.join(',')}}`;
}

/** The sentence for a bad argument: `Expected <what> for <name> but received <value>.` */
export function expected(what: string, name: string, received: unknown): GivernyError {
  return new GivernyError('OPTION_INVALID', `Expected ${what} for ${name} but received ${show(received)}.`);
}
