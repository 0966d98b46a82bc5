/** The studio's one contact with the core's loop. */
import type { Engine } from '../../core/engine.js';
import type { Network } from '../../core/network.js';
import type { Options } from '../../core/options.js';
import { type Job, paint, type Revision, type Step } from '../../core/paint.js';
import { type Picture, picture } from '../../core/picture.js';
import { resample } from '../../core/resample.js';
import { scalesOf } from '../../core/schedule.js';
import { toNetwork } from '../../core/weights/canonical.js';
import { readNetworkFile } from '../../core/weights/read.js';
import type { Changes, NetworkSource, PaintOrder } from './protocol.js';
import { POCKET_URL } from './runtime.js';

/** A picture on the way, and the steps behind it. */
export interface Reached {
  readonly picture: Picture;
  readonly step: number;
}

/**
 * Starts or goes on with an order.
 *
 * @param changes the options and weights to begin with.
 * @param from where to go on from; the options then are those for the rest.
 */
export function paintOrder(
  order: PaintOrder,
  changes: Changes,
  from: Reached | undefined,
  network: Network,
  engine: Engine,
): AsyncGenerator<Step, void, Revision | undefined> {
  const { width, height } = order.content;
  const job: Job = {
    content: order.content,
    network,
    ...revisionOf(order, changes),
    ...(from ? { start: clipped(resample(from.picture, width, height)) } : {}),
  };
  return paint(job, engine);
}

/** Changes as the core takes them while it paints. A style of weight 0 is left out, and with it its region. */
export function revisionOf(
  order: PaintOrder,
  { options, weights }: Changes,
): Required<Pick<Job, 'styles' | 'options'>> & Pick<Job, 'regions'> {
  const used = order.styles.map((style, i) => ({ ...style, weight: weights[i] ?? 1, name: `style ${i + 1}` }));
  const painting = used.filter(({ weight }) => weight > 0);
  const masked = painting.flatMap(({ name, mask }) => (mask ? [[name, { mask }] as const] : []));
  return {
    options,
    styles: painting.map(({ picture, weight, mask, name }) => ({ picture, weight, region: mask ? name : undefined })),
    regions: masked.length > 0 ? Object.fromEntries(masked) : undefined,
  };
}

/** Options for what is left of a painting, which goes on at the size that it has reached. */
export function remaining(content: Picture, options: Options, done: number): Options {
  let before = 0;
  const scales = scalesOf(content, options);
  for (const [i, { width, height, steps }] of scales.entries()) {
    const left = before + steps - done;
    if (left > 0) {
      return i === scales.length - 1
        ? { ...options, firstSize: 0, steps: left }
        : { ...options, firstSize: Math.max(width, height), firstSteps: left };
    }
    before += steps;
  }
  return { ...options, firstSize: 0, steps: 1 };
}

/** A picture of an early scale at the size of the whole painting. */
export function grown(source: Picture, { width, height }: Picture): Picture {
  return source.width === width ? source : resample(source, width, height);
}

function clipped({ width, height, data }: Picture): Picture {
  return picture(
    width,
    height,
    data.map((value) => Math.min(255, Math.max(0, value))),
  );
}

/**
 * Reads a network from the page or from a file.
 *
 * @throws GivernyError NETWORK_FORMAT, NETWORK_TENSOR.
 */
export async function openNetwork(source: NetworkSource): Promise<Network> {
  const name = source === 'pocket' ? 'pocket' : source.name;
  const blob = source === 'pocket' ? await (await fetch(POCKET_URL)).blob() : source.file;
  return toNetwork(name, await readNetworkFile(name, new Uint8Array(await blob.arrayBuffer())));
}
