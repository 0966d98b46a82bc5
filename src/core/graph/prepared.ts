/** Values that were computed from one set of fixed tensors, by names that say what they are. */
import type { Tensor, Tensors } from './tensor.js';

/**
 * Values that so many loads in a row did not ask for are dropped. A painting loads a handful of programs for each of
 * its scales, so what its own next scale or a next painting like it needs is still there.
 */
const LOADS_KEPT = 32;

export class Prepared {
  readonly #values = new Map<string, { readonly value: Tensor; lastUsed: number }>();
  #loads = 0;

  /** How many values are kept. */
  get size(): number {
    return this.#values.size;
  }

  /**
   * The values of these names.
   *
   * @param compute gives those that are not there; not called where all are.
   */
  async take(names: readonly string[], compute: (missing: readonly string[]) => Promise<Tensors>): Promise<Tensors> {
    this.#loads++;
    const missing = names.filter((name) => !this.#values.has(name));
    const computed = missing.length > 0 ? await compute(missing) : {};
    const taken = names.map((name) => {
      const value = this.#values.get(name)?.value ?? (computed[name] as Tensor);
      this.#values.set(name, { value, lastUsed: this.#loads });
      return [name, value] as const;
    });
    for (const [name, { lastUsed }] of this.#values) {
      if (this.#loads - lastUsed >= LOADS_KEPT) this.#values.delete(name);
    }
    return Object.fromEntries(taken);
  }
}
