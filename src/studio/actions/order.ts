/** What the worker is told to paint. */
import type { Options } from '../../core/options/options.js';
import type { WebDevice } from '../../engines/web.js';
import type { Stroke } from '../brush/masks.js';
import type { NetworkSource, OrderedPicture, PaintOrder } from '../painting/protocol.js';
import type { OpenedPicture } from '../pictures/open.js';
import type { StyleItem } from '../state.js';
import { orderedPictures } from './recipe.js';

interface Form {
  readonly content: OpenedPicture;
  readonly styles: readonly StyleItem[];
  readonly strokes: readonly Stroke[];
  readonly options: Options;
  readonly network: NetworkSource;
  readonly device: WebDevice | 'auto';
  readonly threads: number | undefined;
}

/** @param start a picture to start from. */
export async function orderOf(form: Form, start?: OrderedPicture): Promise<PaintOrder> {
  const { options, network, device, threads } = form;
  return { ...(await orderedPictures(form)), start, options, network, device, threads };
}
