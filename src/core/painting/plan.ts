/** The scales of a painting, and what they cost. */

import { tiledShare } from '../costs/objective/tiled.js';
import { deepestLayer, workPerPixel } from '../networks/measures.js';
import type { Network } from '../networks/network.js';
import type { Options } from '../options/options.js';
import type { Size } from '../pictures/picture.js';
import { assertFits, fittingCoreSidePx, forecastAll, type Painted, STEP_WORK } from './forecast.js';
import { type Scale, scalesOf } from './schedule.js';

/** A scale, and what a step at it costs. */
export interface PlannedScale extends Scale {
  /** Relative to a step at the other scales. */
  readonly work: number;
}

/** The networks that look at a painting: `coarse` at all scales but the last, where there is one. */
export interface Lookers {
  readonly network: Network;
  readonly coarse: Network | undefined;
}

/** Of what the memory of each of a painting's scales is forecast. */
export const paintedBy =
  ({ network, coarse }: Lookers, options: Options, styles: number, scales: readonly Scale[]) =>
  (i: number): Painted => {
    const last = scales.length - 1;
    const { steps } = scales[i] as Scale;
    return { network: (i < last && coarse) || network, options, styles, finalSize: scales[last] as Scale, steps };
  };

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
  const scales = scalesOf(size, options);
  const paintedAt = paintedBy({ network, coarse }, options, memory?.styles ?? 0, scales);
  return scales.map((scale, i) => {
    const painted = paintedAt(i);
    const side = memory && fittingCoreSidePx(scale, painted, memory.maxBytes);
    const share = side === undefined ? 1 : tiledShare(scale, painted.network, Object.keys(layers), side);
    const whole = scale.width * scale.height * workPerPixel(painted.network, deepestLayer(painted.network, layers));
    return { ...scale, work: STEP_WORK + share * whole };
  });
}

/** Of all scales, at most. */
export const stepsOf = (scales: readonly Scale[]): number => scales.reduce((sum, { steps }) => sum + steps, 0);

/** What a painting takes, before it begins. */
export interface PaintingForecast {
  readonly scales: readonly PlannedScale[];
  /** At most, through all scales. */
  readonly steps: number;
  /** Of the whole process, at the scale that takes most. */
  readonly bytes: number;
}

/**
 * Plans a painting that has to fit into memory.
 *
 * @throws GivernyError OUT_OF_MEMORY with the long side that would fit.
 */
export function planWithin(
  size: Size,
  options: Options,
  lookers: Lookers,
  memory: { readonly styles: number; readonly maxBytes: number },
): PaintingForecast {
  const scales = plan(size, options, lookers.network, lookers.coarse, memory);
  const paintedAt = paintedBy(lookers, options, memory.styles, scales);
  for (const [i, scale] of scales.entries()) assertFits(scale, paintedAt(i), memory.maxBytes);
  return { scales, steps: stepsOf(scales), bytes: forecastAll(scales, paintedAt, memory.maxBytes) };
}
