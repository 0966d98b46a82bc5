/** Picture files, as browsers have them: Blobs. */
import { expected, GivernyError } from '../core/errors.js';
import { fromImageData, type Layered } from '../core/pictures/picture.js';

/**
 * Decodes a picture file, at its natural size, upright, in sRGB. Works in pages and workers.
 *
 * @throws GivernyError IMAGE_UNREADABLE where the browser can't decode it, OPTION_INVALID where it isn't a Blob.
 */
export async function decodePicture(blob: Blob): Promise<Layered> {
  if (!(blob instanceof Blob)) throw expected('a picture file (a Blob)', 'the picture', blob);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  } catch (cause) {
    throw new GivernyError(
      'IMAGE_UNREADABLE',
      `Expected a picture that this browser can read but received ${blob.size} bytes of ${blob.type || 'no type'}.`,
      { cause },
    );
  }
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    colorSpace: 'srgb',
    willReadFrequently: true,
  }) as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return fromImageData(context.getImageData(0, 0, width, height));
}
