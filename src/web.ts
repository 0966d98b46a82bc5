/** Giverny in browsers: everything of `giverny`, ONNX Runtime on WebGPU or WASM, and pictures from files and canvases. */

export { decodePicture } from './browser/pictures.js';
export { openPocketNetwork } from './browser/pocket.js';
export {
  bestDevice,
  createWebEngine,
  type RuntimeFiles,
  threadsOf,
  type WebDevice,
  type WebEngine,
  type WebEngineOptions,
} from './engines/web.js';
export * from './index.js';
