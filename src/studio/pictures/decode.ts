/** The pixels of a picture file, as the browser decodes them; on the page and in workers. */
import { fromRgba, type Layered } from '../../core/pictures/picture.js';

/** At its natural size, upright, in sRGB. */
export async function decode(blob: Blob): Promise<Layered> {
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', {
    colorSpace: 'srgb',
    willReadFrequently: true,
  }) as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return fromRgba(width, height, context.getImageData(0, 0, width, height).data);
}
