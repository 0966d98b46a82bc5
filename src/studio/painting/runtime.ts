/** The files of the runtime and of the pocket network, which the build puts beside the page. */
import gpuModule from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import gpuBinary from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import cpuModule from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import cpuBinary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import pocket from '../../../models/pocket.safetensors?url';
import type { RuntimeFiles, WebDevice } from '../../engines/web.js';

const absolute = (url: string) => new URL(url, import.meta.url).href;

export const RUNTIME_FILES: Readonly<Record<WebDevice, RuntimeFiles>> = {
  wasm: { mjs: absolute(cpuModule), wasm: absolute(cpuBinary) },
  webgpu: { mjs: absolute(gpuModule), wasm: absolute(gpuBinary) },
};

export const POCKET_URL = absolute(pocket);
