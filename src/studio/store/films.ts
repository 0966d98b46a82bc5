/** Films of unfinished paintings, picture by picture: each is written once. */
import type { FilmFrame } from '../pictures/timelapse.js';
import { beginning, keysBeginning, put, remove, removeBeginning } from './database.js';

interface KeptFrame {
  readonly id: string;
  readonly step: number;
  readonly place: number;
  readonly blob: Blob;
}

const prefixOf = (session: string) => `${session} `;

/** Makes what is kept of a session's film the film as it is now. */
export async function keepFilm(session: string, frames: readonly FilmFrame[]): Promise<void> {
  const wanted = new Map(frames.map((frame) => [`${prefixOf(session)}${frame.place}`, frame]));
  const kept = new Set(await keysBeginning('films', prefixOf(session)));
  for (const id of kept) if (!wanted.has(id)) await remove('films', id);
  for (const [id, { step, place, blob }] of wanted) {
    if (!kept.has(id)) await put('films', { id, step, place, blob: await blob } satisfies KeptFrame);
  }
}

export const filmOf = (session: string): Promise<FilmFrame[]> => beginning<KeptFrame>('films', prefixOf(session));

export const forgetFilm = (session: string): Promise<void> => removeBeginning('films', prefixOf(session));
