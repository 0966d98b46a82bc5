/** Keeps what was measured of styles from painting to painting. */
import type { Keep } from '../costs/objective/sources.js';
import type { Tensors } from '../graph/tensor.js';

/** Of a painting at five scales with two networks and four styles all fit in. */
const MOST_BYTES = 64 * 2 ** 20;

/** A Keep that forgets what was not used for longest when it holds more than `mostBytes`. */
export function boundedKeep(mostBytes = MOST_BYTES): Keep {
  const kept = new Map<string, Tensors>();
  let bytes = 0;
  const sizeOf = (tensors: Tensors) => Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  return {
    async measured(key, measure) {
      const known = kept.get(key);
      const found = known ?? (await measure());
      // Last used, last forgotten.
      if (known) kept.delete(key);
      else bytes += sizeOf(found);
      kept.set(key, found);
      for (const [oldest, tensors] of kept) {
        if (bytes <= mostBytes) break;
        kept.delete(oldest);
        bytes -= sizeOf(tensors);
      }
      return found;
    },
  };
}
