/** The film of the painting on the easel, kept beside its state. */
import type { Frame } from '../painting/protocol.js';
import { Timelapse } from '../pictures/timelapse.js';
import { frames } from '../state.js';
import { filmOf, keepFilm } from '../store/films.js';

export const timelapse = new Timelapse();

/** @param step that the picture shows, from 0. */
export function filmFrame(frame: Frame, step: number): void {
  timelapse.add(frame, step);
  frames.value = timelapse.length;
}

export function clearFilm(): void {
  timelapse.clear();
  frames.value = 0;
}

let keeping: Promise<void> = Promise.resolve();

/** Keeps the film as far as it is, when what is being kept of it is done. */
export function keepFilmOf(session: string): Promise<void> {
  keeping = keeping.catch(() => {}).then(() => keepFilm(session, timelapse.frames));
  return keeping;
}

/** When nothing of a film is being kept. */
export const filmIsKept = (): Promise<void> => keeping.catch(() => {});

/** Takes up the film of a painting that was interrupted, as it was after so many steps. */
export async function takeUpFilm(session: string, steps: number): Promise<void> {
  // A page that was not left has it still.
  const film = timelapse.length > 0 ? timelapse.frames : await filmOf(session).catch(() => []);
  timelapse.restore(film, steps);
  frames.value = timelapse.length;
}
