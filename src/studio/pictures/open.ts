/** Picture files as the browser decodes them: upright by their EXIF orientation, in sRGB, on white paper. */

import type { Options } from '../../core/options.js';
import { optionMeta } from '../../core/options.js';
import { type Picture, picture } from '../../core/picture.js';

/** A picture file that the page holds. */
export interface OpenedPicture {
  readonly name: string;
  /** Of the file's bytes, hex: what recipes know it by. */
  readonly sha256: string;
  readonly blob: Blob;
  /** For <img>; upright there as well. */
  readonly url: string;
  /** In pixels, upright. */
  readonly width: number;
  readonly height: number;
}

/** Why a file cannot be used: a word of the page's dictionary with what it names. */
export class PictureError extends Error {
  readonly reason: 'notPicture' | 'heic' | 'tooSmall' | 'empty';
  readonly file: string;
  constructor(reason: PictureError['reason'], file: string) {
    super(`${reason}: ${file}`);
    this.reason = reason;
    this.file = file;
  }
}

/** More pixels than this are worth a question: they slow the page and nothing paints so large. */
export const HUGE_PIXELS = 40_000_000;
/** The long side that a huge picture is reduced to. */
export const REDUCED_SIDE_PX = 4096;
const MIN_SIDE_PX = optionMeta('size').min as number;

/** @throws PictureError */
export async function openPicture(blob: Blob, name: string): Promise<OpenedPicture> {
  if (blob.size === 0) throw new PictureError('empty', name);
  const bytes = await blob.arrayBuffer();
  const { width, height } = await sizeOf(blob, name);
  if (Math.min(width, height) < MIN_SIDE_PX) throw new PictureError('tooSmall', name);
  return { name, sha256: await sha256(bytes), blob, url: URL.createObjectURL(blob), width, height };
}

async function sizeOf(blob: Blob, name: string): Promise<{ width: number; height: number }> {
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return { width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    const brand = new TextDecoder('latin1').decode(await blob.slice(4, 12).arrayBuffer());
    throw new PictureError(/^ftyp(hei|hev|mif)/.test(brand) ? 'heic' : 'notPicture', name);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A copy whose long side has REDUCED_SIDE_PX pixels. */
export async function reducePicture({ blob, name, width, height }: OpenedPicture): Promise<OpenedPicture> {
  const scale = REDUCED_SIDE_PX / Math.max(width, height);
  const canvas = await drawn(blob, Math.round(width * scale), Math.round(height * scale));
  const smaller = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  return openPicture(smaller, name.replace(/\.[^.]+$/, '.jpg'));
}

/** The size that a photo is painted at: by its long side, or exactly. */
export function fittedSize(of: { readonly width: number; readonly height: number }, size: Options['size']) {
  if (typeof size !== 'number') return size;
  const scale = size / Math.max(of.width, of.height);
  return {
    width: Math.max(MIN_SIDE_PX, Math.round(of.width * scale)),
    height: Math.max(MIN_SIDE_PX, Math.round(of.height * scale)),
  };
}

/** Pixels of a file at the size to paint at; cropped around the middle where the aspect is another. */
export async function pixelsOf(
  source: { readonly blob: Blob; readonly width: number; readonly height: number },
  size: Options['size'],
): Promise<Picture> {
  const { width, height } = fittedSize(source, size);
  const canvas = await drawn(source.blob, width, height);
  const context = canvas.getContext('2d', { colorSpace: 'srgb' }) as OffscreenCanvasRenderingContext2D;
  const { data } = context.getImageData(0, 0, width, height);
  const plane = width * height;
  const result = picture(width, height);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) result.data[c * plane + i] = data[4 * i + c] as number;
  }
  return result;
}

/** A file on a canvas of this size, on white; its middle where the aspect is another. */
export async function drawn(blob: Blob, width: number, height: number): Promise<OffscreenCanvas> {
  const whole = await createImageBitmap(blob, { imageOrientation: 'from-image' });
  const scale = Math.max(width / whole.width, height / whole.height);
  const [w, h] = [Math.min(whole.width, width / scale), Math.min(whole.height, height / scale)];
  const [x, y] = [Math.round((whole.width - w) / 2), Math.round((whole.height - h) / 2)];
  const part = await createImageBitmap(whole, x, y, Math.max(1, Math.round(w)), Math.max(1, Math.round(h)), {
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: 'high',
  });
  whole.close();
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', {
    colorSpace: 'srgb',
    willReadFrequently: true,
  }) as OffscreenCanvasRenderingContext2D;
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(part, 0, 0);
  part.close();
  return canvas;
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
