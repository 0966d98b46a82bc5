/** The page's side of a painting: owns the worker, and starts a new one where the old one is of no more use. */

import { signal } from '@preact/signals';
import type { Changes } from '../../core/painting/order.js';
import type { FromWorker, KeepAs, PaintOrder, ToWorker } from './protocol.js';

export class PaintingWorker {
  #worker: Worker | undefined;
  #listener: (message: FromWorker) => void = () => {};
  /** Whether runtime and network are there, so that a painting begins at once. */
  readonly warm = signal(false);

  /** Starts a painting; `listener` hears of it until the next one starts. */
  paint(order: PaintOrder, listener: (message: FromWorker) => void, keepAs?: KeepAs): void {
    this.#listener = listener;
    this.#worker ??= this.#start();
    this.#send({ type: 'paint', order, keepAs });
    this.watch(!document.hidden);
  }

  /** Begins a painting that may be ordered soon; nothing is heard of it until it is. */
  warmUp(order: PaintOrder): void {
    this.#listener = () => {};
    this.#worker ??= this.#start();
    this.#send({ type: 'warmUp', order });
  }

  /** Whether the painting that ended last can be gone on with: its worker holds its state. */
  get canGoOn(): boolean {
    return this.#worker !== undefined;
  }

  /** Goes on with the painting that ended last, changed like this. */
  paintOn(changes: Changes): void {
    this.#send({ type: 'paintOn', changes });
    this.watch(!document.hidden);
  }

  /** Keeps the state of now. */
  keep(): void {
    this.#send({ type: 'keep' });
  }

  pause(): void {
    this.#send({ type: 'pause' });
  }

  resume(): void {
    this.#send({ type: 'resume' });
  }

  /** Ends after the step that is being computed, and keeps its picture. */
  stop(): void {
    this.#send({ type: 'stop' });
  }

  change(changes: Changes): void {
    this.#send({ type: 'change', changes });
  }

  watch(watching: boolean): void {
    this.#send({ type: 'watch', watching });
  }

  /** Ends at once; nothing is heard of the painting any more. */
  kill(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.warm.value = false;
  }

  /** A browser that ends a worker, as for its memory, tells nobody, but frees its lock. */
  #mourn(worker: Worker, lock: string): void {
    navigator.locks?.request(lock, () => {
      if (this.#worker !== worker) return;
      this.kill();
      this.#listener({ type: 'failed', code: 'PAINTER_DIED', message: 'The painting worker ended.' });
    });
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'painting' });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      // A runtime that failed holds memory that it never gives back.
      if (data.type === 'failed') this.kill();
      if (data.type === 'warm' || data.type === 'step') this.warm.value = true;
      if (data.type === 'alive') this.#mourn(worker, data.lock);
      else this.#listener(data);
    };
    worker.onerror = ({ message }) => {
      this.kill();
      const code = /memory|alloc/i.test(message ?? '') ? 'OUT_OF_MEMORY' : 'PAINTER_DIED';
      this.#listener({ type: 'failed', code, message: message || 'The painting worker could not start.' });
    };
    return worker;
  }
}
