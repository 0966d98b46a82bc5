/** A typed client of the service, for browsers and every other environment that has `fetch`. */

import type { z } from 'zod';
import { API_VERSION, MAX_BODY_BYTES } from '../service/api.js';
import type {
  ListQuery,
  NetworkView,
  networksSchema,
  OrderInput,
  PaintingView,
  PictureView,
  pageSchema,
  ServerView,
} from '../service/contract.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { ServiceError } from './errors.js';
import { type EventOptions, eventsOf, type PaintingEvent } from './events.js';

/** The id of an uploaded picture, or a picture file: `File`, `Blob` or its bytes. */
export type PictureSource = string | Blob | Uint8Array<ArrayBuffer>;

export interface OrderStyle extends Omit<OrderInput['styles'][number], 'picture'> {
  readonly picture: PictureSource;
}

/** An order as the contract has it, in which pictures may be files. */
export interface PaintingOrder extends Omit<OrderInput, 'content' | 'styles' | 'mask' | 'start'> {
  readonly content: PictureSource;
  readonly styles: readonly OrderStyle[];
  readonly mask?: { readonly picture: PictureSource; readonly featherPx?: number | undefined } | undefined;
  readonly start?: PictureSource | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface CreateOptions extends CallOptions {
  /** 1 to 200 letters; a random one where left out, so that a repeated request never paints twice. */
  readonly idempotencyKey?: string | undefined;
}

export interface WaitOptions extends EventOptions {
  /** Hears of everything that happens on the way. */
  readonly onEvent?: ((event: PaintingEvent) => void) | undefined;
}

/**
 * A client of a service. Each call repeats its request while the service is away or busy (429, 502, 503, 504, lost
 * connections) and there is patience left, and throws a `ServiceError` otherwise: its `code` is the service's.
 *
 * @example
 * ```ts
 * const client = createClient({ server: 'https://paint.example.org', token });
 * const { id } = await client.create({ content: photo, styles: [{ picture: painting }], options: { size: 512 } });
 * for await (const event of client.events(id)) console.log(event.type, event.data);
 * const result = await client.result(id);
 * ```
 */
export class Client {
  readonly #connection: Connection;

  /** @throws ServiceError SERVER_UNKNOWN for an address that is none of HTTP. */
  constructor(options: ConnectionOptions) {
    this.#connection = new Connection(options);
  }

  /** Address of the service. */
  get address(): string {
    return this.#connection.address;
  }

  /**
   * Versions of the service, and whether it asks for a token.
   *
   * @throws ServiceError SERVER_UNKNOWN where something else answers, SERVER_VERSION where it speaks another version.
   */
  async server({ signal }: CallOptions = {}): Promise<ServerView> {
    const response = await this.#connection.ask('v1', { signal });
    const view = (await response.json().catch(() => undefined)) as Partial<ServerView> | undefined;
    if (typeof view?.api !== 'number' || typeof view.giverny !== 'string') {
      throw new ServiceError(
        'SERVER_UNKNOWN',
        `Expected a server of Giverny at ${this.address} but what answers is another.`,
      );
    }
    if (view.api !== API_VERSION) {
      throw new ServiceError(
        'SERVER_VERSION',
        `Expected a server that speaks version ${API_VERSION} of the API but ${this.address} (Giverny ${view.giverny}) speaks ${view.api}.`,
      );
    }
    return view as ServerView;
  }

  /**
   * Orders a painting. Pictures that are files go along in the same request, 64 MB in all; larger ones are uploaded
   * one by one before.
   *
   * @returns the painting, queued; with a key of before, that request's painting as it is now.
   * @throws ServiceError OPTION_INVALID, IMAGE_UNREADABLE, OUT_OF_MEMORY with what would fit, and the like.
   */
  async create(
    order: PaintingOrder,
    { idempotencyKey = randomKey(), signal }: CreateOptions = {},
  ): Promise<PaintingView> {
    const { content, styles, mask, start } = order;
    const pictures = [content, ...styles.map(({ picture }) => picture), mask?.picture, start];
    const isLarge = pictures.reduce<number>((sum, picture) => sum + sizeOf(picture), 0) > MAX_BODY_BYTES - ROOM_BYTES;
    const form = new FormData();
    const part = async (source: PictureSource, name: string): Promise<string> => {
      if (typeof source === 'string') return source;
      const file = new File([source], source instanceof File ? source.name : name);
      if (isLarge) return (await this.upload(file, { signal })).id;
      form.set(name, file);
      return name;
    };
    const body = {
      ...order,
      content: await part(content, 'content'),
      styles: await Promise.all(
        styles.map(async (style, i) => ({ ...style, picture: await part(style.picture, `style${i + 1}`) })),
      ),
      ...(mask ? { mask: { ...mask, picture: await part(mask.picture, 'mask') } } : {}),
      ...(start === undefined ? {} : { start: await part(start, 'start') }),
    };
    form.set('order', JSON.stringify(body));
    const headers = { 'idempotency-key': idempotencyKey };
    return this.#json('v1/paintings', { method: 'POST', headers, body: form, signal });
  }

  /** Keeps a picture for paintings to come. A repeated request may keep it twice; what is not used goes after a day. */
  upload(
    picture: Blob | Uint8Array<ArrayBuffer>,
    { name, signal }: CallOptions & { name?: string } = {},
  ): Promise<PictureView> {
    const called = name ?? (picture instanceof Blob && 'name' in picture ? String(picture.name) : 'picture');
    return this.#json(`v1/pictures?name=${encodeURIComponent(called)}`, { method: 'POST', body: picture, signal });
  }

  /** State, steps, costs and error of a painting. */
  get(id: string, { signal }: CallOptions = {}): Promise<PaintingView> {
    return this.#json(at(id), { signal });
  }

  /** Paintings, newest first, page by page as they are asked for. */
  async *list(
    { status, limit, after }: ListQuery = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<PaintingView, void, undefined> {
    let next: string | null | undefined = after;
    do {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ status, limit, after: next })) {
        if (value !== undefined && value !== null) query.set(name, String(value));
      }
      const page: z.output<typeof pageSchema> = await this.#json(`v1/paintings?${query}`, { signal });
      yield* page.paintings;
      next = page.next;
    } while (next !== null);
  }

  /**
   * What happens to a painting, from its beginning until it ends. A lost connection is made again, and goes on after
   * the last event.
   */
  events(id: string, options: EventOptions = {}): AsyncGenerator<PaintingEvent, void, undefined> {
    return eventsOf(this.#connection, id, options);
  }

  /**
   * Waits until a painting is done.
   *
   * @throws ServiceError with the painting's own code where it failed, PAINTING_CANCELLED where it was cancelled.
   */
  async wait(id: string, { onEvent, after, onLost, signal }: WaitOptions = {}): Promise<PaintingView> {
    for (let last = after; ; ) {
      for await (const event of this.events(id, { after: last, onLost, signal })) {
        last = event.id;
        onEvent?.(event);
      }
      const { error, ...painting } = await this.get(id, { signal });
      if (painting.status === 'done') return { error, ...painting };
      if (painting.status === 'cancelled') {
        throw new ServiceError('PAINTING_CANCELLED', 'Expected a painting that is done but it was cancelled.');
      }
      // Else somebody has queued it again.
      if (painting.status === 'failed' && error) throw new ServiceError(error.code, error.message);
    }
  }

  /** The picture so far, a JPEG. @throws ServiceError NOT_FOUND where there is none yet. */
  preview(id: string, options: CallOptions = {}): Promise<Blob> {
    return this.#bytes(`${at(id)}/preview`, options);
  }

  /** The painted picture, with its recipe in its metadata. @throws ServiceError NOT_FOUND where there is none yet. */
  result(id: string, options: CallOptions = {}): Promise<Blob> {
    return this.#bytes(`${at(id)}/result`, options);
  }

  /** Ends a painting at once. */
  cancel(id: string, options: CallOptions = {}): Promise<PaintingView> {
    return this.#change(id, 'cancel', options);
  }

  /** Stops a painting and keeps its state. */
  pause(id: string, options: CallOptions = {}): Promise<PaintingView> {
    return this.#change(id, 'pause', options);
  }

  /** Lets a paused painting go on. */
  resume(id: string, options: CallOptions = {}): Promise<PaintingView> {
    return this.#change(id, 'resume', options);
  }

  /** Queues a painting again that failed or was cancelled; it goes on from its state. */
  retry(id: string, options: CallOptions = {}): Promise<PaintingView> {
    return this.#change(id, 'retry', options);
  }

  /** Removes a painting and its result. */
  async delete(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#connection.ask(at(id), { method: 'DELETE', signal });
  }

  /** The networks that the service has. */
  async networks({ signal }: CallOptions = {}): Promise<NetworkView[]> {
    const { networks } = await this.#json<z.output<typeof networksSchema>>('v1/networks', { signal });
    return networks;
  }

  #change(id: string, which: 'cancel' | 'pause' | 'resume' | 'retry', { signal }: CallOptions): Promise<PaintingView> {
    return this.#json(`${at(id)}/${which}`, { method: 'POST', signal });
  }

  async #bytes(path: string, { signal }: CallOptions): Promise<Blob> {
    return (await this.#connection.ask(path, { signal })).blob();
  }

  async #json<T>(path: string, asked: Parameters<Connection['ask']>[1]): Promise<T> {
    return (await this.#connection.ask(path, asked)).json() as Promise<T>;
  }
}

/** @throws ServiceError SERVER_UNKNOWN for an address that is none of HTTP. */
export const createClient = (options: ConnectionOptions): Client => new Client(options);

/** Of a request, for what is not pictures. */
const ROOM_BYTES = 100_000;

const sizeOf = (picture: PictureSource | undefined): number =>
  picture instanceof Blob ? picture.size : typeof picture === 'object' ? picture.length : 0;

/** A painting's path; an id is never more than one part of it. */
const at = (id: string) => `v1/paintings/${encodeURIComponent(id)}`;

/** Browsers have `randomUUID` on https alone. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
