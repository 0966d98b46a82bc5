/** A film of a painting's steps: MP4 and WebM by ffmpeg, animated WebP and GIF by sharp. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { GivernyError, show } from '../../core/errors.js';
import { type Picture, type Size, toBytes } from '../../core/pictures/picture.js';
import { assertWritable, makeFolder, writeAtomically, writeError } from '../files/atomic.js';
import { temporaryName } from '../files/temporaries.js';
import { framesBeside } from './request.js';

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

/** Where the pictures of a film wait. */
export interface FramesPlace {
  readonly folder: string;
  /** Whether the folder stays until the painting is whole, beside its state. */
  readonly stays: boolean;
}

/** Beside a painting's state, which a film is to go on with; else a private folder beside the film. */
export function framesPlace(film: string, state: string | false | undefined): FramesPlace {
  // Whoever cleans up after this process knows its temporary files by their names.
  return state
    ? { folder: framesBeside(state), stays: true }
    : { folder: join(dirname(film), temporaryName()), stays: false };
}

/** The film of one painting. A film that fails says so once, and the painting goes on without it. */
export class Timelapse {
  readonly #path: string;
  readonly #every: number;
  readonly #onFailure: (sentence: string) => void;
  readonly #place: FramesPlace;
  /** Steps whose pictures wait, in the folder, as `<step>.png`. */
  #steps: number[] = [];
  #isReady = false;
  #failed = false;

  /** @param steps of the painting, at most. */
  constructor(path: string, steps: number, place: FramesPlace, onFailure: (sentence: string) => void) {
    this.#path = path;
    this.#every = Math.ceil(steps / (MOST_FRAMES - 1));
    this.#onFailure = onFailure;
    this.#place = place;
  }

  /**
   * Finds the pictures of an earlier run, and removes what is none of them.
   *
   * @param step from which the painting goes on; 0 where it begins.
   */
  async begin(step: number): Promise<void> {
    await this.#attempt(async () => {
      const { folder } = this.#place;
      const files = await readdir(folder).catch(() => []);
      for (const file of files) {
        const number = Number(/^(\d+)\.png$/.exec(file)?.[1] ?? Number.POSITIVE_INFINITY);
        if (number < step && number % this.#every === 0) this.#steps.push(number);
        else await rm(join(folder, file), { force: true });
      }
      this.#steps.sort((a, b) => a - b);
    });
  }

  /** Takes the picture after a step where it is one of the film's. */
  async add(step: number, picture: () => Picture): Promise<void> {
    if (step % this.#every === 0) await this.#attempt(() => this.#add(step, picture()));
  }

  /**
   * Writes the film, with the last picture at its end.
   *
   * @returns the path that was written; undefined where the film failed.
   */
  async finish(step: number, picture: Picture): Promise<string | undefined> {
    return this.#attempt(async () => {
      if (this.#steps.at(-1) !== step) await this.#add(step, picture);
      const files = this.#steps.map((one) => this.#fileOf(one));
      const bytes = isVideo(this.#path)
        ? await video(this.#path, files, picture, this.#place.folder)
        : await animation(this.#path, files);
      return writeAtomically(this.#path, bytes);
    });
  }

  /**
   * Leaves nothing behind.
   *
   * @param goesOn whether the painting can go on: its pictures stay then, where they are beside its state.
   */
  async discard(goesOn: boolean): Promise<void> {
    if (goesOn && this.#place.stays) return;
    await rm(this.#place.folder, { recursive: true, force: true }).catch(() => {});
  }

  async #add(step: number, picture: Picture): Promise<void> {
    const { folder } = this.#place;
    if (!this.#isReady) {
      await makeFolder(dirname(folder));
      await mkdir(folder, { mode: 0o700, recursive: true });
      this.#isReady = true;
    }
    const { width, height } = picture;
    const raw = { width, height, channels: 3 } as const;
    const png = sharp(toBytes(picture), { raw, limitInputPixels: false }).png({
      compressionLevel: 1,
    });
    await writeAtomically(this.#fileOf(step), await png.toBuffer());
    this.#steps.push(step);
    // A temporary folder that nobody touches for an hour is taken for abandoned.
    const now = new Date();
    await utimes(folder, now, now);
  }

  #fileOf(step: number): string {
    return join(this.#place.folder, `${step}.png`);
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

/** Has ffmpeg make a film of pictures of one size, which are decoded one after another. */
async function video(path: string, files: readonly string[], { width, height }: Size, folder: string) {
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
      ...['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`],
      ...['-r', String(FRAMES_PER_SECOND), '-i', 'pipe:0', '-vf', filters.join(',')],
      ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
      ...(CODECS[ending] as readonly string[]),
      film,
    ],
    // A Ctrl-C is sent to the group of the terminal; the film of what is painted until then is still to be written.
    { stdio: ['pipe', 'ignore', 'pipe'], detached: true },
  );
  const ended = endOf(child);
  // Who writes the next picture hears of it.
  ended.catch(() => {});
  child.stdin?.on('error', () => {});
  try {
    for (const file of files) {
      const rgb = await sharp(file, { limitInputPixels: false }).raw().toBuffer();
      const written = new Promise<void>((done, fail) =>
        child.stdin?.write(rgb, (error) => (error ? fail(error) : done())),
      );
      // What ffmpeg says explains more than a pipe that is closed.
      await Promise.race([written.catch(() => ended), ended]);
    }
    child.stdin?.end();
    await ended;
    return await readFile(film);
  } finally {
    child.kill('SIGKILL');
    await rm(film, { force: true }).catch(() => {});
  }
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

/** Joins pictures by libvips, which reads one after another. */
function animation(path: string, files: readonly string[]): Promise<Buffer> {
  const delay = files.map((_, i) => Math.round(i < files.length - 1 ? 1000 / FRAMES_PER_SECOND : 1000 * LAST_SECONDS));
  const frames =
    files.length > 1
      ? sharp([...files], { join: { animated: true }, limitInputPixels: false, sequentialRead: true })
      : sharp(files[0]);
  const timing = files.length > 1 ? { delay, loop: 0 } : {};
  return extname(path).toLowerCase() === '.gif'
    ? frames.gif({ ...timing, effort: 2, dither: 0.5 }).toBuffer()
    : frames.webp({ ...timing, quality: 90, effort: 2 }).toBuffer();
}
