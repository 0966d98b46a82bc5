/** An engine that outlives its device. */
import type { GivernyError } from '../errors.js';
import type { Engine } from './engine.js';

/** Devices that are the processor. */
const PROCESSORS: readonly string[] = ['cpu', 'wasm'];

/**
 * Computes on one engine until its device fails, and on another from then on. A painting goes on from its last step,
 * and those that follow do not try the device again.
 *
 * @param next makes the other engine, when it is needed.
 */
export function fallingBack(first: Engine, next: () => Engine): Engine {
  let current = first;
  return {
    get name() {
      return current.name;
    },
    get traits() {
      return current.traits;
    },
    load: (model) => current.load(model),
    fallBack({ message }: GivernyError) {
      if (current !== first) return undefined;
      current = next();
      const { device } = current.traits;
      return `${message} Painting goes on on the ${PROCESSORS.includes(device) ? 'CPU' : device}.`;
    },
  };
}
