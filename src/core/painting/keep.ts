/** Keeps what was measured of styles from painting to painting. */
import type { Keep } from '../costs/objective/sources.js';
import type { Tensors } from '../graph/tensor.js';
import { Recent } from '../recent.js';

/** Of a painting at five scales with two networks and four styles all fit in. */
const MOST_BYTES = 64 * 2 ** 20;

/** A Keep that forgets what was not used for longest when it holds more than `mostBytes`. */
export function boundedKeep(mostBytes = MOST_BYTES): Keep {
  const kept = new Recent<Tensors>(mostBytes, (tensors) =>
    Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0),
  );
  return {
    async measured(key, measure) {
      const known = kept.get(key);
      if (known) return known;
      const found = await measure();
      kept.set(key, found);
      return found;
    },
  };
}
