/** How often one owner may ask: a bucket of requests that fills again with time. */

export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes one request; the seconds to wait where there is none left, else 0. */
  take(key: string, now = performance.now()): number {
    const bucket = this.#buckets.get(key) ?? { left: this.#burst, at: now };
    const left = Math.min(this.#burst, bucket.left + ((now - bucket.at) / 1000) * this.#perSecond);
    const allowed = left >= 1;
    this.#buckets.set(key, { left: allowed ? left - 1 : left, at: now });
    if (this.#buckets.size > 10_000) this.#forget(now);
    return allowed ? 0 : Math.ceil((1 - left) / this.#perSecond);
  }

  /** Buckets that are full again say nothing. */
  #forget(now: number): void {
    for (const [key, { left, at }] of this.#buckets) {
      if (left + ((now - at) / 1000) * this.#perSecond >= this.#burst) this.#buckets.delete(key);
    }
  }
}
