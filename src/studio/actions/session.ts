/** What this tab holds, kept as it happens and brought back when the page is opened again. */
import { batch, effect } from '@preact/signals';
import { openPicture } from '../pictures/open.js';
import {
  busy,
  chosen,
  device,
  frame,
  history,
  historyOpen,
  keeps,
  keptId,
  network,
  notify,
  photo,
  preset,
  strokes,
  styles,
  threads,
} from '../state.js';
import { clearAll, get, isFull } from '../store/database.js';
import { forgetUnused, type KeptPicture, keepPictures } from '../store/history.js';
import {
  forgetOldSessions,
  type KeptForm,
  keepSession,
  type NamedPicture,
  SCHEMA,
  type Session,
  sessions,
} from '../store/sessions.js';
import { refreshHistory } from './keep.js';
import { heldSessions, holdSession } from './lock.js';
import { addStyle, setPhoto } from './pictures.js';
import { showPainting } from './reopen.js';
import { offerUnfinished } from './unfinished.js';

const KEY = 'giverny.session';
/** A reloaded page waits this long for the page before it to be gone. */
const PATIENCE_MS = 1500;

/** The name of this tab's session. */
export let sessionId: string = crypto.randomUUID?.() ?? String(Math.random());

/** Brings back what this tab held before it was reloaded, or what the tab held that was closed last. */
export async function restoreSession(): Promise<void> {
  try {
    const all = await sessions();
    const found = await ownSession(all);
    if (found) {
      sessionId = found.id;
      await bringBack(found);
    } else await holdSession(sessionId);
    const held = await heldSessions(all.map(({ id }) => id));
    if (!found && held.size > 0) notify('info', 'openElsewhere');
    await forgetOldSessions(held.add(sessionId));
    await forgetUnused();
  } catch (error) {
    tellNotKept(isFull(error));
  }
  remember(sessionId);
  followForm();
}

async function ownSession(all: readonly Session[]): Promise<Session | undefined> {
  const before = remembered();
  const own = all.find(({ id }) => id === before);
  if (own && (await holdSession(own.id, PATIENCE_MS))) return own;
  for (const session of all) if (session !== own && (await holdSession(session.id))) return session;
  return undefined;
}

async function bringBack({ id, schema, form, result }: Session): Promise<void> {
  if (schema !== SCHEMA) {
    notify('info', 'otherVersion');
    return;
  }
  await setKeptForm(form);
  if (await offerUnfinished(id)) return;
  if (history.value.length === 0) await refreshHistory();
  const painting = history.value.find((other) => other.id === result);
  if (painting && photo.value) await showPainting(painting, photo.value);
}

/** The form as it can be kept. */
export function formToKeep(): KeptForm {
  const named = ({ name, sha256 }: NamedPicture) => ({ name, sha256 });
  return {
    photo: photo.value && named(photo.value),
    styles: styles.value.map(({ picture, weight, strength }) => ({ ...named(picture), weight, strength })),
    strokes: strokes.value,
    preset: preset.value,
    chosen: chosen.value,
    network: network.value,
    device: device.value,
    threads: threads.value,
  };
}

/** Puts a kept form on the page; pictures that are gone are left out. */
export async function setKeptForm(form: KeptForm): Promise<void> {
  const opened = async ({ sha256, name }: NamedPicture) => {
    const kept = await get<KeptPicture>('pictures', sha256);
    return kept && openPicture(kept.blob, name).catch(() => undefined);
  };
  const content = form.photo && (await opened(form.photo));
  const pictures = await Promise.all(form.styles.map(opened));
  batch(() => {
    setPhoto(content);
    styles.value = [];
    for (const [i, picture] of pictures.entries()) if (picture) addStyle(picture, form.styles[i]);
    // Strokes tell of styles by their place in the list.
    if (content && pictures.every(Boolean)) strokes.value = form.strokes;
    preset.value = form.preset;
    chosen.value = form.chosen;
    network.value = form.network;
    device.value = form.device;
    threads.value = form.threads;
  });
}

let keeping: Promise<void> = Promise.resolve();
let isQueued = false;

/** Keeps the form as it is when what is being kept is done: a slider that moves is written as fast as it goes. */
export function keepForm(): Promise<void> {
  if (isQueued) return keeping;
  isQueued = true;
  keeping = keeping.then(async () => {
    isQueued = false;
    const all = [...(photo.value ? [photo.value] : []), ...styles.value.map(({ picture }) => picture)];
    const session = { id: sessionId, schema: SCHEMA, when: Date.now(), form: formToKeep(), result: keptId.value };
    try {
      await keepSession(session);
      await keepPictures(all);
      tellKept();
    } catch (error) {
      tellNotKept(isFull(error));
    }
  });
  return keeping;
}

function followForm(): void {
  let first = true;
  effect(() => {
    formToKeep();
    keptId.value;
    // A page that nobody touched is not worth a place.
    if (!first || photo.value) keepForm();
    first = false;
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && photo.value) keepForm();
  });
}

export function tellKept(): void {
  keeps.value = true;
}

/** Says once that what is made here is not kept. */
export function tellNotKept(full: boolean): void {
  if (!keeps.value) return;
  keeps.value = false;
  const actions = full ? [{ word: 'history' as const, run: () => (historyOpen.value = true) }] : [];
  notify('problem', full ? 'keepFull' : 'storageRefused', {}, actions);
}

/** Asks before the page is left, where what is on it would be lost. */
export function warnOfLoss(): void {
  window.addEventListener('beforeunload', (event) => {
    if (!keeps.value && (busy.value || frame.value || strokes.value.length > 0)) event.preventDefault();
  });
}

/** Clears all that this browser keeps for the page; what is on the page stays on it. */
export async function clearKept(): Promise<void> {
  try {
    await keeping;
    await clearAll();
    await refreshHistory();
    notify('info', 'cleared');
  } catch {
    tellNotKept(false);
  }
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(id: string): void {
  try {
    sessionStorage.setItem(KEY, id);
  } catch {
    // Without it the session that was kept last is brought back.
  }
}
