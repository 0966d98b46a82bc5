/** Memory that is really in use, for tests that nothing piles up. */
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Frees what nobody refers to; returns the bytes of the heap after that. */
export async function collectGarbage(): Promise<number> {
  // What a WeakRef was asked for lives until the end of the turn.
  for (let turn = 0; turn < 3; turn++) {
    await setTimeout(0);
    gc();
  }
  return process.memoryUsage().heapUsed;
}
