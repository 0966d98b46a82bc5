/** What every handler is given. */
import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { expected, GivernyError } from '../../core/errors.js';
import { type OptionsInput, resolveOptions } from '../../core/options/options.js';
import type { Scope } from '../contract.js';
import { Refusal } from '../problems.js';
import type { Networks } from '../queue/plan.js';
import type { Blobs } from '../store/blobs.js';
import type { Database } from '../store/database.js';
import type { Paintings } from '../store/paintings.js';
import type { Identity } from '../trust/tokens.js';

export interface ServiceParts {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly paintings: Paintings;
  readonly networks: Networks;
  readonly logger: Logger;
  /** Without tokens, for this computer alone: whoever asks is its user. */
  readonly isLocal: boolean;
  /** Requests per second of one owner, and how many may come at once. */
  readonly rate?: { readonly perSecond: number; readonly burst: number } | undefined;
}

export interface Env {
  Variables: { identity: Identity };
}

/** @throws Refusal FORBIDDEN where the token lacks the scope. */
export function ownerOf(context: Context<Env>, scope: Scope): string {
  const { owner, scopes } = context.get('identity');
  if (!scopes.includes(scope)) {
    throw new Refusal('FORBIDDEN', `Expected a token with the scope ${scope} but it has ${scopes.join(', ')}.`);
  }
  return owner;
}

/** Checks what a client sent; the first thing that is wrong becomes one sentence. */
export function checked<T extends z.ZodType>(schema: T, given: unknown, what: string): z.output<T> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  if (issue.path[0] === 'options') {
    const { options } = given as { options: OptionsInput };
    // It has the better sentences.
    if (typeof options === 'object' && options !== null && !Array.isArray(options)) resolveOptions(options);
  }
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const value = issue.path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
    given,
  );
  const where = path === '' ? what : path.slice(1);
  if (issue.code === 'unrecognized_keys') {
    throw new GivernyError('OPTION_INVALID', `Expected nothing else in ${where} but received "${issue.keys[0]}".`);
  }
  throw expected(issue.message.replace(/^Invalid input: expected /, ''), where, value);
}

/**
 * The id in a path.
 *
 * @throws Refusal NOT_FOUND for what no id looks like.
 */
export function idOf(context: Context<Env>): string {
  const id = context.req.param('id') ?? '';
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new Refusal('NOT_FOUND', 'Expected an id that this server gave but received another.');
}

/** Characters of JSON, and how deep it may be: an order has a few thousand, three levels deep. */
const MOST_JSON = 2 ** 20;
const DEEPEST_JSON = 16;

/** @throws GivernyError OPTION_INVALID, Refusal TOO_LARGE as parsedJson. */
export async function jsonOf(context: Context<Env>): Promise<unknown> {
  return parsedJson(await context.req.text(), 'the body');
}

/** @throws GivernyError OPTION_INVALID for what is no JSON or too deep; Refusal TOO_LARGE. */
export function parsedJson(text: string, what: string): unknown {
  if (text.length > MOST_JSON) {
    throw new Refusal('TOO_LARGE', `Expected at most ${MOST_JSON} characters of JSON but ${what} has ${text.length}.`);
  }
  // Before it is parsed, so that nothing recursive ever sees it; brackets within text count as well.
  let depth = 0;
  for (const character of text) {
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth > DEEPEST_JSON) throw expected(`JSON of at most ${DEEPEST_JSON} levels`, what, text);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw expected('JSON', what, text);
  }
}
