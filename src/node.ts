/** Giverny in Node: everything of the browser-safe API, files, networks by name, and the CPU engine. */

export { fitPicture } from './core/fit.js';
export type { Recipe } from './core/recipe.js';
export { createNodeEngine, type NodeEngineOptions } from './engines/node.js';
export * from './index.js';
export { encodePicture, type LoadedPicture, readPicture, readRecipe, writePicture } from './node/images.js';
export { type OpenedNetwork, openNetwork } from './node/networks.js';
export { paintFile } from './node/paint-files.js';
export { type Painting, startPainting } from './node/painting.js';
export type {
  MaskFile,
  Painted,
  PaintListeners,
  PaintRequest,
  PlannedScale,
  Started,
  StepReport,
  StyleFile,
} from './node/request.js';
