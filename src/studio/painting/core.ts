/**
 * The studio's one contact with the core's loop. What the core cannot change while it paints (options, weights of
 * styles, the engine) changes between two stretches: the painting starts again from the picture it has.
 */
import type { Engine } from '../../core/engine.js';
import type { Network } from '../../core/network.js';
import { paint, type Step } from '../../core/paint.js';
import type { Picture } from '../../core/picture.js';
import { toNetwork } from '../../core/weights/canonical.js';
import { readNetworkFile } from '../../core/weights/read.js';
import type { Changes, NetworkSource, PaintOrder } from './protocol.js';
import { POCKET_URL } from './runtime.js';

/**
 * Paints the rest of an order's steps.
 *
 * @param from the picture to go on from and the steps behind it.
 * @returns steps counted over the whole painting.
 */
export async function* paintStretch(
  order: PaintOrder,
  { options, weights }: Changes,
  from: { readonly picture: Picture; readonly step: number } | undefined,
  network: Network,
  engine: Engine,
): AsyncGenerator<Step, void, void> {
  const behind = from?.step ?? 0;
  if (behind >= options.steps) return;
  const styles = order.styles.map(({ picture }, i) => ({ picture, weight: weights[i] ?? 1 }));
  const job = {
    content: order.content,
    styles: styles.filter(({ weight }) => weight > 0),
    network,
    options: { ...options, steps: options.steps - behind },
    ...(from ? { start: from.picture } : {}),
  };
  for await (const step of paint(job, engine)) {
    // Not a spread: that would make the picture of every step, whoever looks.
    yield {
      step: behind + step.step,
      steps: options.steps,
      costs: step.costs,
      seconds: step.seconds,
      get picture() {
        return step.picture;
      },
      ...(step.notice === undefined ? {} : { notice: step.notice }),
    };
  }
}

/**
 * Reads a network from the page or from a file.
 *
 * @throws GivernyError NETWORK_FORMAT, NETWORK_TENSOR, DOWNLOAD_FAILED.
 */
export async function openNetwork(source: NetworkSource): Promise<Network> {
  const name = source === 'pocket' ? 'pocket' : source.name;
  const blob = source === 'pocket' ? await (await fetch(POCKET_URL)).blob() : source.file;
  return toNetwork(name, await readNetworkFile(name, new Uint8Array(await blob.arrayBuffer())));
}
