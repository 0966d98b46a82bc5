/** Names the ways in which the runtime fails in sentences of our own. */
import { GivernyError } from '../core/errors.js';

const SMALLER = 'Not enough memory for a picture of this size: try a smaller size.';

/**
 * @param lost why the device is known to be lost, where it is.
 */
export function failure(what: 'load' | 'run', cause: unknown, lost = ''): GivernyError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (lost || /device.{0,20}lost|lost.{0,20}device|device.removed/i.test(reason)) {
    return new GivernyError('DEVICE_LOST', `The graphics device was lost (${lost || reason}).`, { cause });
  }
  // WASM without memory aborts, and says so in several ways.
  if (/alloc|out of memory|\boom\b|memory access out of bounds|Maximum.*size exceeded/i.test(reason)) {
    return new GivernyError('OUT_OF_MEMORY', SMALLER, { cause });
  }
  return new GivernyError('ENGINE_FAILED', `ONNX Runtime could not ${what} the graph: ${reason}`, { cause });
}
