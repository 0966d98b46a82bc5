/** A painting begun before it is asked for: runtime, network, graph and first step are there when Paint is pressed. */
import type { Revision, Step } from '../../core/painting/job.js';
import type { Prepared } from '../../core/painting/prepared.js';
import type { OrderedPicture, PaintOrder } from './protocol.js';

/** What a painting is begun with. */
export interface Begun {
  readonly prepared: Prepared<OrderedPicture>;
  /** After its first step. */
  readonly steps: AsyncGenerator<Step, void, Revision | undefined>;
  readonly first: IteratorResult<Step, void>;
}

export class Ahead {
  readonly #key: string;
  readonly #abort = new AbortController();
  readonly #begun: Promise<Begun>;

  /** @param begin gives up at the signal, between two evaluations at the latest. */
  constructor(order: PaintOrder, begin: (order: PaintOrder, signal: AbortSignal) => Promise<Begun>) {
    this.#key = keyOf(order);
    this.#begun = begin(order, this.#abort.signal);
    // Whoever takes it hears of what failed; nobody need take it.
    this.#begun.catch(() => {});
  }

  /** The painting, if it is the one ordered and nothing failed; otherwise it is given up. */
  async take(order: PaintOrder): Promise<Begun | undefined> {
    if (keyOf(order) === this.#key) return this.#begun.catch(() => undefined);
    await this.drop();
    return undefined;
  }

  async drop(): Promise<void> {
    this.#abort.abort();
    const begun = await this.#begun.catch(() => undefined);
    await begun?.steps.return();
  }
}

/** Pictures are known by the hash of their files. */
const keyOf = (order: PaintOrder) => JSON.stringify(order, (name, value) => (name === 'source' ? undefined : value));
