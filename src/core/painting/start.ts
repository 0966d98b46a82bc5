/** The picture a painting starts from, at its first scale and at each that follows. */
import { expected } from '../errors.js';
import { pictureOf, subtractMean } from '../networks/pixels.js';
import type { Picture, Size } from '../pictures/picture.js';
import { resample } from '../pictures/resample.js';
import { RandomState } from '../random.js';
import type { SettledJob } from './job.js';

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

/**
 * The picture to start from, at the size of the first scale.
 *
 * @throws GivernyError OPTION_INVALID where `start` has another size than the photo, or `init` names a file and
 *   `start` is missing.
 */
export function startPicture(
  { content, network, options: { init, seed }, start }: SettledJob,
  { width, height }: Size,
): Picture {
  if (start) {
    if (start.width !== content.width || start.height !== content.height) {
      const size = (of: Picture) => `${of.width}x${of.height}`;
      throw expected(`a picture of ${size(content)} pixels`, 'start', size(start));
    }
    return resample(start, width, height);
  }
  const photo = resample(content, width, height);
  if (init === 'jitter') return jittered(photo, seed);
  const ratio = init === 'content' ? 0 : init === 'noise' ? 1 : init;
  if (typeof ratio !== 'number') throw expected('the picture of that file as `start`', 'init', init);
  if (ratio === 0) return photo;
  const noise = uniformNoise(notebookRandom(seed), width, height);
  return pictureOf(blend(noise, subtractMean(photo, network), ratio), width, height, network);
}

/** A picture with noise of a quarter of the range, uniform in [-63.75, 63.75), clipped to 0..255. */
function jittered(photo: Picture, seed: number): Picture {
  const random = new RandomState(seed);
  const level = 255 / 4;
  const data = photo.data.map((value) => Math.min(255, Math.max(0, value + random.uniform(-level, level))));
  return { ...photo, data };
}

/** Share of the photo's own detail that a picture is given when it grows. */
const DETAIL = 0.7;

/**
 * A painting enlarged to the size of its next scale. What the smaller picture could not hold comes from the photo, as
 * in a Laplacian pyramid (Burt & Adelson, 1983): from a blurred picture few steps do not find the photo's thin lines
 * again.
 *
 * @param painting what has been painted so far.
 * @param photo as the costs see it, of any size; undefined where nothing of a photo is wanted.
 */
export function enlarged(painting: Picture, photo: Picture | undefined, { width, height }: Size): Picture {
  if (!photo) return resample(painting, width, height);
  const coarse = resample(photo, painting.width, painting.height);
  const rest = coarse.data.map((value, i) => (painting.data[i] as number) - DETAIL * value);
  const larger = resample({ ...painting, data: rest }, width, height);
  const isFull = photo.width === width && photo.height === height;
  const fine = isFull ? photo : resample(photo, width, height);
  const { data } = larger;
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + DETAIL * (fine.data[i] as number);
  return larger;
}
