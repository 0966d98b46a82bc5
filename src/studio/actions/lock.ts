/** Locks between tabs. The browser frees them when their tab is closed or crashes. */
import { notify } from '../state.js';

let release = () => {};
/** Settles when the lock that this tab held last is free. */
let freed: Promise<unknown> = Promise.resolve();

/** Two tabs that paint slow each other down: the second one says so. */
export function holdLock(): void {
  freeLock();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  freed = freed.then(() =>
    navigator.locks?.request('giverny-painting', { ifAvailable: true }, (lock) => {
      if (lock) return held;
      notify('info', 'otherTab');
      return undefined;
    }),
  );
}

export function freeLock(): void {
  release();
  release = () => {};
}

const nameOf = (session: string) => `giverny-session-${session}`;

/**
 * Makes a session this tab's own for as long as the tab lives.
 *
 * @param patienceMs a page that is left frees its lock a moment after the next one begins.
 * @returns whether no other tab holds it.
 */
export function holdSession(session: string, patienceMs = 0): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const how = patienceMs > 0 ? { signal: AbortSignal.timeout(patienceMs) } : { ifAvailable: true };
    const request = navigator.locks.request(nameOf(session), how, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise<void>(() => {}) : undefined;
    });
    request.catch(() => resolve(false));
  });
}

/** The sessions among these that tabs hold. */
export async function heldSessions(ids: readonly string[]): Promise<Set<string>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const names = new Set(held.map(({ name }) => name));
  return new Set(ids.filter((id) => names.has(nameOf(id))));
}
