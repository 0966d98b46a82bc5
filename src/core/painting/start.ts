/** The picture a painting starts from. */
import { RandomState } from '../random.js';

/** Noise of the notebook's start picture is uniform in [-20, 20). */
const NOISE_LEVEL = 20;

/**
 * Noise of the notebook's generate_noise_image, in the order in which numpy draws it for [1, H, W, 3], laid
 * out as [3, H, W].
 */
export function uniformNoise(random: RandomState, width: number, height: number): Float32Array {
  const plane = width * height;
  const noise = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) {
      noise[channel * plane + i] = random.uniform(-NOISE_LEVEL, NOISE_LEVEL);
    }
  }
  return noise;
}

/**
 * The generator as the notebook has it when it makes its start picture: it was seeded for the check of
 * total_cost, which drew two normal numbers.
 */
export function notebookRandom(seed: number): RandomState {
  const random = new RandomState(seed);
  random.randn();
  random.randn();
  return random;
}

/** noise * ratio + content * (1 - ratio), all relative to the network's mean. */
export function blend(noise: Float32Array, content: Float32Array, ratio: number): Float32Array {
  return noise.map((value, i) => value * ratio + (content[i] as number) * (1 - ratio));
}
