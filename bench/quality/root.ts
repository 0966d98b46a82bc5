import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository, from the sources as from what is compiled of them. */
export const ROOT = ['../..', '../../..']
  .map((up) => fileURLToPath(new URL(up, import.meta.url)))
  .find((folder) => existsSync(`${folder}/package.json`)) as string;
