/** What this tab held, brought back when the page is opened again, and followed from there. */
import { effect } from '@preact/signals';
import { busy, frame, history, keeps, keptId, notify, photo, strokes } from '../state.js';
import { isFull } from '../store/database.js';
import { forgetUnused } from '../store/history.js';
import { forgetOldSessions, SCHEMA, type Session, sessions } from '../store/sessions.js';
import { refreshHistory } from './keep.js';
import { formToKeep, keepForm, sessionId, setKeptForm, takeSession, tellNotKept } from './keep-form.js';
import { heldSessions, holdSession } from './lock.js';
import { showPainting } from './reopen.js';
import { offerUnfinished } from './unfinished.js';

const KEY = 'giverny.session';
/** A reloaded page waits this long for the page before it to be gone. */
const PATIENCE_MS = 1500;

/** Brings back what this tab held before it was reloaded, or what the tab held that was closed last. */
export async function restoreSession(): Promise<void> {
  try {
    const all = await sessions();
    const found = await ownSession(all);
    if (found) {
      takeSession(found.id);
      await bringBack(found);
    } else await holdSession(sessionId);
    const held = await heldSessions(all.map(({ id }) => id));
    if (!found && held.size > 0) notify('info', 'openElsewhere');
    await forgetOldSessions(all, held.add(sessionId));
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

/** Asks before the page is left, where what is on it would be lost. */
export function warnOfLoss(): void {
  window.addEventListener('beforeunload', (event) => {
    if (!keeps.value && (busy.value || frame.value || strokes.value.length > 0)) event.preventDefault();
  });
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
