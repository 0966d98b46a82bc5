/** What happens to a painting, in order, for those who watch it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../contract.js';
import type { Database, Queries } from './database.js';

export interface PaintingEvent {
  /** Grows from event to event of one painting. */
  readonly seq: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/**
 * Adds an event. The painting's row must have been changed before in the same transaction: its lock makes events
 * become visible in the order of their numbers, so that who asks for those after one misses none.
 */
export async function addEvent(
  queries: Queries,
  painting: string,
  type: string,
  data: Record<string, unknown> = {},
): Promise<void> {
  await queries.query('insert into giverny.events (painting, type, data) values ($1, $2, $3::jsonb)', [
    painting,
    type,
    JSON.stringify(data),
  ]);
}

/** What is new of a painting. */
export interface News {
  readonly events: readonly PaintingEvent[];
  /** The painting's; undefined where it is gone, or where nothing is known. */
  readonly status: Status | undefined;
  /** Nothing happened for a while. */
  readonly isQuiet: boolean;
}

interface Waiter {
  readonly painting: string;
  readonly after: number;
  readonly untilMs: number;
  readonly signal: AbortSignal;
  tell(news: News): void;
}

const LOOK_MS = 400;
/** Events of one painting in one answer. */
const MOST = 50;

const NEWS = `
  select watched.i::int - 1 as i, paintings.status, news.seq::float8 as seq, news.type, news.data
  from unnest($1::text[], $2::float8[]) with ordinality as watched (painting, after, i)
  left join giverny.paintings on paintings.id = watched.painting
  left join lateral (
    select seq, type, data from giverny.events
    where events.painting = watched.painting and seq > watched.after::bigint order by seq limit ${MOST}
  ) news on true
  order by watched.i, news.seq`;

/** Tells any number of watchers what is new, with one query at a time for all of them. */
export class EventFeed {
  readonly #database: Database;
  #waiters: Waiter[] = [];
  #looking = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Events after one, as soon as there are some, or the news that the painting has ended or is gone. While the database
   * is away there is no news.
   *
   * @param quietMs when to give up for now.
   * @param signal whoever waited is gone.
   */
  next(painting: string, after: number, quietMs: number, signal: AbortSignal): Promise<News> {
    return new Promise((tell) => {
      this.#waiters.push({ painting, after, untilMs: performance.now() + quietMs, signal, tell });
      if (!this.#looking) void this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#looking = true;
    // Those who begin to watch at one moment are looked up together.
    await sleep(0);
    while (this.#waiters.length > 0) {
      const waiters = this.#waiters;
      this.#waiters = [];
      const found = await this.#newsOf(waiters).catch(() => undefined);
      for (const [i, waiter] of waiters.entries()) {
        const news = found?.[i] ?? { events: [], status: undefined, isQuiet: false };
        const isOver = waiter.signal.aborted || performance.now() > waiter.untilMs;
        if (found && (news.events.length > 0 || news.status === undefined || ENDS.has(news.status))) waiter.tell(news);
        else if (isOver) waiter.tell({ ...news, isQuiet: true });
        else this.#waiters.push(waiter);
      }
      await sleep(LOOK_MS);
    }
    this.#looking = false;
  }

  async #newsOf(waiters: readonly Waiter[]): Promise<News[]> {
    const rows = await this.#database.query<{
      i: number;
      status: Status | null;
      seq: number | null;
      type: string;
      data: Record<string, unknown>;
    }>(NEWS, [waiters.map(({ painting }) => painting), waiters.map(({ after }) => after)]);
    const news = waiters.map(() => ({
      events: [] as PaintingEvent[],
      status: undefined as Status | undefined,
      isQuiet: false,
    }));
    for (const { i, status, seq, type, data } of rows) {
      const of = news[i];
      if (!of) continue;
      of.status = status ?? undefined;
      if (seq !== null) of.events.push({ seq, type, data });
    }
    return news;
  }
}

const ENDS: ReadonlySet<Status> = new Set<Status>(['done', 'failed', 'cancelled']);
