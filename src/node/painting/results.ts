/** What a painting leaves behind: its picture, pictures on the way to it, a film, and the state to go on from. */
import { join } from 'node:path';
import { GivernyError } from '../../core/errors.js';
import type { Painter } from '../../core/painting/painter.js';
import type { Prepared } from '../../core/painting/prepared.js';
import type { Picture } from '../../core/pictures/picture.js';
import { resample } from '../../core/pictures/resample.js';
import { printInRecipe } from '../files/formats.js';
import { encodePicture, type Finish, writePicture } from '../files/write-pictures.js';
import { changesBefore } from './difference.js';
import { keptRequest } from './kept-request.js';
import type { Reached } from './place.js';
import type { CheckedRequest, Painted, PictureSource, RequestSettings } from './request.js';
import { StateKeeper } from './state.js';
import { framesPlace, Timelapse } from './timelapse.js';

/** What the files of a painting are made from. */
export interface ResultsOf {
  readonly painter: Painter<PictureSource>;
  readonly prepared: Prepared<PictureSource>;
  readonly request: CheckedRequest;
  readonly settings: RequestSettings;
  readonly print: Finish['print'];
  /** The step of the state that the state file holds already. */
  readonly keptStep: number | undefined;
  /** How long has been painted so far. */
  secondsNow(): number;
}

/** The files of one painting. */
export class Results {
  /** The painting as it is now, with its changes so far. */
  prepared: Prepared<PictureSource>;
  readonly #painter: Painter<PictureSource>;
  readonly #request: CheckedRequest;
  readonly #settings: RequestSettings;
  readonly #print: Finish['print'];
  readonly #secondsNow: () => number;
  readonly #film: Timelapse | undefined;
  readonly #keeper: StateKeeper | undefined;
  #framesFail = false;

  constructor({ painter, prepared, request, settings, print, keptStep, secondsNow }: ResultsOf) {
    this.#painter = painter;
    this.prepared = prepared;
    this.#request = request;
    this.#settings = settings;
    this.#print = print;
    this.#secondsNow = secondsNow;
    const { state, stateEverySeconds, timelapse } = request;
    const say = (sentence: string) => settings.onNotice?.(sentence);
    if (state) this.#keeper = new StateKeeper(state, stateEverySeconds, say, keptStep);
    if (timelapse !== undefined) {
      this.#film = new Timelapse(timelapse, prepared.steps, framesPlace(timelapse, state), say);
    }
  }

  /** @param step from which the painting goes on; 0 where it begins. */
  async begin(step: number): Promise<void> {
    await this.#film?.begin(step);
  }

  /** Writes what is due after a step. */
  async after(reached: Reached, isLast: boolean): Promise<void> {
    await this.#writeFrame(reached, isLast);
    await this.#film?.add(reached.step, () => this.#picture(reached));
    if (this.#keeper?.isDue) await this.#keep(reached);
  }

  /**
   * Writes the picture where it was asked for: to a path, or as bytes, or not at all.
   *
   * @returns what is said of it to who asked for the painting.
   */
  async write(reached: Reached | undefined, stopped: boolean): Promise<Pick<Painted, 'output' | 'bytes' | 'picture'>> {
    const { output } = this.#request;
    if (!reached) return { output: typeof output === 'string' ? output : undefined };
    if (output === undefined) return { picture: this.#picture(reached) };
    const finish = this.#finish(reached, stopped);
    if (typeof output === 'string') return { output: await this.#writeTo(output, reached, finish) };
    return { bytes: await encodePicture(this.#picture(reached), output.format, finish) };
  }

  /**
   * Ends what was written on the way.
   *
   * @param stopped whether the painting is to go on later: its state is kept then, and removed otherwise.
   * @returns the state file, where there is one to go on from.
   */
  async end(reached: Reached | undefined, stopped: boolean): Promise<string | undefined> {
    const filmed = reached && (await this.#film?.finish(reached.step, this.#picture(reached)));
    if (filmed !== undefined) this.#settings.onSaved?.(filmed);
    const state = stopped && reached ? await this.#keep(reached) : undefined;
    await this.#film?.discard(state !== undefined);
    if (!stopped) await this.#keeper?.remove();
    return state;
  }

  /**
   * Saves what there is when a painting fails on the way.
   *
   * @param isPainted whether it was the last picture that could not be written.
   * @returns the error, with what is left of the painting.
   */
  async rescue(error: unknown, reached: Reached | undefined, isPainted: boolean): Promise<unknown> {
    if (!reached) {
      await this.#film?.discard(false);
      return error;
    }
    const { output } = this.#request;
    const state = await this.#keep(reached).catch(() => undefined);
    const picture =
      isPainted || typeof output !== 'string'
        ? undefined
        : await this.#writeTo(output, reached, this.#finish(reached, true)).catch(() => undefined);
    await this.#film?.discard(state !== undefined);
    return withWhatIsKept(error, reached, picture, state);
  }

  /** The picture at the painting's own size, from whatever scale: frames of one film have one size. */
  #picture({ picture }: Reached): Picture {
    const { width, height } = this.prepared;
    return picture.width === width && picture.height === height ? picture : resample(picture, width, height);
  }

  async #keep({ state, steps, costs }: Reached): Promise<string | undefined> {
    if (!this.#keeper) return undefined;
    // A change before the next step is not yet part of the picture.
    const seen = { ...this.prepared, changes: changesBefore(state.step, this.prepared.changes) };
    const recipe = this.#painter.recipe(seen, state.step, true);
    const request = keptRequest(this.#request, this.#keeper.path);
    return this.#keeper.keep({ recipe, state, steps, costs, seconds: this.#secondsNow(), request });
  }

  #finish({ step }: Reached, stopped: boolean): Finish {
    const print = printInRecipe(this.#request.print);
    return {
      alpha: this.prepared.alpha,
      recipe: { ...this.#painter.recipe(this.prepared, step + 1, stopped), ...(print ? { print } : {}) },
      print: this.#print,
    };
  }

  async #writeTo(path: string, reached: Reached, finish: Finish): Promise<string> {
    const { onNotice, onSaved } = this.#settings;
    const written = await writePicture(path, this.#picture(reached), finish);
    if (written !== path) onNotice?.(`"${path}" cannot be replaced now; the picture is saved as "${written}".`);
    onSaved?.(written);
    return written;
  }

  async #writeFrame(reached: Reached, isLast: boolean): Promise<void> {
    const { frames } = this.#request;
    if (!frames || this.#framesFail || reached.step % frames.every !== 0) return;
    try {
      const { alpha, recipe } = this.#finish(reached, !isLast);
      await this.#writeTo(join(frames.folder, `${reached.step}.png`), reached, { alpha, recipe });
    } catch (error) {
      if (!(error instanceof GivernyError)) throw error;
      // The painting is worth more than the pictures on the way to it.
      this.#framesFail = true;
      this.#settings.onNotice?.(`${error.message} Painting goes on without further pictures on the way.`);
    }
  }
}

/** The error of a painting that failed on the way, and what is left of it: the picture so far, and the state. */
function withWhatIsKept(
  error: unknown,
  { step, steps }: Reached,
  picture: string | undefined,
  state: string | undefined,
): unknown {
  const sentences = [
    ...(picture === undefined ? [] : [`The picture after ${step + 1} of ${steps} steps is ${picture}.`]),
    ...(state === undefined ? [] : [`The painting can go on from ${state}.`]),
  ];
  if (!(error instanceof GivernyError) || sentences.length === 0) return error;
  return new GivernyError(error.code, [error.message, ...sentences].join(' '), { cause: error });
}
