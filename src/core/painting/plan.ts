/** The scales of a painting, and what they cost. */

import { deepestLayer, workPerPixel } from '../networks/measures.js';
import type { Network } from '../networks/network.js';
import type { Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';
import { type Scale, scalesOf } from './schedule.js';

/** A scale, and what a step at it costs. */
export interface PlannedScale extends Scale {
  /** Relative to a step at the other scales. */
  readonly work: number;
}

/** The scales of a painting, with what a step at each costs. */
export function plan(size: Size, options: Options, network: Network, coarse: Network | undefined): PlannedScale[] {
  const layers = { ...options.contentLayers };
  for (const [layer, weight] of Object.entries(options.styleLayers)) layers[layer] = (layers[layer] ?? 0) + weight;
  return scalesOf(size, options).map((scale, i, { length }) => {
    const looking = (i < length - 1 && coarse) || network;
    return { ...scale, work: scale.width * scale.height * workPerPixel(looking, deepestLayer(looking, layers)) };
  });
}
