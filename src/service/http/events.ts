/** What happens to a painting, live: server-sent events, resumed by Last-Event-ID. */
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { ENDED, type Status } from '../contract.js';
import { Refusal } from '../problems.js';
import { eventsAfter } from '../store/events.js';
import type { Env, ServiceParts } from './context.js';

const LOOK_MS = 400;
/** A line now and then keeps proxies from closing a quiet connection, and shows a client that is gone. */
const QUIET_MS = 15_000;
/** Streams of one owner at a time. */
const MOST_STREAMS = 100;
const streams = new Map<string, number>();

export function watch(context: Context<Env>, { database }: ServiceParts, painting: string): Response {
  const { owner } = context.get('identity');
  const open = streams.get(owner) ?? 0;
  if (open >= MOST_STREAMS) {
    throw new Refusal('TOO_MANY', `Expected at most ${MOST_STREAMS} streams at a time.`, { 'retry-after': '10' });
  }
  streams.set(owner, open + 1);
  const given = Number(context.req.header('last-event-id') ?? 0);
  let last = Number.isSafeInteger(given) && given > 0 ? given : 0;
  const follow = async (stream: SSEStreamingApi) => {
    let quietSince = performance.now();
    while (!stream.aborted) {
      const events = await eventsAfter(database, painting, last);
      for (const { seq, type, data } of events) {
        await stream.writeSSE({ id: String(seq), event: type, data: JSON.stringify(data) });
        last = seq;
      }
      // A retry would begin a new life, which another stream can follow from here.
      const { type, data } = events.at(-1) ?? {};
      if (type === 'status' && ENDED.includes(data?.status as Status)) return;
      if (events.length > 0) quietSince = performance.now();
      else if (performance.now() - quietSince > QUIET_MS) {
        await stream.write(': still here\n\n');
        quietSince = performance.now();
        const rows = await database.query('select status from giverny.paintings where id = $1', [painting]);
        if (rows.length === 0 || ENDED.includes(rows[0]?.status as Status)) return;
      }
      await stream.sleep(LOOK_MS);
    }
  };
  return streamSSE(context, async (stream) => {
    try {
      await follow(stream);
    } finally {
      const left = (streams.get(owner) ?? 1) - 1;
      if (left > 0) streams.set(owner, left);
      else streams.delete(owner);
    }
  });
}
