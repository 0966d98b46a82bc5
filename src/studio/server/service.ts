/** The service that handed out this page, where one did: it can paint for it. */
import { type Client, createClient } from '../../client.js';

/** What a service puts into the page: where it paints at first. */
const MARK = globalThis.document?.querySelector<HTMLMetaElement>('meta[name="giverny-service"]')?.content;

export type Place = 'device' | 'server';

export const hasService = MARK !== undefined;

const TOKEN = 'giverny.token';
const PLACE = 'giverny.place';
const JOB = 'giverny.job';

/** Nobody waits before a page for longer. */
const PATIENCE_MS = 120_000;

let made: Client | undefined;

/** The service's client; the page lies one folder below the service's root. */
export function service(): Client {
  made ??= createClient({ server: new URL('..', location.href), token: keptToken, patienceMs: PATIENCE_MS });
  return made;
}

/** What this tab keeps until it is closed; undefined too where the browser keeps nothing. */
function kept(key: string): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(key: string, value: string | undefined): void {
  try {
    if (value === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // It holds until the page is left.
  }
}

let token = kept(TOKEN);

export const keptToken = () => token;

/** Keeps the token for this tab alone; undefined forgets it. */
export function keepToken(given: string | undefined): void {
  token = given;
  keep(TOKEN, given);
}

export function firstPlace(): Place {
  if (!hasService) return 'device';
  return (kept(PLACE) ?? MARK) === 'server' ? 'server' : 'device';
}

export const keepPlace = (place: Place) => keep(PLACE, place);

/** A painting that this tab ordered from the service. */
export interface Job {
  readonly id: string;
  /** Of the photo. */
  readonly sha256: string;
}

export function keptJob(): Job | undefined {
  try {
    const { id, sha256 } = JSON.parse(kept(JOB) ?? '{}') as Partial<Job>;
    return id !== undefined && sha256 !== undefined ? { id, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

export const keepJob = (job: Job | undefined) => keep(JOB, job && JSON.stringify(job));
