/**
 * A painting in a process of its own: the engine computes on its thread for as long as a step takes, and whoever shows
 * progress or answers requests must not wait with it.
 */
import { GivernyError } from '../../core/errors.js';
import type { StepReport } from '../../core/painting/job.js';
import { PaintingProcess, type ProcessPainting } from './painting-process.js';
import { checkedRequest, type PaintRequest, type RequestSettings } from './request.js';

/** A painting in progress. Iterating it gives a report of each step that comes from then on. */
export interface Painting extends ProcessPainting, AsyncIterable<StepReport> {}

/**
 * Starts to paint in a child process; as paintFile otherwise. Networks go by name or path and costs by options, as
 * objects of a program cannot cross to another process.
 *
 * @param request.signal aborting it stops the painting as `stop` does.
 * @returns the painting, whose `done` may be left unobserved.
 * @throws GivernyError OPTION_INVALID where the request is malformed; no process is started then.
 */
export function startPainting(request: PaintRequest & Omit<RequestSettings, 'painter'>): Painting {
  const { checked, settings } = checkedRequest(request);
  const { signal, ...listeners } = settings;
  refuseObjects(checked);
  const reports = new Reports();
  const child = new PaintingProcess();
  const { done, stop, kill } = child.paint(checked, {
    ...listeners,
    onStep(report) {
      listeners.onStep?.(report);
      reports.add(report);
    },
  });
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const end = (error?: unknown) => {
    child.end();
    signal?.removeEventListener('abort', stop);
    reports.end(error);
  };
  done.then(() => end(), end);
  return { done, stop, kill, [Symbol.asyncIterator]: () => reports.iterate() };
}

/** @throws GivernyError OPTION_INVALID where a request holds what only this process has. */
export function refuseObjects({ network, coarseNetwork, terms }: PaintRequest): void {
  const own = Object.entries({ network, coarseNetwork, terms }).find(([, value]) => typeof value === 'object');
  if (!own) return;
  throw new GivernyError(
    'OPTION_INVALID',
    `Expected no object for ${own[0]}, as it cannot cross to another process, but received one; paintFile takes it.`,
  );
}

/** Hands reports to whoever iterates, and the end to all. */
class Reports {
  readonly #waiting = new Set<{ queue: StepReport[]; wake: () => void }>();
  #ended: { readonly error?: unknown } | undefined;

  add(report: StepReport): void {
    for (const waiter of this.#waiting) {
      waiter.queue.push(report);
      waiter.wake();
    }
  }

  end(error?: unknown): void {
    this.#ended = error === undefined ? {} : { error };
    for (const { wake } of this.#waiting) wake();
  }

  async *iterate(): AsyncGenerator<StepReport, void, undefined> {
    const waiter = { queue: [] as StepReport[], wake: () => {} };
    this.#waiting.add(waiter);
    try {
      for (;;) {
        const next = waiter.queue.shift();
        if (next) yield next;
        else if (this.#ended) break;
        else
          await new Promise<void>((resolve) => {
            waiter.wake = resolve;
          });
      }
      if (this.#ended && 'error' in this.#ended) throw this.#ended.error;
    } finally {
      this.#waiting.delete(waiter);
    }
  }
}
