/** Paintings of the service that handed out this page: its networks, its token, its results. */
import { batch } from '@preact/signals';
import type { Options } from '../../core/options/options.js';
import type { Recipe } from '../../core/painting/recipe.js';
import type { Stroke } from '../brush/masks.js';
import type { OpenedPicture } from '../pictures/open.js';
import {
  hasService,
  keepJob,
  keepPlace,
  keepToken,
  keptJob,
  keptToken,
  type Place,
  service,
} from '../server/service.js';
import { network, networks, ordered, photo, place, type StyleItem, serverNetworks, tokenAsked } from '../state.js';
import { painted, setPainted } from './painted.js';

export interface ServerForm {
  readonly content: OpenedPicture;
  readonly styles: readonly StyleItem[];
  readonly strokes: readonly Stroke[];
  readonly options: Options;
}

export function choosePlace(chosen: Place): void {
  keepPlace(chosen);
  batch(() => {
    place.value = chosen;
    const known = chosen === 'server' ? serverNetworks.value : ['pocket', ...networks.value];
    if (!known.includes(network.value)) network.value = 'pocket';
  });
  if (chosen === 'server') readNetworks();
}

/** Asks for the names of the service's networks; without its token there is one that every service has. */
export async function readNetworks(): Promise<void> {
  const found = await service()
    .networks()
    .catch(() => []);
  serverNetworks.value = ['pocket', ...found.map(({ name }) => name).filter((name) => name !== 'pocket')];
}

/** Whether the service takes orders from here; asks the person for a token where it wants one. */
export async function hasToken(): Promise<boolean> {
  if (keptToken() !== undefined || !(await service().server()).needsToken) return true;
  const token = await new Promise<string | undefined>((resolve) => {
    tokenAsked.value = resolve;
  });
  tokenAsked.value = undefined;
  if (token === undefined) return false;
  keepToken(token);
  await readNetworks();
  return true;
}

/** Offers the painting that this tab ordered before it was reloaded, while the photo is the same. */
export async function offerOrdered(): Promise<void> {
  if (!hasService) return;
  if (place.value === 'server') readNetworks();
  const job = keptJob();
  if (!job || job.sha256 !== photo.value?.sha256) return;
  ordered.value = await service()
    .get(job.id)
    .catch(() => undefined);
  const status = ordered.value?.status;
  if (status === 'failed' || status === 'cancelled') forgetOrdered();
}

/** The painting goes on at the service, and this tab lets go of it. */
export function forgetOrdered(): void {
  keepJob(undefined);
  ordered.value = undefined;
}

/** What the service has painted tells how by itself. */
export function takeResult(recipe: Recipe | undefined, seconds: number): void {
  const now = painted();
  if (now) setPainted({ ...now, recipe, seconds });
}
