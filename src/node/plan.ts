/** The scales of a painting, and what they cost. */
import type { Network } from '../core/network.js';
import type { Options } from '../core/options.js';
import type { Size } from '../core/picture.js';
import { scalesOf } from '../core/schedule.js';
import { deepestLayer, workPerPixel } from './network-measures.js';
import type { PlannedScale } from './request.js';

/** The scales of a painting, with what a step at each costs. */
export function plan(size: Size, options: Options, network: Network, coarse: Network | undefined): PlannedScale[] {
  const layers = { ...options.contentLayers };
  for (const [layer, weight] of Object.entries(options.styleLayers)) layers[layer] = (layers[layer] ?? 0) + weight;
  return scalesOf(size, options).map((scale, i, { length }) => {
    const looking = (i < length - 1 && coarse) || network;
    return { ...scale, work: scale.width * scale.height * workPerPixel(looking, deepestLayer(looking, layers)) };
  });
}
