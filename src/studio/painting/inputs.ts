/** The pictures of an order, decoded and brought to the size to paint at as the command does it. */
import type { Region } from '../../core/costs/areas.js';
import { regionsOfMask } from '../../core/painting/mask-regions.js';
import { fitPicture, styleSize } from '../../core/pictures/fit.js';
import type { Picture } from '../../core/pictures/picture.js';
import { decode } from '../pictures/decode.js';
import type { PaintOrder } from './protocol.js';

export interface Inputs {
  readonly content: Picture;
  /** Of the content; absent where all is opaque. */
  readonly alpha?: Uint8Array | undefined;
  readonly styles: readonly { readonly picture: Picture; readonly region?: string | undefined }[];
  /** By the colours that styles name; of `strength` alone that of where the photo is kept is set. */
  readonly regions?: Readonly<Record<string, Region>> | undefined;
}

/** @throws GivernyError as fitPicture and regionsOfMask. */
export async function readInputs({ content, styles, mask, kept, options }: PaintOrder): Promise<Inputs> {
  const photo = await decode(content.blob);
  const { picture, alpha } = await fitPicture({ ...photo, name: content.name }, options.size);
  const fitted: Inputs['styles'][number][] = [];
  // One after the other: a large photograph takes some hundred megabytes while it is brought to its size.
  for (const { name, blob, region } of styles) {
    const style = await fitPicture({ ...(await decode(blob)), name }, styleSize(options));
    fitted.push({ picture: style.picture, region });
  }
  const colors = styles.map(({ region }) => region).filter((region) => region !== undefined);
  if (kept !== undefined) colors.push(kept);
  const strengths = kept === undefined ? {} : { [kept]: 0 };
  const regions = mask && regionsOfMask({ picture: mask }, colors, photo.picture, options.size, { strengths }).regions;
  return { content: picture, alpha, styles: fitted, regions };
}
