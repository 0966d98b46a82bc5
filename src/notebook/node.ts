/** The notebook's functions in Node: on the CPU, with networks and pictures from files. */
import { join } from 'node:path';
import type { Tensor } from '../core/graph/tensor.js';
import type { Network } from '../core/networks/network.js';
import { createNodeEngine } from '../engines/node.js';
import { writePicture } from '../node/files/write-pictures.js';
import { openNetwork } from '../node/networks/open.js';
import * as notebook from './notebook.js';

export { readPicture } from '../node/files/pictures.js';
export * from './notebook.js';

notebook.useEngine(() => createNodeEngine());

/** Opens a network: a file (safetensors, MatConvNet .mat, Keras .h5 ...) or the name of a known one. */
export function loadVggModel(pathOrName: string): Promise<Network> {
  return openNetwork(pathOrName);
}

/**
 * Adds the means, clips to 0..255, truncates to 8 bits and writes; the name's ending decides the format.
 *
 * @returns the path that was written, as writePicture.
 */
export function saveImage(path: string, image: Tensor): Promise<string> {
  return writePicture(path, notebook.toPicture(image));
}

export interface ModelNNOptions extends Omit<notebook.ModelNNOptions, 'save'> {
  /** Folder of the pictures it saves; 'output/' by default. */
  readonly outputDir?: string;
}

/**
 * The notebook's loop, as in a browser; it saves output/<i>.png every 20 iterations and output/generated_image.jpg at the
 * end.
 *
 * @param contentImage, styleImage, inputImage [1, H, W, 3]; painting starts from inputImage.
 * @returns the generated picture, [1, H, W, 3].
 */
export function modelNN(
  model: Network,
  contentImage: Tensor,
  styleImage: Tensor,
  inputImage: Tensor,
  { outputDir = notebook.CONFIG.OUTPUT_DIR, ...options }: ModelNNOptions = {},
): Promise<Tensor> {
  const save = async (name: string, image: Tensor) => {
    await saveImage(join(outputDir, name), image);
  };
  return notebook.modelNN(model, contentImage, styleImage, inputImage, { ...options, save });
}
