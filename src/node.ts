/** Giverny in Node: everything of the browser-safe API, files, networks by name, and the CPU engine. */

export type { PlannedScale } from './core/painting/plan.js';
export type { Recipe } from './core/painting/recipe.js';
export { fitPicture } from './core/pictures/fit.js';
export { createNodeEngine, type NodeEngineOptions } from './engines/node.js';
export * from './index.js';
export type { PictureSource } from './node/files/picture-file.js';
export { type LoadedPicture, type ReadOptions, readPicture } from './node/files/pictures.js';
export { readRecipe } from './node/files/read-recipe.js';
export { encodePicture, type Finish, type PictureFormat, writePicture } from './node/files/write-pictures.js';
export { type OpenedNetwork, openNetwork } from './node/networks/open.js';
export { paintFile } from './node/painting/paint-file.js';
export type {
  MaskFile,
  Painted,
  PaintListeners,
  PaintRequest,
  Started,
  StepReport,
  StyleFile,
} from './node/painting/request.js';
export { type Painting, startPainting } from './node/painting/start-painting.js';
