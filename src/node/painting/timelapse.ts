/** A film of a painting's steps: MP4 and WebM by ffmpeg, animated WebP and GIF by sharp. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, utimes } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { GivernyError, show } from '../../core/errors.js';
import { type Picture, type Size, toBytes } from '../../core/pictures/picture.js';
import { assertWritable, makeFolder, writeAtomically, writeError } from '../files/atomic.js';
import { temporaryName } from '../files/temporaries.js';

/** Ten seconds. */
const MOST_FRAMES = 150;
const FRAMES_PER_SECOND = 15;
/** How long the finished painting stays. */
const LAST_SECONDS = 2;

/** What ffmpeg is told of an ending. */
const CODECS: Readonly<Record<string, readonly string[]>> = {
  '.mp4': ['-crf', '18', '-movflags', '+faststart'],
  '.webm': ['-c:v', 'libvpx-vp9', '-crf', '24', '-b:v', '0', '-row-mt', '1', '-cpu-used', '4'],
};
const ANIMATIONS = ['.webp', '.gif'];
const isVideo = (path: string) => Object.hasOwn(CODECS, extname(path).toLowerCase());

/**
 * Checks before a painting that a film can be made.
 *
 * @throws GivernyError FORMAT_UNSUPPORTED for another ending, OPTION_INVALID where ffmpeg is needed and not there,
 *   WRITE_FAILED or DISK_FULL.
 */
export async function assertFilm(path: string): Promise<void> {
  const ending = extname(path).toLowerCase();
  if (!isVideo(path) && !ANIMATIONS.includes(ending)) {
    throw new GivernyError(
      'FORMAT_UNSUPPORTED',
      `Expected a name ending in ${[...Object.keys(CODECS), ...ANIMATIONS].join(', ')} for the film but received ${show(path)}.`,
    );
  }
  if (isVideo(path) && !(await hasFfmpeg())) {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected ffmpeg, which writes ${ending}, but it is not installed; ${ANIMATIONS.join(' and ')} need no other program.`,
    );
  }
  await assertWritable(path);
}

/** Whether ffmpeg can be started. */
export async function hasFfmpeg(): Promise<boolean> {
  const child = spawn('ffmpeg', ['-version'], { stdio: 'ignore' });
  return once(child, 'close').then(
    ([code]) => code === 0,
    () => false,
  );
}

/** Takes frames to the film's file. Frames wait compressed on the disk, or are with ffmpeg already. */
interface Writer {
  /** @param rgb interleaved, [height, width, 3]. */
  add(rgb: Uint8Array): Promise<void>;
  /** The bytes of the film. */
  finish(): Promise<Uint8Array>;
  end(): void;
}

/** The film of one painting. A film that fails says so once, and the painting goes on without it. */
export class Timelapse {
  readonly #path: string;
  readonly #every: number;
  readonly #onFailure: (sentence: string) => void;
  /** A private folder beside the film, which whoever cleans up after this process knows by its name. */
  readonly #folder: string;
  #writer: Writer | undefined;
  #failed = false;
  #lastStep = -1;

  /** @param steps of the painting, at most. */
  constructor(path: string, steps: number, onFailure: (sentence: string) => void) {
    this.#path = path;
    this.#every = Math.ceil(steps / (MOST_FRAMES - 1));
    this.#onFailure = onFailure;
    this.#folder = join(dirname(path), temporaryName());
  }

  /** Takes the picture after a step where it is one of the film's. */
  async add(step: number, picture: () => Picture): Promise<void> {
    if (step % this.#every === 0) await this.#attempt(() => this.#add(step, picture()));
  }

  /**
   * Adds the last picture and writes the film.
   *
   * @returns the path that was written; undefined where the film failed.
   */
  async finish(step: number, picture: Picture): Promise<string | undefined> {
    if (step !== this.#lastStep) await this.#attempt(() => this.#add(step, picture));
    const written = await this.#attempt(async () => {
      return writeAtomically(this.#path, (await this.#writer?.finish()) as Uint8Array);
    });
    await this.discard();
    return written;
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    this.#writer?.end();
    await rm(this.#folder, { recursive: true, force: true }).catch(() => {});
  }

  async #add(step: number, picture: Picture): Promise<void> {
    if (!this.#writer) {
      await makeFolder(dirname(this.#path));
      await mkdir(this.#folder, { mode: 0o700 });
      this.#writer = isVideo(this.#path)
        ? videoWriter(this.#path, picture, this.#folder)
        : animationWriter(this.#path, picture, this.#folder);
    }
    await this.#writer.add(toBytes(picture));
    this.#lastStep = step;
    // A folder that nobody touches for an hour is taken for abandoned.
    const now = new Date();
    await utimes(this.#folder, now, now);
  }

  async #attempt<T>(part: () => Promise<T>): Promise<T | undefined> {
    if (this.#failed) return undefined;
    try {
      return await part();
    } catch (error) {
      this.#failed = true;
      const known = writeError(this.#path, error);
      const why =
        known instanceof GivernyError
          ? known.message
          : `Expected to make the film "${this.#path}" but ${(error as Error).message}.`;
      this.#onFailure(`${why} Painting goes on without a film.`);
      return undefined;
    }
  }
}

/** Streams raw frames to ffmpeg. */
function videoWriter(path: string, { width, height }: Size, folder: string): Writer {
  const ending = extname(path).toLowerCase();
  const film = join(resolve(folder), `film${ending}`);
  const filters = [
    // These formats halve colour in both directions.
    'crop=trunc(iw/2)*2:trunc(ih/2)*2',
    `tpad=stop_mode=clone:stop_duration=${LAST_SECONDS}`,
    'scale=out_color_matrix=bt709:out_range=tv',
    'format=yuv420p',
  ];
  const child = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`],
      ...['-r', String(FRAMES_PER_SECOND), '-i', 'pipe:0', '-vf', filters.join(',')],
      ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
      ...(CODECS[ending] as readonly string[]),
      film,
    ],
    // A Ctrl-C is sent to the group of the terminal; the film of what is painted until then is still to be written.
    { stdio: ['pipe', 'ignore', 'pipe'], detached: true },
  );
  const ended = endOf(child);
  // Who adds the next frame hears of it.
  ended.catch(() => {});
  child.stdin?.on('error', () => {});
  return {
    async add(rgb) {
      const written = new Promise<void>((done, fail) =>
        child.stdin?.write(rgb, (error) => (error ? fail(error) : done())),
      );
      // What ffmpeg says explains more than a pipe that is closed.
      await Promise.race([written.catch(() => ended), ended]);
    },
    async finish() {
      child.stdin?.end();
      await ended;
      return readFile(film);
    },
    end: () => child.kill('SIGKILL'),
  };
}

/** @throws GivernyError WRITE_FAILED with the last that ffmpeg said. */
async function endOf(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const [code, signal] = await once(child, 'close');
  if (code === 0) return;
  const last = said.trim().split('\n').at(-1) || `it ended with ${signal ?? `exit code ${code}`}`;
  throw new GivernyError('WRITE_FAILED', `Expected ffmpeg to write the film but ${show(last)}.`);
}

/** Keeps frames as PNG and joins them at the end; libvips then reads one after another. */
function animationWriter(path: string, { width, height }: Size, folder: string): Writer {
  const files: string[] = [];
  return {
    async add(rgb) {
      const file = join(folder, `${files.length}.png`);
      await sharp(rgb, { raw: { width, height, channels: 3 }, limitInputPixels: false })
        .png({ compressionLevel: 1 })
        .toFile(file);
      files.push(file);
    },
    async finish() {
      const delay = files.map((_, i) =>
        Math.round(i < files.length - 1 ? 1000 / FRAMES_PER_SECOND : 1000 * LAST_SECONDS),
      );
      const frames =
        files.length > 1
          ? sharp(files, { join: { animated: true }, limitInputPixels: false, sequentialRead: true })
          : sharp(files[0]);
      const timing = files.length > 1 ? { delay, loop: 0 } : {};
      return extname(path).toLowerCase() === '.gif'
        ? frames.gif({ ...timing, effort: 2, dither: 0.5 }).toBuffer()
        : frames.webp({ ...timing, quality: 90, effort: 2 }).toBuffer();
    },
    end() {},
  };
}
