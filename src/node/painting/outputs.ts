/** Checks before a painting that its files can be written and overwrite nothing that is read. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GivernyError } from '../../core/errors.js';
import type { Order } from '../../core/painting/order.js';
import { assertWritable } from '../files/atomic.js';
import { assertBits } from '../files/formats.js';
import { assertWritablePicture } from '../files/write-pictures.js';
import type { CheckedRequest, PictureSource } from './request.js';
import { assertFilm } from './timelapse.js';

/** @throws GivernyError OPTION_INVALID, FORMAT_UNSUPPORTED, WRITE_FAILED, DISK_FULL. */
export async function checkOutputs(
  { output, frames, timelapse, print }: CheckedRequest,
  order: Order<PictureSource>,
): Promise<void> {
  const { content, styles, mask, start } = order;
  const inputs = [content, ...styles.map(({ picture }) => picture), mask?.picture, start].filter(
    (source) => typeof source === 'string',
  );
  if (typeof output === 'string') {
    await assertWritablePicture(output, print?.bits);
    await refuseOverwriting(inputs, output);
  }
  if (typeof output === 'object') assertBits(output.format, print?.bits);
  if (timelapse !== undefined) {
    await assertFilm(timelapse);
    await refuseOverwriting(inputs, timelapse);
    if (typeof output === 'string' && resolve(output) === resolve(timelapse)) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected a film apart from the picture but received "${timelapse}" for both.`,
      );
    }
  }
  if (!frames) return;
  await assertWritable(join(frames.folder, '0.png'));
  const namedAsFrames = inputs.filter((input) => /^\d+\.png$/.test(basename(input)));
  await refuseOverwriting(namedAsFrames.map(dirname), frames.folder);
}

/** @throws GivernyError OPTION_INVALID where `output` is one of `inputs`, under whatever name. */
async function refuseOverwriting(inputs: readonly string[], output: string): Promise<void> {
  const identity = async (path: string) => {
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    return found && `${found.dev} ${found.ino}`;
  };
  const written = await identity(output);
  for (const input of inputs) {
    if (written !== undefined && written === (await identity(input))) {
      throw new GivernyError(
        'OPTION_INVALID',
        `Expected an output that overwrites none of the pictures read but received "${output}".`,
      );
    }
  }
}
