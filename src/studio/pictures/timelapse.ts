/** Pictures on the way, and the film made of them. */
import type { Frame } from '../painting/protocol.js';
import { canvasOf } from './save.js';

/** More than this are thinned out, so that a long painting costs no more memory than a short one. */
const MOST_FRAMES = 120;
const FRAME_MS = 66;
/** The last picture stays for a moment. */
const LAST_FRAMES = 20;

export class Timelapse {
  #frames: Promise<Blob>[] = [];
  #every = 1;
  #seen = 0;

  add(frame: Frame): void {
    if (this.#seen++ % this.#every !== 0) return;
    this.#frames.push(canvasOf(frame).convertToBlob({ type: 'image/jpeg', quality: 0.9 }));
    if (this.#frames.length < MOST_FRAMES) return;
    this.#frames = this.#frames.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  get length(): number {
    return this.#frames.length;
  }

  clear(): void {
    this.#frames = [];
    this.#every = 1;
    this.#seen = 0;
  }

  /**
   * Plays the frames into a film of the browser's own format; takes as long as the film.
   *
   * @param onProgress share done, 0 to 1.
   */
  async film(onProgress: (done: number) => void): Promise<Blob> {
    const bitmaps = await Promise.all(this.#frames.map(async (frame) => createImageBitmap(await frame)));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(...bitmaps.map(({ width }) => width));
    canvas.height = Math.max(...bitmaps.map(({ height }) => height));
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const type = ['video/mp4', 'video/webm;codecs=vp9', 'video/webm'].find((t) => MediaRecorder.isTypeSupported(t));
    const recorder = new MediaRecorder(canvas.captureStream(), {
      videoBitsPerSecond: 12_000_000,
      ...(type === undefined ? {} : { mimeType: type }),
    });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => {
      recorder.onstop = resolve;
    });
    recorder.start();
    const count = bitmaps.length + LAST_FRAMES;
    for (let i = 0; i < count; i++) {
      context.drawImage(bitmaps[Math.min(i, bitmaps.length - 1)] as ImageBitmap, 0, 0, canvas.width, canvas.height);
      onProgress(i / count);
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
    recorder.stop();
    await stopped;
    return new Blob(parts, { type: recorder.mimeType });
  }
}
