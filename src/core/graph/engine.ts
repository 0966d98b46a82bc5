/** What the core needs of a runtime. `engines/` has one implementation per environment. */
import type { Tensors } from './tensor.js';

export interface Engine {
  /** Such as "onnxruntime-node cpu"; recorded in recipes. */
  readonly name: string;
  /**
   * Makes an ONNX model ready to run.
   *
   * @throws GivernyError ENGINE_FAILED or OUT_OF_MEMORY.
   */
  load(model: Uint8Array): Promise<Session>;
}

export interface Session {
  /**
   * Runs the model once.
   *
   * @param feeds every input by name; not changed, and not kept after the run.
   * @returns every output by name.
   */
  run(feeds: Tensors): Promise<Tensors>;
  /** Frees the memory; the session cannot run afterwards. */
  dispose(): Promise<void>;
}
