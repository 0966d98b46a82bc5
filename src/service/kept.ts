/** What many requests ask for at a time and may be a little old. */

/**
 * A function that gives what `make` made until that is too old; who asks while it is made waits for the same. Where it
 * made nothing or failed, it is asked again.
 */
export function kept<T>(maxAgeMs: number, make: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly made: Promise<T> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > maxAgeMs) {
      const made = make();
      last = { at: performance.now(), made };
      const forget = () => {
        last = undefined;
      };
      made.then((value) => value === undefined && forget(), forget);
    }
    return last.made;
  };
}
