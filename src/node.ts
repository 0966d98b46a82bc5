/** Giverny in Node: everything of the browser-safe API, files, networks by name, and the CPU engine. */

export type { PlannedScale } from './core/painting/plan.js';
export type { Recipe } from './core/painting/recipe.js';
export { createNodeEngine, type NodeEngineOptions } from './engines/node.js';
export * from './index.js';
export { encodePicture, type LoadedPicture, readPicture, readRecipe, writePicture } from './node/files/pictures.js';
export { type OpenedNetwork, openNetwork } from './node/networks/open.js';
export { paintFile } from './node/painting/paint-file.js';
export type {
  MaskRequest,
  Painted,
  PaintListeners,
  PaintRequest,
  PictureSource,
  Started,
  StyleRequest,
} from './node/painting/request.js';
export { type ResumeChanges, resumePainting } from './node/painting/resume.js';
export { type Painting, startPainting } from './node/painting/start-painting.js';
