/** Parts of a painting that stay as in the photo. */
import { areasOf } from '../costs/areas.js';
import type { Evaluation, Objective } from '../costs/objective/objective.js';
import type { Scene } from '../costs/setting.js';
import { subtractMean } from '../networks/pixels.js';

export interface Kept {
  /**
   * What comes of pixels [3, H, W], RGB in 0..255 minus the network's mean: parts that take no style stay as in the
   * photo, whatever the features of their neighbours would make of them.
   */
  show(pixels: Float32Array): Float32Array;
  /** Costs of what comes of pixels, and their gradient with respect to these pixels. */
  evaluate(objective: Objective, pixels: Float32Array): Promise<Evaluation>;
}

export const keepNothing: Kept = {
  show: (pixels) => pixels,
  evaluate: (objective, pixels) => objective.evaluate(pixels),
};

/** @throws GivernyError OPTION_INVALID where styles and regions do not fit together. */
export function keptOf(scene: Scene): Kept {
  const { painted } = areasOf(scene, scene.network, [], scene.options);
  if (!painted) return keepNothing;
  const photo = subtractMean(scene.content, scene.network);
  const shareOf = (i: number) => painted[i % painted.length] as number;
  const show = (pixels: Float32Array) => photo.map((value, i) => value + shareOf(i) * ((pixels[i] as number) - value));
  return {
    show,
    evaluate: async (objective, pixels) => {
      const { costs, gradient } = await objective.evaluate(show(pixels));
      return { costs, gradient: gradient.map((g, i) => g * shareOf(i)) };
    },
  };
}
