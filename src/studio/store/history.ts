/** This browser's paintings: each with its recipe and all that is needed to paint it again. */
import type { Recipe } from '../../core/painting/recipe.js';
import type { Stroke } from '../brush/masks.js';
import { all, get, put, remove } from './database.js';
import { picturesOfSessions } from './sessions.js';

export interface Painting {
  readonly id: string;
  /** When it was done, milliseconds since 1970. */
  readonly when: number;
  readonly thumbnail: Blob;
  /** PNG with the recipe inside. */
  readonly result: Blob;
  readonly recipe: Recipe;
  /** Of all steps, in seconds. */
  readonly seconds: number;
  /** What was painted where, of the recipe's styles by their order. */
  readonly strokes?: readonly Stroke[];
}

/** A photo or style, kept once however many paintings were made from it. */
export interface KeptPicture {
  readonly sha256: string;
  readonly name: string;
  readonly blob: Blob;
}

const news = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('giverny-history');

/** Calls back when another tab has changed the history. */
export function onHistoryChanged(listener: () => void): void {
  news?.addEventListener('message', listener);
}

/** @throws DOMException QuotaExceededError; the history is as before then. */
export async function keepPainting(painting: Painting, pictures: readonly KeptPicture[]): Promise<void> {
  try {
    await keepPictures(pictures);
    await put('paintings', painting);
  } catch (error) {
    await forgetUnused().catch(() => {});
    throw error;
  }
  news?.postMessage('changed');
}

/** Keeps those that are not kept yet. */
export async function keepPictures(pictures: readonly KeptPicture[]): Promise<void> {
  for (const { sha256, name, blob } of pictures) {
    if (!(await get<KeptPicture>('pictures', sha256))) await put('pictures', { sha256, name, blob });
  }
}

/** Newest first. */
export async function paintings(): Promise<Painting[]> {
  return (await all<Painting>('paintings')).sort((a, b) => b.when - a.when);
}

/** The pictures that a painting was made from; those that are gone are left out. */
export async function picturesOf({ recipe }: Painting): Promise<Map<string, KeptPicture>> {
  const found = new Map<string, KeptPicture>();
  for (const sha256 of hashes(recipe)) {
    const picture = await get<KeptPicture>('pictures', sha256);
    if (picture) found.set(sha256, picture);
  }
  return found;
}

export async function deletePainting(id: string): Promise<void> {
  await remove('paintings', id);
  await forgetUnused();
  news?.postMessage('changed');
}

const hashes = ({ content, styles }: Recipe) => [content.sha256, ...styles.map(({ sha256 }) => sha256)];

/** Lets go of pictures that neither a painting nor a session names. */
export async function forgetUnused(): Promise<void> {
  const painted = (await all<Painting>('paintings')).flatMap(({ recipe }) => hashes(recipe));
  const used = new Set([...painted, ...(await picturesOfSessions())]);
  for (const { sha256 } of await all<KeptPicture>('pictures')) if (!used.has(sha256)) await remove('pictures', sha256);
}
