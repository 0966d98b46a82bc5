/** What tabs hold: their pictures, strokes and settings, and a painting that has not come to its end. */
import type { OptionsInput } from '../../core/options/options.js';
import type { StepReport } from '../../core/painting/job.js';
import type { Change, Recipe } from '../../core/painting/recipe.js';
import type { WebDevice } from '../../engines/web.js';
import type { Stroke } from '../brush/masks.js';
import type { Frame, PaintOrder } from '../painting/protocol.js';
import { all, get, has, put, remove } from './database.js';
import { forgetFilm } from './films.js';

/** A picture of the shelf `pictures`, under the name that it has here. */
export interface NamedPicture {
  readonly name: string;
  readonly sha256: string;
}

/** The form as it is kept. */
export interface KeptForm {
  readonly photo?: NamedPicture | undefined;
  readonly styles: readonly (NamedPicture & { readonly weight: number; readonly strength?: number | undefined })[];
  readonly strokes: readonly Stroke[];
  readonly preset: string;
  readonly chosen: OptionsInput;
  readonly network: string;
  readonly device: WebDevice | 'auto';
  readonly threads?: number | undefined;
}

export interface Session {
  readonly id: string;
  readonly schema: number;
  /** When it was kept, milliseconds since 1970. */
  readonly when: number;
  readonly form: KeptForm;
  /** The painting of the history that is on the easel. */
  readonly result?: string | undefined;
}

/** A painting in progress: what was ordered. Its network is kept by name. */
export interface Unfinished {
  /** Of its session. */
  readonly id: string;
  readonly schema: number;
  readonly order: Omit<PaintOrder, 'network'> & { readonly network: string };
  /** Of when it began. */
  readonly form: KeptForm;
}

/** What the worker keeps of a painting in progress. */
export interface KeptState {
  /** Of its session. */
  readonly id: string;
  /** A state file. */
  readonly file: Blob;
  readonly frame: Frame;
  /** Steps done, and all. */
  readonly step: number;
  readonly steps: number;
  readonly seconds: number;
  readonly when: number;
  readonly changes: readonly Change[];
  /** As it would be written into the picture. */
  readonly recipe: Recipe;
  /** Of all steps so far, for the curve of costs. */
  readonly reports: readonly StepReport[];
}

/** A painting that can be gone on with. */
export interface Interrupted {
  readonly began: Unfinished;
  readonly state: KeptState;
}

/** Rises when what is kept changes its form: another one is let go. */
export const SCHEMA = 2;
const MOST_SESSIONS = 4;
const LONGEST_MS = 30 * 24 * 3600 * 1000;

export const keepSession = (session: Session) => put('sessions', session);
export const keepUnfinished = (unfinished: Unfinished) => put('unfinished', unfinished);
export const keepState = (state: KeptState) => put('states', state);
export const unfinishedOf = (id: string) => get<Unfinished>('unfinished', id);
export const stateOf = (id: string) => get<KeptState>('states', id);
export const hasUnfinished = (id: string) => has('unfinished', id);
export const hasState = (id: string) => has('states', id);

/** Newest first. */
export async function sessions(): Promise<Session[]> {
  return (await all<Session>('sessions')).sort((a, b) => b.when - a.when);
}

/** Lets go of a painting in progress. */
export async function forgetUnfinished(id: string): Promise<void> {
  await remove('unfinished', id);
  await remove('states', id);
  await forgetFilm(id);
}

/**
 * Lets go of all sessions but the newest; of those that tabs hold none.
 *
 * @param all newest first.
 */
export async function forgetOldSessions(all: readonly Session[], held: ReadonlySet<string>): Promise<void> {
  const free = all.filter(({ id }) => !held.has(id));
  const old = free.filter(({ when }, place) => place >= MOST_SESSIONS || Date.now() - when > LONGEST_MS);
  for (const { id } of old) {
    await remove('sessions', id);
    await forgetUnfinished(id);
  }
}

/** Hashes of the pictures that sessions hold. */
export async function picturesOfSessions(): Promise<string[]> {
  const forms = [...(await all<Session>('sessions')), ...(await all<Unfinished>('unfinished'))].map(({ form }) => form);
  return forms.flatMap(({ photo, styles }) => [...(photo ? [photo] : []), ...styles].map(({ sha256 }) => sha256));
}
