/** A painted frame as a file, with its recipe where `giverny --recipe` looks for it. */
import { type Recipe, recipePacket } from '../../core/painting/recipe.js';
import type { Frame } from '../painting/protocol.js';
import { insertXmp } from './xmp.js';

export const FORMATS = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' } as const;
export type Format = keyof typeof FORMATS;

export async function encodeFrame(frame: Frame, format: Format, recipe?: Recipe): Promise<Blob> {
  const canvas = format === 'jpeg' ? onWhite(frame) : canvasOf(frame);
  const type = FORMATS[format];
  const blob = await canvas.convertToBlob({ type, quality: 0.95 });
  if (!recipe) return blob;
  return new Blob([insertXmp(new Uint8Array(await blob.arrayBuffer()), recipePacket(recipe))], { type });
}

export function canvasOf({ width, height, pixels }: Frame): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}

/** For formats that know no transparency, as `giverny` writes them. */
export function onWhite(frame: Frame): OffscreenCanvas {
  const canvas = new OffscreenCanvas(frame.width, frame.height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = 'white';
  context.fillRect(0, 0, frame.width, frame.height);
  context.drawImage(canvasOf(frame), 0, 0);
  return canvas;
}

/** Hands a file to the person. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
