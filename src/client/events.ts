/** A painting's events as they happen, over as many connections as it takes. */
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { ENDED } from '../service/api.js';
import type { EventData, EventType, PaintingView } from '../service/contract.js';
import { type Connection, pause, pauseOf } from './connection.js';
import { ServiceError } from './errors.js';

/** One event: its number, by which a stream goes on after it, its type, and what it holds. */
export type PaintingEvent = {
  readonly [T in EventType]: { readonly id: string; readonly type: T; readonly data: EventData<T> };
}[EventType];

export interface EventOptions {
  /** Number of the event to go on after; from the painting's beginning where left out. */
  readonly after?: string | undefined;
  /** Hears when the connection is lost and will be made again. */
  readonly onLost?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The service says something at least every 15 seconds: a connection that is quiet for so long is dead. */
const SILENCE_MS = 45_000;

const TYPES: readonly string[] = ['status', 'step', 'preview'] satisfies readonly EventType[];

/**
 * Events of a painting from its beginning until it ends; one that was queued again has ended before, among its events. A
 * connection that is lost is made again, after the last event, for as long as the
 * connection has patience without hearing anything.
 */
export async function* eventsOf(
  connection: Connection,
  id: string,
  { after, onLost, signal }: EventOptions = {},
): AsyncGenerator<PaintingEvent, void, undefined> {
  let last = after;
  let heardAt = Date.now();
  for (let tries = 0; ; tries++) {
    const silence = new AbortController();
    const both = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) };
    try {
      const response = await connection.ask(`v1/paintings/${encodeURIComponent(id)}/events`, { headers, signal: both });
      let newest: PaintingEvent | undefined;
      for await (const event of parsed(response, silence)) {
        heardAt = Date.now();
        tries = 0;
        last = event.id;
        newest = event;
        yield event;
      }
      // The service ends a stream with its painting; a proxy may end one at any time.
      if ((!newest || isEnd(newest)) && (await isEnded(connection, id, signal))) return;
    } catch (error) {
      signal?.throwIfAborted();
      // A refusal is an answer; `ask` has been patient with those that may pass.
      if (error instanceof ServiceError) throw error;
    }
    if (Date.now() - heardAt > connection.patienceMs) {
      throw new ServiceError(
        'SERVER_UNREACHABLE',
        `Expected the server at ${connection.address} to tell of the painting but the connection is lost again and again.`,
      );
    }
    onLost?.();
    await pause(pauseOf(tries), signal);
  }
}

const isEnd = (event: PaintingEvent) => event.type === 'status' && ENDED.includes(event.data.status);

async function isEnded(connection: Connection, id: string, signal: AbortSignal | undefined): Promise<boolean> {
  const response = await connection.ask(`v1/paintings/${encodeURIComponent(id)}`, { signal });
  return ENDED.includes(((await response.json()) as PaintingView).status);
}

async function* parsed(response: Response, silence: AbortController): AsyncGenerator<PaintingEvent> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      heard();
      controller.enqueue(chunk);
    },
  });
  heard();
  try {
    const events = (response.body ?? new ReadableStream<Uint8Array>())
      .pipeThrough(watched)
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .pipeThrough(new EventSourceParserStream());
    const reader = events.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const { id = '', event = '', data } = next.value;
        // Types of a newer service are not for this client.
        if (TYPES.includes(event)) yield { id, type: event, data: JSON.parse(data) } as PaintingEvent;
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  } finally {
    clearTimeout(timer);
  }
}
