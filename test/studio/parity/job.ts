/** What the page of the parity test is asked for, and the pictures both sides make for themselves. */
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
