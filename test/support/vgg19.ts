/** Where the tests find VGG-19: GIVERNY_VGG19, else beside the repository. Tests that want it skip without. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const candidates = [
  process.env.GIVERNY_VGG19,
  fileURLToPath(new URL('../../../shared/weights/vgg19.safetensors', import.meta.url)),
];

/** Path of a VGG-19 file in canonical safetensors, if there is one. */
export const vgg19Path: string | undefined = candidates.find((path) => path && existsSync(path));
