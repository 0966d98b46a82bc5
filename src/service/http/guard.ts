/** What every request passes first: whom it speaks for, how often, from where, and with which headers it goes back. */
import type { MiddlewareHandler } from 'hono';
import { Refusal } from '../problems.js';
import { RateLimit } from '../trust/rate.js';
import { identify, LOCAL } from '../trust/tokens.js';
import type { Env, ServiceParts } from './context.js';

const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** A page of another site may send a browser here, but gets nothing done. */
export function sameSite({ isLocal }: ServiceParts): MiddlewareHandler<Env> {
  return async ({ req }, next) => {
    const host = req.header('host') ?? '';
    if (isLocal && !LOCAL_HOST.test(host)) {
      throw new Refusal('MISDIRECTED', 'Expected 127.0.0.1 or localhost as the host, as this server has no tokens.');
    }
    const origin = req.header('origin');
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      throw new Refusal('FORBIDDEN', "Expected a request of this server's own page but it comes from another site.");
    }
    await next();
  };
}

export function authenticated({ database, isLocal, rate }: ServiceParts): MiddlewareHandler<Env> {
  const limit = new RateLimit(rate?.perSecond ?? 100, rate?.burst ?? 400);
  return async (context, next) => {
    const [, token] = /^Bearer (\S{1,200})$/i.exec(context.req.header('authorization') ?? '') ?? [];
    const identity = token === undefined ? (isLocal ? LOCAL : undefined) : await identify(database, token);
    if (!identity) {
      throw new Refusal(
        'UNAUTHORIZED',
        'Expected a token in "Authorization: Bearer ..." but there is none that counts.',
        {
          'www-authenticate': 'Bearer',
        },
      );
    }
    const seconds = limit.take(identity.owner);
    if (seconds > 0) {
      throw new Refusal('TOO_MANY', 'Expected fewer requests a second.', { 'retry-after': String(seconds) });
    }
    context.set('identity', identity);
    await next();
  };
}

/** One line for each request: no query, no header, no body. */
export function logged({ logger }: ServiceParts): MiddlewareHandler<Env> {
  return async (context, next) => {
    const began = performance.now();
    await next();
    logger.info({
      method: context.req.method,
      path: context.req.path.slice(0, 200),
      status: context.res.status,
      owner: context.get('identity')?.owner,
      ms: Math.round(performance.now() - began),
    });
  };
}
