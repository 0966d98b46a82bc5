/** What a painting will take, by the core's forecasts of networks that need not be here yet. Loaded with the first photo. */
import type { Shape } from '../../core/graph/tensor.js';
import { type Network, networkOf, VGG_MEAN, VGG19 } from '../../core/networks/network.js';
import type { Options } from '../../core/options/options.js';
import { forecastAll, secondsLeft } from '../../core/painting/forecast.js';
import { paintedBy, plan } from '../../core/painting/plan.js';
import type { Size } from '../../core/pictures/picture.js';
import { inPage, PAINTING_BYTES } from './memory.js';
import { type Machine, paceOf } from './pace.js';

/** The pocket network's table, from its file. */
declare const __POCKET__: { readonly shapes: Readonly<Record<string, Shape>>; readonly pooled?: readonly string[] };

const POCKET = outline('pocket', __POCKET__.shapes, __POCKET__.pooled);
/** Other networks are taken for as large as VGG-19. */
const LARGE = outline(
  'vgg19',
  Object.fromEntries(
    VGG19.flatMap(({ name, inputChannels, outputChannels }) => [
      [`${name}.weight`, [outputChannels, inputChannels, 3, 3]],
      [`${name}.bias`, [outputChannels]],
    ]),
  ),
);

/** A network without its numbers. */
function outline(name: string, shapes: Readonly<Record<string, Shape>>, pooled?: readonly string[]): Network {
  const data = new Float32Array();
  const tensors = Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, { shape, data }]));
  return networkOf(name, '', tensors, VGG_MEAN, pooled);
}

/** What runtime and network take in a page that has them not ready, as work of a painting on the processor. */
const START_WORK = 12e9;
/** A graphics device computes faster, but its runtime is compiled by the processor, too. */
const LEAST_START_SECONDS = 3;

export interface Forecast {
  readonly seconds: number;
  /** Of the page's process, at the scale that takes most. */
  readonly bytes: number;
}

/**
 * @param styles how many.
 * @param warm whether runtime and network are ready.
 */
export function forecast(
  size: Size,
  options: Options,
  network: string,
  styles: number,
  machine: Machine,
  warm: boolean,
): Forecast {
  const own = network === 'pocket' ? POCKET : LARGE;
  const coarse = own === POCKET ? undefined : POCKET;
  const scales = plan(size, options, own, coarse, { styles, maxBytes: PAINTING_BYTES });
  const paintedAt = paintedBy({ network: own, coarse }, options, styles, scales);
  const pace = paceOf(machine);
  return {
    seconds: secondsLeft(scales, 0, pace) + (warm ? 0 : Math.max(START_WORK * pace, LEAST_START_SECONDS)),
    bytes: inPage(forecastAll(scales, paintedAt, PAINTING_BYTES)),
  };
}
