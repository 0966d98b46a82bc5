/** What a painting may take of a machine. Apart from the painter, which loads the engine. */
import { totalmem } from 'node:os';
import process from 'node:process';

/** Of the memory of a machine; the rest is for its system and other programs. */
const OWN_SHARE = 0.75;

/** What a painting may take of this machine's memory or, where it has less, of its container's (cgroup v1 and v2). */
export function usableBytes(): number {
  // 0 where nothing limits the process.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return OWN_SHARE * Math.min(totalmem(), limit);
}
