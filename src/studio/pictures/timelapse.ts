/** Pictures on the way, and the film made of them. */
import type { Frame } from '../painting/protocol.js';
import { canvasOf } from './save.js';

/** More than this are thinned out, so that a long painting costs no more memory than a short one. */
const MOST_FRAMES = 120;
const FRAME_MS = 66;
/** The last picture stays for a moment. */
const LAST_FRAMES = 20;

/** A picture of the film, as JPEG. */
export interface FilmFrame {
  /** The step that it shows, from 0. */
  readonly step: number;
  /** Its place among all that were shown, those thinned out counted. */
  readonly place: number;
  readonly blob: Blob | Promise<Blob>;
}

export class Timelapse {
  #frames: FilmFrame[] = [];
  #every = 1;
  #seen = 0;

  add(frame: Frame, step: number): void {
    const place = this.#seen++;
    if (place % this.#every !== 0) return;
    const blob = canvasOf(frame).convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    this.#frames.push({ step, place, blob });
    if (this.#frames.length < MOST_FRAMES) return;
    this.#frames = this.#frames.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  get length(): number {
    return this.#frames.length;
  }

  get frames(): readonly FilmFrame[] {
    return this.#frames;
  }

  clear(): void {
    this.restore([], 0);
  }

  /** Puts the film back to what it was after so many steps. */
  restore(frames: readonly FilmFrame[], steps: number): void {
    this.#frames = frames.filter(({ step }) => step < steps).sort((a, b) => a.place - b.place);
    const [first, second] = this.#frames;
    const last = this.#frames.at(-1);
    this.#every = first && second ? second.place - first.place : 1;
    // A step shows a picture each, as long as somebody looks.
    this.#seen = last ? last.place + Math.min(this.#every, steps - last.step) : 0;
  }

  /**
   * Plays the frames into a film of the browser's own format; takes as long as the film.
   *
   * @param onProgress share done, 0 to 1.
   */
  async film(onProgress: (done: number) => void): Promise<Blob> {
    const bitmaps = await Promise.all(this.#frames.map(async ({ blob }) => createImageBitmap(await blob)));
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
