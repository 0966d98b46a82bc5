/** Pictures to learn from: square crops of a folder's photographs and paintings, changed in many ways. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { VGG_MEAN } from '#dist/core/networks/network.js';
import { fromBytes } from '#dist/core/pictures/picture.js';
import type { Random } from './random.js';

/** What training needs of its pictures: crops [3, sizePx, sizePx], RGB in 0..255 minus VGG's mean. */
export interface Source {
  /** A random crop of a random photograph or painting, flipped at random. */
  crop(random: Random, kind?: 'photo' | 'art'): Promise<Float32Array>;
  /** The middle of every picture that is never trained on. */
  heldOut(): Promise<Float32Array[]>;
  /** The middle of some pictures, evenly over all that are trained on. */
  sample(count: number): Promise<Float32Array[]>;
}

/** How often a crop is of a painting, where the folder has both. */
const ART_SHARE = 0.35;

/** Pictures of a folder; those named art-... are paintings. Every 43rd is held out. */
export async function folderSource(folder: string, sizePx: number): Promise<Source> {
  const files = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (files.length === 0) throw new RangeError(`Expected pictures in ${folder} but found none.`);
  const apart = files.filter((_, i) => i % HELD_OUT_EVERY === HELD_OUT_EVERY - 1);
  const rest = files.filter((_, i) => i % HELD_OUT_EVERY !== HELD_OUT_EVERY - 1);
  const kinds = {
    art: rest.filter((name) => name.startsWith('art-')),
    photo: rest.filter((name) => !name.startsWith('art-')),
  };
  const middle = async (name: string) => {
    const { data } = await sharp(path.join(folder, name))
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .resize(sizePx, sizePx, { fit: 'cover' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return minusMean(data, sizePx);
  };
  return {
    crop: async (random, kind = random.chance(ART_SHARE) ? 'art' : 'photo') => {
      const name = random.of(kinds[kind].length > 0 ? kinds[kind] : rest);
      const [side, left, top, flip] = [random.between(0.5, 1), random.next(), random.next(), random.chance(0.5)];
      const file = sharp(path.join(folder, name)).autoOrient();
      const { width, height } = (await file.metadata()).autoOrient;
      const extent = Math.max(1, Math.round(side * Math.min(width, height)));
      const data = await file
        .toColourspace('srgb')
        .removeAlpha()
        .extract({
          left: Math.floor(left * (width - extent + 1)),
          top: Math.floor(top * (height - extent + 1)),
          width: extent,
          height: extent,
        })
        .resize(sizePx, sizePx)
        .flop(flip)
        .raw()
        .toBuffer();
      return minusMean(data, sizePx);
    },
    heldOut: () => Promise.all(apart.map(middle)),
    sample: (count) =>
      Promise.all(
        Array.from({ length: Math.min(count, rest.length) }, (_, i) =>
          middle(rest[Math.floor((i * rest.length) / Math.min(count, rest.length))] as string),
        ),
      ),
  };
}

const HELD_OUT_EVERY = 43;

function minusMean(bytes: Uint8Array, sizePx: number): Float32Array {
  const { data } = fromBytes(sizePx, sizePx, bytes);
  const plane = sizePx * sizePx;
  return data.map((value, i) => value - (VGG_MEAN[Math.floor(i / plane)] as number));
}

/**
 * One of the many states in which a painting may show its network a picture: blended with the notebook's
 * noise, grainy, of other contrast and colours, blurred; one in five stays as it is.
 *
 * @param pixels [3, sizePx, sizePx] minus the mean; not changed.
 */
export function augment(pixels: Float32Array, sizePx: number, random: Random): Float32Array {
  let result: Float32Array = pixels.slice();
  if (random.chance(0.2)) return result;
  const plane = sizePx * sizePx;
  const mean = (channel: number) => VGG_MEAN[channel] as number;
  if (random.chance(0.15)) result = permuted(result, plane, random);
  if (random.chance(0.35)) {
    const contrast = Math.exp(random.between(-0.7, 0.5));
    const brightness = random.between(-40, 40);
    for (let channel = 0; channel < 3; channel++) {
      const gain = contrast * random.between(0.85, 1.15);
      const offset = gain * (mean(channel) - 128) + 128 + brightness - mean(channel);
      for (let i = channel * plane; i < (channel + 1) * plane; i++) result[i] = gain * (result[i] as number) + offset;
    }
  }
  if (random.chance(0.12)) result = blurred(result, sizePx, random.between(0.5, 2));
  const noise = random.next();
  if (noise < 0.25) {
    // The notebook's start: picture * (1 - share) + noise in [-20, 20) * share, share 0.6.
    const share = random.chance(0.5) ? 0.6 : random.between(0.1, 1);
    for (let i = 0; i < result.length; i++) {
      result[i] = (1 - share) * (result[i] as number) + share * random.between(-20, 20);
    }
  } else if (noise < 0.45) {
    const reach = random.between(2, 50);
    for (let i = 0; i < result.length; i++) result[i] = (result[i] as number) + random.between(-reach, reach);
  }
  return result;
}

/** The three colours exchanged, each keeping its own mean. */
function permuted(pixels: Float32Array, plane: number, random: Random): Float32Array {
  const order = random.of([
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const);
  const result = new Float32Array(pixels.length);
  order.forEach((from, to) => {
    result.set(pixels.subarray(from * plane, (from + 1) * plane), to * plane);
  });
  return result;
}

/** Blurred by a Gaussian of `sigma` pixels; the edges repeat. */
function blurred(pixels: Float32Array, sizePx: number, sigma: number): Float32Array {
  const reach = Math.ceil(2.5 * sigma);
  const bell = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const whole = bell.reduce((sum, value) => sum + value, 0);
  const pass = (from: Float32Array, stride: number, across: number) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < from.length / sizePx; line++) {
      const start = Math.floor(line / sizePx) * sizePx * sizePx + (line % sizePx) * across;
      for (let i = 0; i < sizePx; i++) {
        let sum = 0;
        for (let k = 0; k < bell.length; k++) {
          const j = Math.min(sizePx - 1, Math.max(0, i + k - reach));
          sum += (bell[k] as number) * (from[start + j * stride] as number);
        }
        to[start + i * stride] = sum / whole;
      }
    }
    return to;
  };
  return pass(pass(pixels, 1, sizePx), sizePx, 1);
}
