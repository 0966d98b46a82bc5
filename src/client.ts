/** A client of Giverny's service, for browsers and every other environment that has `fetch`. */

export {
  type CallOptions,
  Client,
  type CreateOptions,
  createClient,
  type OrderStyle,
  type PaintingOrder,
  type PictureSource,
  type WaitOptions,
} from './client/client.js';
export type { ConnectionOptions } from './client/connection.js';
export { ServiceError } from './client/errors.js';
export type { EventOptions, PaintingEvent } from './client/events.js';
export { ENDED, STATUSES, type Status } from './service/api.js';
export type { ListQuery, NetworkView, PaintingView, PictureView, ServerView } from './service/contract.js';
