/** The package onnxruntime-node, and the devices that its build for this machine knows. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type * as Ort from 'onnxruntime-node';
import type { Device, GraphicsDevice } from '../core/devices.js';
import { GivernyError } from '../core/errors.js';

// Switches ONNX Runtime's telemetry off, which otherwise leaves files in the temporary folder. It is read at the first
// session.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

const require = createRequire(import.meta.url);

/** What the runtime calls its devices. */
export const PROVIDERS: Readonly<Record<Device, string>> = {
  cpu: 'cpu',
  webgpu: 'webgpu',
  cuda: 'cuda',
  directml: 'dml',
  coreml: 'coreml',
};

/**
 * npm leaves the optional dependency onnxruntime-node out where its install script fails, so it is loaded when an
 * engine is made, not when this module is.
 *
 * @throws GivernyError ENGINE_FAILED where the package is missing or does not load on this machine.
 */
export function loadRuntime(): typeof Ort {
  try {
    return require('onnxruntime-node');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === 'MODULE_NOT_FOUND' && message.includes("'onnxruntime-node'");
    throw new GivernyError(
      'ENGINE_FAILED',
      missing
        ? 'Expected the package onnxruntime-node but it is not installed: its install script may have failed to ' +
            'download GPU libraries, which Giverny does not need. Install with npm install giverny --ignore-scripts.'
        : `ONNX Runtime does not load on ${process.platform} ${process.arch}: ${message.split('\n')[0]}`,
      { cause },
    );
  }
}

/** Version of onnxruntime-node, found without loading it; 'none' where it is not installed. */
export function runtimeVersion(): string {
  try {
    return (require('onnxruntime-node/package.json') as { version: string }).version;
  } catch {
    return 'none';
  }
}

/** Where a device is only. */
const SYSTEMS: Partial<Record<GraphicsDevice, string>> = {
  cuda: 'Linux on x64',
  directml: 'Windows',
  coreml: 'macOS',
};

/**
 * Why this build of the runtime cannot compute on a device, as the end of a sentence; undefined where it may. Whether
 * there is a driver and a graphics card shows when a model is loaded.
 */
export function notInBuild(device: GraphicsDevice): string | undefined {
  const build = `onnxruntime-node ${runtimeVersion()} for ${process.platform} ${process.arch}`;
  const found = loadRuntime()
    .listSupportedBackends()
    .find(({ name }) => name === PROVIDERS[device]);
  if (!found) {
    const only = SYSTEMS[device];
    return `${build} has no ${device}${only === undefined ? '' : `, which is for ${only}`}`;
  }
  if (!found.bundled && !hasLibrary(device)) {
    return `the libraries of ${device} are not installed; npm install onnxruntime-node --onnxruntime-node-install=cuda12 downloads them`;
  }
  return undefined;
}

/** Whether the library of a device that the package does not bring lies beside the runtime. */
function hasLibrary(device: GraphicsDevice): boolean {
  const folder = join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin', 'napi-v6');
  const file =
    process.platform === 'win32' ? `onnxruntime_providers_${device}.dll` : `libonnxruntime_providers_${device}.so`;
  return existsSync(join(folder, process.platform, process.arch, file));
}

/** Why a device that was asked for cannot be had. */
export class MissingDevice extends GivernyError {
  /** @param reason as the end of a sentence. */
  constructor(
    device: Device,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(
      'DEVICE_MISSING',
      `Expected the device ${device} but ${reason}. giverny devices lists what is there; --device auto takes the best of it.`,
      { cause },
    );
  }
}
