/** What a session is fed with again and again, kept in the device's memory. */
import type { Tensor, Tensors } from '../core/graph/tensor.js';

/** Tensors on the device, in the order in which they were handed in. */
export interface Uploaded<Value> {
  readonly values: readonly Value[];
  dispose(): Promise<void>;
}

/**
 * Targets are fed as the same Tensor object run after run: from the second run on such a feed stays in the device's
 * memory. A Tensor object whose numbers change between runs must therefore be a new one each time.
 */
export class KeptFeeds<Value> {
  readonly #seen = new WeakSet<Tensor>();
  readonly #kept = new Map<Tensor, Value>();
  readonly #uploads: Uploaded<Value>[] = [];

  constructor(readonly upload: (feeds: readonly Tensor[]) => Promise<Uploaded<Value>>) {}

  /** The feeds of a run: kept ones by their place on the device, others by what `send` makes of them. */
  async take(feeds: Tensors, send: (feed: Tensor) => Value): Promise<Record<string, Value>> {
    const known = [...new Set(Object.values(feeds))].filter((feed) => this.#seen.has(feed) && !this.#kept.has(feed));
    if (known.length > 0) {
      const uploaded = await this.upload(known);
      this.#uploads.push(uploaded);
      for (const [i, feed] of known.entries()) this.#kept.set(feed, uploaded.values[i] as Value);
    }
    for (const feed of Object.values(feeds)) this.#seen.add(feed);
    return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, this.#kept.get(feed) ?? send(feed)]));
  }

  async dispose(): Promise<void> {
    this.#kept.clear();
    for (const uploaded of this.#uploads.splice(0)) await uploaded.dispose();
  }
}
