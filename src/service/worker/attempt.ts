/** One attempt at one painting: a process that paints, and what it reaches written to the database as it goes. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { DeviceChoice } from '../../core/devices.js';
import { GivernyError } from '../../core/errors.js';
import type { OptionsInput } from '../../core/options/options.js';
import type { StepReport } from '../../core/painting/job.js';
import { timeLeft } from '../../core/painting/pace.js';
import type { NamedBytes, Painted, PaintRequest } from '../../node/painting/request.js';
import { type Painting, startPainting } from '../../node/painting/start-painting.js';
import type { EventData } from '../contract.js';
import type { Lease, Queue } from '../queue/leases.js';
import type { Blobs } from '../store/blobs.js';
import type { Database } from '../store/database.js';

export interface AttemptParts {
  readonly database: Database;
  readonly queue: Queue;
  readonly blobs: Blobs;
  /** What computes where the order leaves it to the worker. */
  readonly device: DeviceChoice;
  readonly threads?: number | undefined;
  /** Seconds from one write of the state to the next. */
  readonly stateEverySeconds: number;
  readonly beatMs: number;
  /** How long it waits for a database that is away when the worker is to end. */
  readonly farewellMs: number;
  /** The worker's own, for files of paintings in progress. */
  readonly folder: string;
}

/**
 * `lost`: the painting is another's by now. `left`: the worker had to end while the database was away; the lease passes,
 * and another worker goes on from the state that was kept last.
 */
export type Outcome = 'done' | 'failed' | 'released' | 'lost' | 'left';

/** The last step, and the forecast of the time to the end. */
type Reached = Omit<StepReport, 'notice'> & { readonly secondsLeft: number };

/** Previews of one painting, at most. */
const PREVIEWS = 12;

/**
 * Paints until the picture is there, the painting is taken away, or `drain` is aborted; then the state is kept and the
 * painting waits for the next worker.
 */
export async function attempt(held: Lease, parts: AttemptParts, drain: AbortSignal): Promise<Outcome> {
  await mkdir(parts.folder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(parts.folder, 'painting-'));
  try {
    return await new Attempt(held, parts, folder).run(drain);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Attempt {
  readonly #held: Lease;
  readonly #parts: AttemptParts;
  readonly #folder: string;
  readonly #state: string;
  #reached: Reached | undefined;
  #told = 0;
  #keptAt = 0;
  #preview: string | undefined;
  #isLost = false;

  constructor(held: Lease, parts: AttemptParts, folder: string) {
    this.#held = held;
    this.#parts = parts;
    this.#folder = folder;
    this.#state = join(folder, 'painting.state');
  }

  run(drain: AbortSignal): Promise<Outcome> {
    const ended = new AbortController();
    return notForEver(this.#parts.farewellMs, drain, ended.signal, (late) => this.#run(drain, ended, late));
  }

  /** @param ended aborted here when the painting ends. */
  async #run(drain: AbortSignal, ended: AbortController, late: AbortSignal): Promise<Outcome> {
    let painting: Painting;
    try {
      painting = await this.#start();
    } catch (error) {
      ended.abort();
      return this.#failed(error, late);
    }
    const stop = () => painting.stop();
    drain.addEventListener('abort', stop, { once: true });
    if (drain.aborted) stop();
    const beating = this.#beatUntil(ended.signal, painting);
    try {
      const painted = await painting.done.finally(() => ended.abort());
      await beating;
      if (this.#isLost) return 'lost';
      if (!painted.stopped) return (await this.#finish(painted, late)) ? 'done' : 'lost';
      await patiently(late, async () => {
        await this.#keepState();
        await this.#parts.queue.release(this.#held);
      });
      return 'released';
    } catch (error) {
      await beating;
      if (this.#isLost) return 'lost';
      await this.#keepState().catch(() => {});
      return this.#failed(error, late);
    } finally {
      drain.removeEventListener('abort', stop);
      painting.kill();
    }
  }

  async #start(): Promise<Painting> {
    let left = timeLeft([]);
    return startPainting({
      ...(await this.#request()),
      onStart: ({ scales }) => {
        left = timeLeft(scales);
      },
      onStep: (report) => {
        const { notice: _, ...reached } = report;
        this.#reached = { ...reached, secondsLeft: left(reached) };
      },
      onSaved: (path) => {
        if (path.startsWith(join(this.#folder, 'frames'))) this.#preview = path;
      },
    });
  }

  /** Keeps the lease, and tells of steps, previews and states. A database that is away for a while stops nothing. */
  async #beatUntil(ended: AbortSignal, painting: Painting): Promise<void> {
    const { queue, beatMs } = this.#parts;
    while (!ended.aborted) {
      try {
        const reached = this.#untold();
        const status = await queue.beat(this.#held, reached);
        if (reached) this.#told = reached.step;
        if (status === undefined) {
          this.#isLost = true;
          painting.kill();
          return;
        }
        if (status === 'paused') painting.stop();
        else {
          await this.#keepPreview();
          await this.#keepState();
        }
      } catch {
        // The next beat tries again; until then the lease may pass to another, and this attempt is lost.
      }
      await sleep(beatMs, undefined, { signal: ended }).catch(() => {});
    }
  }

  /** The last step, where nobody was told of it. */
  #untold(): EventData<'step'> | undefined {
    const reached = this.#reached;
    if (!reached || reached.step + 1 === this.#told) return undefined;
    return { ...reached, step: reached.step + 1 };
  }

  async #keepState(): Promise<void> {
    const found = await stat(this.#state).catch(() => undefined);
    if (!found || found.mtimeMs === this.#keptAt) return;
    if (await this.#parts.queue.keepState(this.#held, await readFile(this.#state))) this.#keptAt = found.mtimeMs;
  }

  async #keepPreview(): Promise<void> {
    const path = this.#preview;
    if (path === undefined) return;
    this.#preview = undefined;
    await this.#parts.queue.keepPreview(this.#held, await sharp(path).jpeg({ quality: 85 }).toBuffer());
    await rm(path, { force: true });
  }

  #finish({ output, steps, costs, seconds }: Painted, late: AbortSignal): Promise<boolean> {
    const { format } = this.#held.work;
    return patiently(late, async () => {
      const bytes = await readFile(output as string);
      const finished = { bytes, mediaType: `image/${format}`, steps, costs, seconds, reached: this.#untold() };
      return this.#parts.queue.finish(this.#held, finished);
    });
  }

  async #failed(error: unknown, late: AbortSignal): Promise<Outcome> {
    const isOurs = error instanceof GivernyError;
    if (isOurs && error.code === 'STATE_INVALID' && this.#held.stateBlob !== null) {
      await patiently(late, () => this.#parts.queue.startOver(this.#held));
      return 'released';
    }
    const told = isOurs
      ? { code: error.code, message: error.message.replaceAll(this.#folder, '') }
      : { code: 'UNEXPECTED', message: 'Something went wrong inside Giverny.' };
    // What the order itself is wrong about stays wrong.
    const again = !isOurs || error.kind === 'failure';
    await patiently(late, () => this.#parts.queue.fail(this.#held, told, again));
    return 'failed';
  }

  /** Pictures go to the painting process as bytes, and what it writes stays in this attempt's folder. */
  async #request(): Promise<PaintRequest> {
    const { work, maxBytes, steps, stateBlob } = this.#held;
    const state = stateBlob === null ? undefined : await this.#parts.blobs.bytes(this.#parts.database, stateBlob);
    if (state) {
      await writeFile(this.#state, state);
      this.#keptAt = (await stat(this.#state)).mtimeMs;
    }
    let { options } = work;
    if (work.start !== undefined) {
      const start = join(this.#folder, 'start');
      await writeFile(start, (await this.#picture(work.start)).bytes);
      options = { ...options, init: start };
    }
    return {
      content: await this.#picture(work.content),
      styles: await Promise.all(
        work.styles.map(async (style) => ({ ...style, picture: await this.#picture(style.picture) })),
      ),
      mask: work.mask && { ...work.mask, picture: await this.#picture(work.mask.picture) },
      regionStrengths: work.regionStrengths,
      network: work.network,
      coarseNetwork: work.coarseNetwork,
      options: options as OptionsInput | undefined,
      output: join(this.#folder, `painting.${work.format}`),
      print: work.print,
      frames: { every: Math.max(1, Math.ceil(steps / PREVIEWS)), folder: join(this.#folder, 'frames') },
      device: (work.device ?? 'auto') === 'auto' ? this.#parts.device : work.device,
      threads: this.#parts.threads,
      maxMemory: maxBytes,
      state: this.#state,
      stateEverySeconds: this.#parts.stateEverySeconds,
    };
  }

  async #picture(id: string): Promise<NamedBytes> {
    const { database, blobs } = this.#parts;
    const info = await blobs.info(database, id, this.#held.owner);
    const bytes = info && (await blobs.bytes(database, id));
    if (!bytes) throw new GivernyError('FILE_NOT_FOUND', 'Expected the pictures of the order but one is gone.');
    return { name: info.name, bytes };
  }
}

/** Tries again for as long as the database is away: what was painted is not to be painted twice. */
async function patiently<T>(late: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 40 || late.aborted) throw error;
      await sleep(Math.min(5000, 250 * (tries + 1)));
    }
  }
}

/**
 * Does what has to be done at a painting's end, which may wait long for a database that is away; but not where the worker
 * is to end: then `left` is the outcome so long after it was asked to end and the painting ended.
 *
 * @param ended aborted when the painting ends.
 */
async function notForEver(
  farewellMs: number,
  drain: AbortSignal,
  ended: AbortSignal,
  work: (late: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const late = new AbortController();
  const over = new AbortController();
  const leave = async (): Promise<Outcome> => {
    await Promise.all([drain, ended].map((signal) => aborted(signal, over.signal)));
    await sleep(farewellMs, undefined, { signal: over.signal });
    late.abort();
    return 'left';
  };
  try {
    return await Promise.race([work(late.signal), leave()]);
  } finally {
    over.abort();
  }
}

/** Resolves when a signal is aborted; never where `over` is before. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}
