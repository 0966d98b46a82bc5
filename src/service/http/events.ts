/** What happens to a painting, live: server-sent events, resumed by Last-Event-ID. */
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { ENDED, type Status } from '../contract.js';
import { Refusal } from '../problems.js';
import { EventFeed } from '../store/events.js';
import type { Env, ServiceParts } from './context.js';

/** A line now and then keeps proxies from closing a quiet connection, and shows a client that is gone. */
const QUIET_MS = 15_000;
/** Streams of one owner at a time. */
const MOST_STREAMS = 100;

/** The streams of one process, which share one look at the database. */
export function eventStreams({ database }: Pick<ServiceParts, 'database'>) {
  const feed = new EventFeed(database);
  const streams = new Map<string, number>();

  const follow = async (stream: SSEStreamingApi, painting: string, after: number) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    let last = after;
    while (!gone.signal.aborted) {
      const { events, status, isQuiet } = await feed.next(painting, last, QUIET_MS, gone.signal);
      for (const { seq, type, data } of events) {
        await stream.writeSSE({ id: String(seq), event: type, data: JSON.stringify(data) });
        last = seq;
      }
      // A retry would begin a new life, which another stream can follow from here.
      const { type, data } = events.at(-1) ?? {};
      if (type === 'status' && ENDED.includes(data?.status as Status)) return;
      if (isQuiet) await stream.write(': still here\n\n');
      else if (events.length === 0 && (status === undefined || ENDED.includes(status))) return;
    }
  };

  return (context: Context<Env>, painting: string): Response => {
    const { owner } = context.get('identity');
    const open = streams.get(owner) ?? 0;
    if (open >= MOST_STREAMS) {
      throw new Refusal('TOO_MANY', `Expected at most ${MOST_STREAMS} streams at a time.`, { 'retry-after': '10' });
    }
    streams.set(owner, open + 1);
    const given = Number(context.req.header('last-event-id') ?? 0);
    const after = Number.isSafeInteger(given) && given > 0 ? given : 0;
    return streamSSE(context, async (stream) => {
      try {
        await follow(stream, painting, after);
      } finally {
        const left = (streams.get(owner) ?? 1) - 1;
        if (left > 0) streams.set(owner, left);
        else streams.delete(owner);
      }
    });
  };
}
