/** What goes over HTTP, as schemas: the server checks with them, and a client takes its types from them. */
import { z } from 'zod';
import { DEVICES } from '../core/devices.js';
import { optionsSchema, PRESETS } from '../core/options/options.js';

export const STATUSES = ['queued', 'painting', 'paused', 'done', 'failed', 'cancelled'] as const;
/** Nothing more happens to a painting of these on its own. */
export const ENDED: readonly Status[] = ['done', 'failed', 'cancelled'];
export type Status = (typeof STATUSES)[number];

/** Formats of a result. */
const FORMATS = ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const;

const id = z.uuid().meta({ description: 'id of an uploaded picture' });
/** Networks go by name: a dot or a slash would be a path. */
const networkName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i);

/** An order as a client sends it; in a multipart body the pictures go by the names of their parts. */
export const orderSchema = z.strictObject({
  content: id,
  styles: z
    .array(
      z.strictObject({
        picture: id,
        weight: z.number().min(0).max(1e12).optional(),
        region: z.string().max(32).optional(),
      }),
    )
    .min(1)
    .max(16),
  mask: z.strictObject({ picture: id, featherPx: z.number().min(0).max(32768).optional() }).optional(),
  /** The picture to start from, in place of `options.init`. */
  start: id.optional(),
  regionStrengths: z.record(z.string().max(32), z.number()).optional(),
  network: networkName.optional(),
  coarseNetwork: networkName.optional(),
  options: optionsSchema
    .partial()
    .extend({ preset: z.enum(Object.keys(PRESETS) as [keyof typeof PRESETS]).optional() })
    .optional(),
  format: z.enum(FORMATS).default('png'),
  /** What computes it; 'auto' leaves that to the worker. A device that no worker has is refused. */
  device: z.enum(DEVICES).default('auto'),
  /** Among the paintings of one owner and before fairness between owners: higher comes first. */
  priority: z.number().int().min(-10).max(10).default(0),
  /** A painting that is not done so many seconds from now fails. */
  deadlineSeconds: z.number().positive().max(31_536_000).optional(),
});
export type OrderBody = z.output<typeof orderSchema>;

export const problemSchema = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  /** One sentence: what was expected and what came. */
  detail: z.string(),
  /** Stable, for programs. */
  code: z.string(),
});
export type Problem = z.output<typeof problemSchema>;

export const paintingSchema = z.object({
  id: z.uuid(),
  status: z.enum(STATUSES),
  priority: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  /** Steps done, and at most to do, through all scales. */
  step: z.number().int(),
  steps: z.number().int(),
  /** After the last step that was reported. */
  costs: z.record(z.string(), z.unknown()).nullable(),
  forecastBytes: z.number(),
  network: z.string(),
  /** As it was ordered. */
  device: z.enum(DEVICES),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  deadline: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  hasPreview: z.boolean(),
  hasResult: z.boolean(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type PaintingView = z.output<typeof paintingSchema>;

export const pictureSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  sha256: z.string(),
});
export type PictureView = z.output<typeof pictureSchema>;

export const listQuerySchema = z.strictObject({
  status: z.enum(STATUSES).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** `next` of the page before. */
  after: z.uuid().optional(),
});

export const SCOPES = ['read', 'paint', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Names of those who have tokens. */
export const OWNER = /^[\w.@-]{1,64}$/;

export const tokenBodySchema = z.strictObject({
  owner: z.string().regex(OWNER),
  scopes: z.array(z.enum(SCOPES)).min(1),
});
