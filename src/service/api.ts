/** Constants of the HTTP API, without schemas: a client in a browser needs nothing else of the contract at run time. */

/** Rises when something that clients rely on changes its meaning or goes away; what is new does not raise it. */
export const API_VERSION = 1;

/** Bytes of a request. */
export const MAX_BODY_BYTES = 64 * 2 ** 20;

export const STATUSES = ['queued', 'painting', 'paused', 'done', 'failed', 'cancelled'] as const;
export type Status = (typeof STATUSES)[number];
/** Nothing more happens to a painting of these on its own. */
export const ENDED: readonly Status[] = ['done', 'failed', 'cancelled'];

export const SCOPES = ['read', 'paint', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Where the studio paints that a server hands out: in the browser, or by this service. */
export const PLACES = ['device', 'server'] as const;
export type Place = (typeof PLACES)[number];
