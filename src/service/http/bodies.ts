/** Bodies are read whole: a limit of each, and of all that are in memory at a time. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refusal } from '../problems.js';
import type { Env } from './context.js';

/** Bytes of a request. */
const MAX_BODY_BYTES = 64 * 2 ** 20;
/** Bytes of one owner's requests, and of all, that are read and answered at a time. */
const MOST_OF_ONE = 4 * MAX_BODY_BYTES;
const MOST_OF_ALL = 16 * MAX_BODY_BYTES;
/** Bodies up to this are of orders, not of pictures: they do not count. */
const SMALL_BYTES = 2 ** 16;

/** Refuses a body that is too large, and one that there is no memory for now. */
export function limitedBodies(): readonly [MiddlewareHandler<Env>, MiddlewareHandler<Env>] {
  const held = new Map<string, number>();
  let heldByAll = 0;
  const hold = (owner: string, bytes: number) => {
    const left = (held.get(owner) ?? 0) + bytes;
    if (left > 0) held.set(owner, left);
    else held.delete(owner);
    heldByAll += bytes;
  };
  const room: MiddlewareHandler<Env> = async ({ req, get }, next) => {
    const told = req.header('content-length');
    const bytes = told !== undefined && /^\d+$/.test(told) ? Number(told) : MAX_BODY_BYTES;
    if (!req.raw.body || bytes <= SMALL_BYTES) return next();
    const { owner } = get('identity');
    const counted = Math.min(bytes, MAX_BODY_BYTES);
    if ((held.get(owner) ?? 0) + counted > MOST_OF_ONE || heldByAll + counted > MOST_OF_ALL) {
      throw new Refusal('TOO_MANY', 'Expected fewer large bodies at a time.', { 'retry-after': '2' });
    }
    hold(owner, counted);
    try {
      await next();
    } finally {
      hold(owner, -counted);
    }
  };
  const each = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new Refusal('TOO_LARGE', `Expected a body of at most ${MAX_BODY_BYTES} bytes but it has more.`);
    },
  });
  return [room, each];
}
