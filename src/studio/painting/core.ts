/** The studio's one contact with the core's loop. */

import type { Engine } from '../../core/graph/engine.js';
import { coarseNetworkFor } from '../../core/networks/coarse-network.js';
import { toNetwork } from '../../core/networks/formats/canonical.js';
import { readNetworkFile } from '../../core/networks/formats/read.js';
import type { Network } from '../../core/networks/network.js';
import type { Options } from '../../core/options/options.js';
import type { Job, Revision, Step } from '../../core/painting/job.js';
import { paint } from '../../core/painting/paint.js';
import { scalesOf } from '../../core/painting/schedule.js';
import { type Picture, picture } from '../../core/pictures/picture.js';
import { resample } from '../../core/pictures/resample.js';
import type { Inputs } from './inputs.js';
import type { Changes, NetworkSource } from './protocol.js';
import { POCKET_URL } from './runtime.js';

/** A picture on the way, and the steps behind it. */
export interface Reached {
  readonly picture: Picture;
  readonly step: number;
}

/** What looks at the pictures. */
export type Networks = Pick<Job, 'network' | 'coarseNetwork'>;

/**
 * Starts or goes on with a painting.
 *
 * @param changes the options, weights and strengths to begin with.
 * @param from where to go on from; the options then are those for the rest.
 */
export function paintInputs(
  inputs: Inputs,
  changes: Changes,
  from: Reached | undefined,
  networks: Networks,
  engine: Engine,
): AsyncGenerator<Step, void, Revision | undefined> {
  const { content } = inputs;
  const job: Job = {
    content,
    ...networks,
    ...revisionOf(inputs, changes),
    ...(from ? { start: clipped(resample(from.picture, content.width, content.height)) } : {}),
  };
  return paint(job, engine);
}

/** Changes as the core takes them while it paints. A style of weight 0 is left out, and with it its region. */
export function revisionOf(
  { styles, regions = {} }: Inputs,
  { options, styles: changed }: Changes,
): Required<Pick<Job, 'styles' | 'options'>> & Pick<Job, 'regions'> {
  const all = styles.map((style, i) => ({ weight: 1, ...style, ...changed[i] }));
  const used = all.filter(({ weight }) => weight > 0);
  const painted = Object.entries(regions).flatMap(([name, region]) => {
    const strength = region.strength ?? used.find((style) => style.region === name)?.strength;
    const counts = region.strength === 0 || used.some((style) => style.region === name);
    return counts ? [[name, { ...region, strength }] as const] : [];
  });
  return {
    options,
    styles: used.map(({ picture, weight, region }) => ({ picture, weight, region })),
    regions: painted.length > 0 ? Object.fromEntries(painted) : undefined,
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
 * The network asked for and, beside a VGG-19, the one that looks at all sizes but the last, as the command chooses it.
 *
 * @param open gives networks that were opened before again.
 */
export async function networksFor(
  source: NetworkSource,
  content: Picture,
  options: Options,
  open: (source: NetworkSource) => Promise<Network>,
): Promise<Networks> {
  const network = await open(source);
  const single = scalesOf(content, options).length === 1;
  return {
    network,
    coarseNetwork: single ? undefined : await coarseNetworkFor(network, options, () => open('pocket')),
  };
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
