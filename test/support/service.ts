/** Parts of the service for tests that need no database: one that is empty but for a token. */
import { createHash } from 'node:crypto';
import pino from 'pino';
import type { Scope } from '#dist/service/api.js';
import type { ServiceParts } from '#dist/service/http/context.js';
import { Networks } from '#dist/service/queue/plan.js';
import { Blobs } from '#dist/service/store/blobs.js';
import type { Database, Row } from '#dist/service/store/database.js';
import { Paintings } from '#dist/service/store/paintings.js';

const SECRET = 'x'.repeat(43);
/** Of the empty service. */
export const TOKEN = `giverny_${'0'.repeat(16)}_${SECRET}`;

/** @param scopes what TOKEN allows; left out, the service asks for no token. */
export function emptyParts(scopes?: readonly Scope[]): ServiceParts {
  const hash = createHash('sha256').update(SECRET).digest();
  const database: Database = {
    kind: 'pglite',
    query: async <T extends Row>(sql: string) =>
      (sql.includes('giverny.tokens') && scopes ? [{ hash, owner: 'ann', scopes }] : []) as Row[] as T[],
    run: async () => {},
    transaction: (work) => work(database),
    close: async () => {},
  };
  const blobs = new Blobs();
  return {
    database,
    blobs,
    paintings: new Paintings(database, blobs),
    networks: new Networks(),
    logger: pino({ level: 'silent' }),
    isLocal: scopes === undefined,
  };
}
