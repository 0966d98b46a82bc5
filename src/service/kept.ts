/** What many requests ask for at a time and may be a little old. */

/** A function that gives what `make` made until that is too old; who asks while it is made waits for the same. */
export function kept<T>(maxAgeMs: number, make: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly made: Promise<T> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > maxAgeMs) {
      const made = make();
      last = { at: performance.now(), made };
      made.catch(() => {
        last = undefined;
      });
    }
    return last.made;
  };
}

/** Answers that are held at most; past these all are forgotten, as those that are asked for come again. */
const MOST_KEYS = 10_000;

/** As kept, for each key. What `make` says nothing for, it is asked for again. */
export function keptByKey<T>(
  maxAgeMs: number,
  make: (key: string) => Promise<T | undefined>,
): (key: string) => Promise<T | undefined> {
  const all = new Map<string, { readonly at: number; readonly made: Promise<T | undefined> }>();
  return (key) => {
    const last = all.get(key);
    if (last && performance.now() - last.at <= maxAgeMs) return last.made;
    if (all.size >= MOST_KEYS) all.clear();
    const entry = { at: performance.now(), made: make(key) };
    all.set(key, entry);
    const forget = () => {
      if (all.get(key) === entry) all.delete(key);
    };
    entry.made.then((value) => value === undefined && forget(), forget);
    return entry.made;
  };
}
