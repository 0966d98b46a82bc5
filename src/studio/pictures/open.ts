/** Picture files, and what the page knows of them. */

import type { Options } from '../../core/options/options.js';
import { optionMeta } from '../../core/options/options.js';
import { isCutShort } from './cut.js';

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
  readonly reason: 'notPicture' | 'heic' | 'svg' | 'cutShort' | 'tooSmall' | 'empty';
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
  const { bytes, width, height } = await checkPicture(blob, name);
  // In memory, as the file on disk or in the browser's storage may be gone before it is used.
  const held = new Blob([bytes], { type: blob.type });
  return { name, sha256: await sha256(bytes), blob: held, url: URL.createObjectURL(held), width, height };
}

/**
 * Whether a file can be used as a picture: its bytes and its size, upright.
 *
 * @throws PictureError
 */
export async function checkPicture(blob: Blob, name: string) {
  if (blob.size === 0) throw new PictureError('empty', name);
  // Drawings have no pixels of their own, and workers cannot draw them.
  if (blob.type === 'image/svg+xml' || /\.svgz?$/i.test(name)) throw new PictureError('svg', name);
  const bytes = await blob.arrayBuffer();
  if (isCutShort(new Uint8Array(bytes))) throw new PictureError('cutShort', name);
  const size = await sizeOf(blob, name);
  if (Math.min(size.width, size.height) < MIN_SIDE_PX) throw new PictureError('tooSmall', name);
  return { bytes, ...size };
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
  const bitmap = await createImageBitmap(blob, {
    imageOrientation: 'from-image',
    resizeWidth: Math.round(width * scale),
    resizeHeight: Math.round(height * scale),
    resizeQuality: 'high',
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  // JPEG knows no transparency.
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
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

export async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
