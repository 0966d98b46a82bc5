/** Who may do what: tokens, stored as hashes. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SCOPES, type Scope } from '../contract.js';
import type { Queries } from '../store/database.js';

/** Whom a request speaks for. Paintings and pictures are seen by their owner alone. */
export interface Identity {
  readonly owner: string;
  readonly scopes: readonly Scope[];
}

/** Who paints on their own computer, without a token. */
export const LOCAL: Identity = { owner: 'local', scopes: SCOPES };

const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

/** @returns the token, which is shown once: the database knows its hash alone. 256 random bits need no slow hash. */
export async function createToken(queries: Queries, { owner, scopes }: Identity): Promise<string> {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  await queries.query('insert into giverny.tokens (id, hash, owner, scopes) values ($1, $2, $3, $4)', [
    id,
    hashOf(secret),
    owner,
    [...scopes],
  ]);
  return `giverny_${id}_${secret}`;
}

/** Whose token it is; undefined where it is none, or was revoked. */
export async function identify(queries: Queries, token: string): Promise<Identity | undefined> {
  const [, id, secret] = /^giverny_([0-9a-f]{16})_([\w-]{43})$/.exec(token) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const [row] = await queries.query<{ hash: Uint8Array; owner: string; scopes: Scope[] }>(
    'select hash, owner, scopes from giverny.tokens where id = $1 and revoked_at is null',
    [id],
  );
  return row && timingSafeEqual(row.hash, hashOf(secret)) ? { owner: row.owner, scopes: row.scopes } : undefined;
}

export async function hasTokens(queries: Queries): Promise<boolean> {
  const rows = await queries.query('select 1 from giverny.tokens where revoked_at is null limit 1');
  return rows.length > 0;
}
