/**
 * Paintings in progress by the student itself. Pixels optimised against a small network find what it does not
 * see; so it learns from where they lead it. Each visit carries a painting on by a few steps.
 */
import type { Program } from '#dist/core/graph/program.js';
import { type Tensor, type Tensors, tensor } from '#dist/core/graph/tensor.js';
import { type AdamState, adamInit, adamUpdate } from '#dist/core/optimizers/adam.js';
import { augment, type Source } from './data.js';
import type { Random } from './random.js';
import type { Pooling } from './student.js';

/** One painting; pictures are [3, sizePx, sizePx] minus the mean. */
export interface Painting {
  readonly content: Float32Array;
  readonly style: Float32Array;
  readonly pixels: Float32Array;
  readonly adam: AdamState;
  /** Adam's, in levels of 0..255. */
  readonly learningRate: number;
  /** After so many steps another painting takes its place. */
  readonly steps: number;
  /** How the networks pool that look at it. */
  readonly pooling: Pooling;
  /** Filled on the first visit. */
  way?: Way;
}

/** What the teacher sees between photo and style, by tap. */
export interface Way {
  /** The style's Gram matrices. */
  readonly styleGrams: Tensors;
  /** Squared differences of the photo's Gram matrices and the style's. */
  readonly lengths: Readonly<Record<string, number>>;
}

const STEPS_PER_VISIT = [1, 2, 3, 4, 6];
const LEARNING_RATES = [1, 2, 2, 3, 5];

/** A photo and a style, and a start as painters choose them. */
export async function begin(source: Source, random: Random, sizePx: number, pooling: Pooling): Promise<Painting> {
  const content = await source.crop(random, 'photo');
  let style = await source.crop(random, random.chance(0.85) ? 'art' : 'photo');
  if (random.chance(0.2)) style = augment(style, sizePx, random);
  // The notebook's noise blend, the photo itself, or any share of noise.
  const share = random.of([0.6, 0.6, 0, 0, random.next()]);
  const pixels = content.map((value) => (1 - share) * value + share * random.between(-20, 20));
  return {
    content,
    style,
    pixels,
    adam: adamInit(pixels.length),
    learningRate: random.of(LEARNING_RATES),
    steps: 60 + random.below(160),
    pooling,
  };
}

export interface Visit {
  /** The student's Gram matrices of the style, per tap `<tap>.gram`. */
  readonly styleGrams: Tensors;
}

/** Carries a painting on by a few steps in the student's eyes. */
export async function advance(
  { content, style, pixels, adam, learningRate }: Painting,
  { view, painting }: { readonly view: Program; readonly painting: Program },
  feeds: Tensors,
  random: Random,
  sizePx: number,
): Promise<Visit> {
  const shape = [1, 3, sizePx, sizePx];
  const see = (picture: Float32Array) => view.run({ ...feeds, picture: tensor(shape, picture) });
  const only = (tensors: Tensors, ending: string) =>
    Object.fromEntries(Object.entries(tensors).filter(([name]) => name.endsWith(ending)));
  const styleGrams = only(await see(style), '.gram');
  const targets = { ...feeds, ...only(await see(content), '.content'), ...styleGrams };
  const steps = random.of(STEPS_PER_VISIT);
  for (let step = 0; step < steps; step++) {
    const { gradient } = await painting.run({ ...targets, picture: tensor(shape, pixels) });
    adamUpdate(pixels, (gradient as Tensor).data, adam, { learningRate });
  }
  return { styleGrams };
}
