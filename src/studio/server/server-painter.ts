/** Paints on the service, and tells of it as the painting worker does. */
import { decodePicture } from '../../browser/pictures.js';
import { type PaintingEvent, type PaintingOrder, type PaintingView, ServiceError } from '../../client.js';
import { type Recipe, recipeOfXmp } from '../../core/painting/recipe.js';
import type { Frame, FromWorker, OrderedPicture, PaintOrder } from '../painting/protocol.js';
import { frameOf } from '../pictures/frame.js';
import { encodeFrame } from '../pictures/save.js';
import { findXmp } from '../pictures/xmp.js';
import { keepJob, service } from './service.js';

/** An order for a service: its networks go by name. */
export type ServerOrder = Omit<PaintOrder, 'network' | 'device' | 'threads'> & { readonly network: string };

/** What the service tells besides. */
export type FromServer =
  | FromWorker
  | { readonly type: 'preview'; readonly frame: Frame }
  /** How what is done was painted, and how long it took. */
  | { readonly type: 'result'; readonly recipe: Recipe | undefined; readonly seconds: number };

type Listener = (message: FromServer) => void;

export class ServerPainter {
  #id: string | undefined;
  #listener: Listener = () => {};
  #following: AbortController | undefined;
  /** Asked for before the service had the order. */
  #pausesFirst = false;

  /** Orders a painting, and follows it. */
  async paint(order: ServerOrder, listener: Listener): Promise<void> {
    const signal = this.#begin(listener);
    listener({ type: 'stage', stage: 'sending' });
    try {
      // What is stopped while it is sent may be accepted all the same, so its answer is waited for.
      const { id } = await service().create(await sent(order));
      if (signal.aborted) {
        await service().cancel(id);
        return;
      }
      keepJob({ id, sha256: order.content.sha256 });
      this.#id = id;
      if (this.#pausesFirst) this.#ask('pause');
      await this.#follow(id, signal);
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  /** Follows a painting that was ordered before. */
  async follow(id: string, listener: Listener): Promise<void> {
    const signal = this.#begin(listener);
    try {
      await this.#follow(id, signal);
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  pause(): void {
    this.#pausesFirst = true;
    this.#ask('pause');
  }

  resume(): void {
    this.#pausesFirst = false;
    this.#ask('resume');
  }

  /** Ends the painting at the service; one that is still being sent, when it has arrived. */
  stop(): void {
    if (this.#id !== undefined) this.#ask('cancel');
    else this.kill();
  }

  /** Nothing is heard of the painting any more; it goes on. */
  kill(): void {
    this.#following?.abort();
    this.#id = undefined;
  }

  #begin(listener: Listener): AbortSignal {
    this.kill();
    this.#listener = listener;
    this.#pausesFirst = false;
    this.#following = new AbortController();
    return this.#following.signal;
  }

  #ask(change: 'pause' | 'resume' | 'cancel'): void {
    const signal = this.#following?.signal;
    if (this.#id === undefined || !signal) return;
    service()
      [change](this.#id, { signal })
      .catch((error: unknown) => {
        // It may have come to its end meanwhile, of which the events tell.
        if (!(error instanceof ServiceError && error.code === 'CONFLICT')) this.#fail(error, signal);
      });
  }

  async #follow(id: string, signal: AbortSignal): Promise<void> {
    this.#id = id;
    let preview: Promise<void> | undefined;
    for await (const event of service().events(id, { signal })) {
      if (event.type === 'preview') {
        // Of several that wait, the newest is enough.
        preview ??= this.#showPreview(id, signal).finally(() => {
          preview = undefined;
        });
      } else this.#tell(event);
    }
    await preview;
    signal.throwIfAborted();
    await this.#end(await service().get(id, { signal }), signal);
  }

  #tell(event: Exclude<PaintingEvent, { type: 'preview' }>): void {
    if (event.type === 'step') {
      const { step, scale = 0, scales = 1, seconds = 0, ...rest } = event.data;
      this.#listener({ type: 'step', ...rest, step: step - 1, scale, scales, seconds });
    } else if (event.data.status === 'queued') this.#listener({ type: 'stage', stage: 'queue' });
    else if (event.data.status === 'painting') this.#listener({ type: 'stage', stage: 'first' });
    else if (event.data.status === 'paused') this.#listener({ type: 'paused' });
  }

  async #showPreview(id: string, signal: AbortSignal): Promise<void> {
    const blob = await service()
      .preview(id, { signal })
      .catch(() => undefined);
    if (!blob) return;
    const frame = await frameFrom(blob);
    if (!signal.aborted) this.#listener({ type: 'preview', frame });
  }

  async #end(painting: PaintingView, signal: AbortSignal): Promise<void> {
    const { id, status, step, error, startedAt, endedAt } = painting;
    keepJob(undefined);
    if (status === 'done') {
      const file = await service().result(id, { signal });
      const seconds = startedAt && endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : 0;
      const [recipe, frame] = await Promise.all([recipeIn(file), frameFrom(file)]);
      this.#listener({ type: 'result', recipe, seconds });
      this.#listener({ type: 'ended', how: 'done', steps: step, frame });
    } else if (status === 'cancelled') this.#listener({ type: 'ended', how: 'stopped', steps: step });
    else this.#listener({ type: 'failed', ...(error ?? { code: 'UNEXPECTED', message: '' }) });
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.kill();
    const code = error instanceof ServiceError ? error.code : 'UNEXPECTED';
    this.#listener({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
  }
}

async function recipeIn(file: Blob): Promise<Recipe | undefined> {
  const xmp = await findXmp(new Uint8Array(await file.arrayBuffer()));
  return xmp === undefined ? undefined : recipeOfXmp(xmp, 'the result');
}

async function frameFrom(blob: Blob) {
  const { picture, alpha } = await decodePicture(blob);
  return frameOf(picture, alpha);
}

/** An order as the service takes it: pictures that the page made become files. */
async function sent({
  content,
  styles,
  mask,
  regionStrengths,
  start,
  options,
  network,
}: ServerOrder): Promise<PaintingOrder> {
  const file = async ({ name, source }: OrderedPicture) => {
    const blob = source instanceof Blob ? source : await encodeFrame(frameOf(source), 'png');
    return new File([blob], name);
  };
  const { init, ...others } = options;
  return {
    content: await file(content),
    styles: await Promise.all(
      styles.map(async ({ picture, ...style }) => ({ ...style, picture: await file(picture) })),
    ),
    ...(mask ? { mask: { picture: await file(mask) } } : {}),
    ...(start ? { start: await file(start) } : {}),
    regionStrengths,
    network,
    options: (start ? others : options) as PaintingOrder['options'],
  };
}
