/** The scales of a painting, and what they cost. */

import { tiledShare } from '../costs/objective/tiled.js';
import { deepestLayer, workPerPixel } from '../networks/measures.js';
import type { Network } from '../networks/network.js';
import type { Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';
import { fittingCoreSidePx } from './forecast.js';
import { type Scale, scalesOf } from './schedule.js';

/** A scale, and what a step at it costs. */
export interface PlannedScale extends Scale {
  /** Relative to a step at the other scales. */
  readonly work: number;
}

/**
 * The scales of a painting, with what a step at each costs.
 *
 * @param memory where a scale that does not fit into it is painted in tiles, which cost more.
 */
export function plan(
  size: Size,
  options: Options,
  network: Network,
  coarse: Network | undefined,
  memory?: { readonly styles: number; readonly maxBytes: number },
): PlannedScale[] {
  const layers = { ...options.contentLayers };
  for (const [layer, weight] of Object.entries(options.styleLayers)) layers[layer] = (layers[layer] ?? 0) + weight;
  return scalesOf(size, options).map((scale, i, { length }) => {
    const looking = (i < length - 1 && coarse) || network;
    const painted = { network: looking, options, styles: memory?.styles ?? 0 };
    const side = memory && fittingCoreSidePx(scale, painted, memory.maxBytes);
    const share = side === undefined ? 1 : tiledShare(scale, looking, Object.keys(layers), side);
    const whole = scale.width * scale.height * workPerPixel(looking, deepestLayer(looking, layers));
    return { ...scale, work: share * whole };
  });
}
