/** Giverny in Node: everything of the browser-safe API, files, networks by name, and the CPU engine. */

export type { Recipe } from './core/painting/recipe.js';
export { createNodeEngine, type NodeEngineOptions } from './engines/node.js';
export * from './index.js';
export type { PictureFormat, PrintWish } from './node/files/formats.js';
export { type LoadedPicture, type ReadOptions, readPicture } from './node/files/pictures.js';
export { readRecipe } from './node/files/read-recipe.js';
export { encodePicture, type Finish, writePicture } from './node/files/write-pictures.js';
export { type OpenedNetwork, openNetwork } from './node/networks/open.js';
export {
  type Batch,
  type BatchListeners,
  type BatchSettings,
  type Outcome,
  paintBatch,
} from './node/painting/batch.js';
export { paintFile } from './node/painting/paint-file.js';
export { createPainter, type PainterOptions } from './node/painting/painter.js';
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
