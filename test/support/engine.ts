/** An engine that tells what it was asked for. */
import type { Engine } from '../../src/core/graph/engine.js';
import type { Tensors } from '../../src/core/graph/tensor.js';
import { createNodeEngine } from '../../src/engines/node.js';

export interface WatchedEngine extends Engine {
  /** Models loaded so far. */
  readonly loads: number;
  /** Sessions not disposed of. */
  readonly open: number;
  /** What every run was fed with. */
  readonly feeds: readonly Tensors[];
}

/** Fails where a session is used, or disposed of, after its end. */
export function watchedEngine(): WatchedEngine {
  const engine = createNodeEngine({ threads: 1 });
  let loads = 0;
  let open = 0;
  const feeds: Tensors[] = [];
  return {
    name: engine.name,
    traits: engine.traits,
    feeds,
    get loads() {
      return loads;
    },
    get open() {
      return open;
    },
    async load(model) {
      const session = await engine.load(model);
      loads++;
      open++;
      let ended = false;
      return {
        run(fed) {
          if (ended) throw new Error('A session was run after its end.');
          feeds.push(fed);
          return session.run(fed);
        },
        dispose() {
          if (ended) throw new Error('A session was disposed of twice.');
          ended = true;
          open--;
          return session.dispose();
        },
      };
    },
  };
}
