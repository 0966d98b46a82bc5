/** From what flags ask for to an order that a server takes: files become bytes, networks go by name. */
import { basename } from 'node:path';
import type { PaintingOrder } from '../../client.js';
import { GivernyError, show } from '../../core/errors.js';
import { startFileOf } from '../../core/options/options.js';
import { readRegularFile } from '../../node/files/read.js';
import type { PrivateFolder } from '../pipes.js';
import type { Asked } from '../prepare.js';

/** The server refuses more pixels than fit into this. */
const MAX_FILE_BYTES = 2 ** 30;

/**
 * @param folder knows what people call pictures from pipes.
 * @throws GivernyError OPTION_INVALID for what a server cannot paint; IMAGE_UNREADABLE for files.
 */
export async function orderOf(
  { request, content, styles, repeat }: Asked,
  folder: PrivateFolder,
): Promise<PaintingOrder> {
  if (repeat && (request.stopAfter !== undefined || (request.changes ?? []).length > 0)) {
    throw new GivernyError(
      'OPTION_INVALID',
      'Expected a recipe that is painted as it began but this one was changed or stopped on the way, which a server does not repeat.',
    );
  }
  const file = async (path: string): Promise<File> => {
    const bytes = await readRegularFile(path, 'a picture', MAX_FILE_BYTES);
    return new File([bytes], basename(folder.shown(path)));
  };
  const { mask, regionStrengths = {}, options = {} } = request;
  const startPath = startFileOf(options.init);
  const { init, ...others } = options;
  return {
    content: await file(content),
    styles: await Promise.all(styles.map(async ({ path, ...style }) => ({ ...style, picture: await file(path) }))),
    ...(mask ? { mask: { ...mask, picture: await file(mask.picture as string) } } : {}),
    ...(startPath === undefined ? {} : { start: await file(startPath) }),
    regionStrengths,
    ...networkOf('network', request.network),
    ...networkOf('coarseNetwork', request.coarseNetwork),
    options: (startPath === undefined && init !== undefined ? options : others) as PaintingOrder['options'],
  };
}

function networkOf(key: 'network' | 'coarseNetwork', given: unknown): Partial<Record<typeof key, string>> {
  if (given === undefined) return {};
  if (typeof given === 'string' && /^[a-z0-9][a-z0-9_-]{0,63}$/i.test(given)) return { [key]: given };
  const flag = key === 'network' ? '--network' : '--coarse-network';
  throw new GivernyError(
    'OPTION_INVALID',
    `Expected the name of a network that the server has for ${flag} but received ${show(given)}.`,
  );
}
