/** What graphs must know of each device: one table for the engines of Node and of browsers. */
import type { Device } from '../core/devices.js';
import type { EngineTraits } from '../core/graph/engine.js';

type DeviceTraits = Pick<EngineTraits, 'winograd' | 'weightsInModel' | 'workspaceBytes'>;

/** A model of a few hundred kilobytes that is fed by reference: all programs share one copy of the weights. */
const PROCESSOR: DeviceTraits = { winograd: true, weightsInModel: false, workspaceBytes: 64 * 2 ** 20 };

/**
 * Memory of its own behind a bus: weights cross it once, with the model. On SwiftShader a step took 13 s with them in
 * the model and 25 s with them fed, as the runtime then turns kernels on every run. Whether Winograd and strips pay
 * was not measured on a graphics card; they are the processor's until it is.
 */
const GRAPHICS: DeviceTraits = { ...PROCESSOR, weightsInModel: true };

const TRAITS: Readonly<Record<Device | 'wasm', DeviceTraits>> = {
  cpu: PROCESSOR,
  wasm: PROCESSOR,
  webgpu: GRAPHICS,
  cuda: GRAPHICS,
  directml: GRAPHICS,
  coreml: GRAPHICS,
};

/** @param threads that compute one operation on a processor. */
export function traitsOf<D extends Device | 'wasm'>(device: D, threads: number): EngineTraits & { readonly device: D } {
  const isProcessor = device === 'cpu' || device === 'wasm';
  return { device, threads: isProcessor ? threads : 1, ...TRAITS[device] };
}
