/** What the page of the parity test is asked for, and the pictures both sides make for themselves. */

import { type Options, resolveOptions } from '../../../src/core/options/options.js';
import { type Picture, picture } from '../../../src/core/pictures/picture.js';
import { seededNumbers } from '../../support/random.js';

export interface ParityJob {
  readonly device: 'webgpu' | 'wasm';
  readonly threads: number;
  readonly network: 'small' | 'pocket';
  readonly width: number;
  readonly height: number;
  /** Evaluations to time after the first. */
  readonly repeats: number;
}

/** SwiftShader compiles a program for each operation and shape: three blocks have every kind of them. */
const THREE_BLOCKS = { contentLayers: 'conv3_2', styleLayers: 'conv1_1,conv2_1,conv3_2' };

/** The small network is for what is very slow. */
export const optionsOf = ({ network }: Pick<ParityJob, 'network'>): Options =>
  resolveOptions(network === 'small' ? THREE_BLOCKS : {});

/** A smooth picture with some noise, RGB in 0..255. */
export function seededPicture(width: number, height: number, seed: number): Picture {
  const numbers = seededNumbers(seed);
  const made = picture(width, height);
  for (let i = 0; i < made.data.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    made.data[i] = 127 + 70 * Math.sin((x * seed) / 9 + y / 7) + 40 * (numbers() - 0.5);
  }
  return made;
}
