/** What the core needs of a runtime. `engines/` has one implementation per environment. */
import type { Device } from '../devices.js';
import type { GivernyError } from '../errors.js';
import type { Tensors } from './tensor.js';

export interface Engine {
  /** Such as "onnxruntime-node cpu"; recorded in recipes. */
  readonly name: string;
  readonly traits: EngineTraits;
  /**
   * Makes an ONNX model ready to run.
   *
   * @throws GivernyError ENGINE_FAILED or OUT_OF_MEMORY.
   */
  load(model: Uint8Array): Promise<Session>;
  /**
   * Goes over to another device for good where this one has failed, so that `name`, `traits` and `load` are the other's
   * from there on. Absent where there is no other.
   *
   * @param error what `load` or `run` threw.
   * @returns what happened, in a sentence for people; undefined where nothing is left to go over to.
   */
  fallBack?(error: GivernyError): string | undefined;
}

/** What graphs must know of an engine to be written for it. They are read whenever a Program is loaded. */
export interface EngineTraits {
  /** Where the engine computes. Programs of other engines may name other devices. */
  readonly device: Device | 'wasm' | (string & Record<never, never>);
  /** Threads that compute one operation; 1 where the device is no processor with threads. */
  readonly threads: number;
  /**
   * Whether wide 3x3 convolutions are written as Winograd's minimal filtering, which is faster where products are
   * dear. Otherwise they are plain Conv nodes, for runtimes whose own convolution is faster. Results differ by
   * rounding.
   */
  readonly winograd: boolean;
  /**
   * Whether fixed inputs, and what is computed from them once, are written into the model as initialisers, so that a
   * run is fed with its varying inputs alone. It is for devices with a memory of their own, where a feed crosses a bus
   * on every run. Otherwise they are fed by reference on every run: models stay small and quick to load, and all
   * programs share one copy of the weights.
   */
  readonly weightsInModel: boolean;
  /**
   * Bytes that the intermediate values of one Winograd convolution may take. Larger convolutions are computed in
   * strips of rows.
   */
  readonly workspaceBytes: number;
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
